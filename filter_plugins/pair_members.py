"""The filter pair_members: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: pair_members
author: The Evergate authors
short_description: The load balancers of a pair
description:
  - Finds the hosts of the group C(load_balancers) that have the same C(evergate_pair) as the given one.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  name:
    description: The name of a load balancer.
    type: str
    required: true
"""

EXAMPLES = """
{{ hostvars | pair_members(inventory_hostname) }}
"""

RETURN = """
_value:
  description: Name and C(evergate_address) of every member, the preferred one first.
  type: list
"""


def pair_members(hostvars: Mapping[str, Mapping[str, object]], name: str) -> list[dict[str, object]]:
    """Return name and address of every member of the pair that the host belongs to."""
    try:
        from evergate import inventory
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return inventory.pair_members(hostvars, name)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"pair_members": pair_members}
