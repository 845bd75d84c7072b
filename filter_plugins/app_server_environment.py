"""The filter app_server_environment: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: app_server_environment
author: The Evergate authors
short_description: Environment file of an application
description:
  - Checks the variables and renders them for systemd. The text holds secrets.
options:
  _input:
    description: The variable C(app_server_environment).
    type: dict
    required: true
"""

EXAMPLES = """
{{ app_server_environment | app_server_environment }}
"""

RETURN = """
_value:
  description: The text of the environment file.
  type: str
"""


def app_server_environment(environment: object) -> str:
    """Return the text of the environment file, or raise an error that tells no value of it."""
    try:
        from evergate.app_server import render_environment
        from evergate.errors import InvalidData
        from evergate.model.app_server import environment as parsed
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return render_environment(parsed(environment))
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"app_server_environment": app_server_environment}
