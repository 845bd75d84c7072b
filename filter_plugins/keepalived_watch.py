"""The filter keepalived_watch: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: keepalived_watch
author: The Evergate authors
short_description: What keepalived's watcher is told
description:
  - Checks the data and renders the JSON file of the watcher on one node.
options:
  _input:
    description: The variables C(keepalived_*) without their prefix, and C(node), the name of this host.
    type: dict
    required: true
"""

EXAMPLES = """
{{ __keepalived_data | keepalived_watch }}
"""

RETURN = """
_value:
  description: The text of the file.
  type: str
"""


def keepalived_watch(data: object) -> str:
    """Return the text of vrrp_watch.json, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.model.keepalived.config import KeepalivedConfig
        from evergate.render.keepalived.watch import render
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return render(KeepalivedConfig.from_data(data))
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"keepalived_watch": keepalived_watch}
