"""The filter drill_script: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: drill_script
author: The Evergate authors
short_description: A fault as a shell script
description:
  - Renders the script that makes a fault, waits, heals it however it ends, and writes down when.
options:
  _input:
    description: The fault's name.
    type: str
    required: true
  own_faults:
    description: The variable C(drill_own_faults), how the inventory's machines make faults.
    type: dict
    required: true
  places:
    description: >-
      C(node), C(interface), C(vip), C(peers), C(app_service), C(app_port), C(seconds) and C(log), the file
      for the events. What the fault does not need may be empty.
    type: dict
    required: true
"""

EXAMPLES = """
{{ 'haproxy_killed' | drill_script({}, {'node': 'lb1', 'seconds': 4, 'log': '/run/drill.jsonl'}) }}
"""

RETURN = """
_value:
  description: The text of the script.
  type: str
"""


def drill_script(name: object, own_faults: object, places: object) -> str:
    """Return the text of the script, or raise an error with the origin of what is wrong."""
    try:
        from evergate.drill.script import script
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return script(name, own_faults, places)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"drill_script": drill_script}
