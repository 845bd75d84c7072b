"""The filter pair_members: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: pair_members
author: The Evergate authors
short_description: The load balancers of each one's pair
description:
  - Finds for each host of the group C(load_balancers) those that have the same C(evergate_pair).
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
"""

EXAMPLES = """
{{ (hostvars | pair_members)[inventory_hostname] }}
"""

RETURN = """
_value:
  description: For each load balancer name and C(evergate_address) of every member, the preferred one first.
  type: dict
"""


def pair_members(hostvars: Mapping[str, Mapping[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Return for each load balancer name and address of every member of its pair."""
    try:
        from evergate import inventory
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return inventory.pair_members(hostvars)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"pair_members": pair_members}
