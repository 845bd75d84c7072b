"""The filter turns: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: turns
author: The Evergate authors
short_description: In which order running load balancers are changed
description:
  - Picks those that would change. Those that serve come pair by pair, the nodes without a VIP before those
    that hold one; the others come at once.
options:
  _input:
    description: Ansible's C(hostvars), with what the previews and the look at the VIPs registered.
    type: dict
    required: true
  hosts:
    description: The load balancers of the run.
    type: list
    elements: str
    required: true
  previews:
    description: By which names each host has registered what would change; both roles' if left out.
    type: list
    elements: str
"""

EXAMPLES = """
{{ hostvars | turns(ansible_play_hosts) }}
"""

RETURN = """
_value:
  description: Names of hosts as C(at_once), C(in_turn) and C(all).
  type: dict
"""


def turns(
    hostvars: Mapping[str, Mapping[str, Any]], hosts: Sequence[str], previews: Sequence[str] = ()
) -> dict[str, list[str]]:
    """Return the hosts that would change, in the ways in which they may."""
    try:
        from evergate import changing
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return changing.turns(hostvars, hosts, previews or changing.PREVIEWS)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"turns": turns}
