"""The filter app_server_unit: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: app_server_unit
author: The Evergate authors
short_description: systemd unit of an application
description:
  - Checks the application and renders its C(.service) file.
options:
  _input:
    description: The variables C(app_server_*) without their prefix.
    type: dict
    required: true
"""

EXAMPLES = """
{{ __app_server_data | app_server_unit }}
"""

RETURN = """
_value:
  description: The text of the unit.
  type: str
"""


def app_server_unit(data: object) -> str:
    """Return the text of the unit, or raise an error with the origin of what is wrong."""
    try:
        from evergate.app_server import render_unit
        from evergate.errors import InvalidData
        from evergate.model.app_server import App
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return render_unit(App.from_data(data))
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"app_server_unit": app_server_unit}
