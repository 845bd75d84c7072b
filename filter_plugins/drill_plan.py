"""The filter drill_plan: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: drill_plan
author: The Evergate authors
short_description: The rounds of a drill
description:
  - Checks which faults are wanted and that each can be made, and lists every round of every one.
options:
  _input:
    description: The variable C(drill_faults), a list of faults' names.
    type: list
    required: true
  own_faults:
    description: The variable C(drill_own_faults), how the inventory's machines make faults.
    type: dict
    required: true
  repeat:
    description: How often each fault is made; a stress that must change nothing is made once.
    type: int
    required: true
"""

EXAMPLES = """
{{ drill_faults | drill_plan(drill_own_faults, drill_repeat) }}
"""

RETURN = """
_value:
  description: C(name), C(round), C(where), C(text), C(lasts) and C(title) of each round in its order.
  type: list
"""


def drill_plan(names: object, own_faults: object, repeat: object) -> list[dict[str, object]]:
    """Return every round of every fault, or raise an error with the origin of what is wrong."""
    try:
        from evergate.drill.plan import plan
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return plan(names, own_faults, repeat)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"drill_plan": drill_plan}
