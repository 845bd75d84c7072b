"""The filter host_groups: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: host_groups
author: The Evergate authors
short_description: The hosts of every group with their addresses
description:
  - Lists for every inventory group the hosts that have an C(evergate_address).
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
"""

EXAMPLES = """
{{ hostvars | host_groups }}
"""

RETURN = """
_value:
  description: A mapping of group names to lists of C({name, address}).
  type: dict
"""


def host_groups(hostvars: Mapping[str, Mapping[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Return for every group its hosts with name and address."""
    try:
        from evergate import inventory
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return inventory.host_groups(hostvars)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"host_groups": host_groups}
