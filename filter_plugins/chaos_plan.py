"""The filter chaos_plan: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: chaos_plan
author: The Evergate authors
short_description: The faults of a run of chaos
description:
  - Decides by a seed which faults are made, on which hosts, when and for how long. The same arguments make
    the same plan.
options:
  _input:
    description: The variable C(drill_faults), a list of faults' names; a stress is left out.
    type: list
    required: true
  own_faults:
    description: The variable C(drill_own_faults), how the inventory's machines make faults.
    type: dict
    required: true
  seed:
    description: The number that decides.
    type: int
    required: true
  minutes:
    description: How long the run is.
    type: int
    required: true
  apps:
    description: The app servers' hosts.
    type: list
    elements: str
    required: true
"""

EXAMPLES = """
{{ drill_faults | chaos_plan(drill_own_faults, 42, 10, ['app1', 'app2']) }}
"""

RETURN = """
_value:
  description: >-
    C(number), C(name), C(title), C(where), C(host) (of one app server's fault), C(at) (seconds from the
    start), C(seconds), C(lasts) and C(own) of each fault in the order of time.
  type: list
"""


def chaos_plan(
    names: object, own_faults: object, seed: object, minutes: object, apps: object
) -> list[dict[str, object]]:
    """Return the faults in the order of time, or raise an error with the origin of what is wrong."""
    try:
        from evergate.drill.chaos import chaos
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return chaos(names, own_faults, seed, minutes, apps)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"chaos_plan": chaos_plan}
