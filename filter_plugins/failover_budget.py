"""The filter failover_budget: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: failover_budget
author: The Evergate authors
short_description: How long each failure lasts
description:
  - Computes for every pair how many seconds pass, at worst, until clients are served again.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
"""

EXAMPLES = """
{{ hostvars | failover_budget({'haproxy': lookup('file', 'argument_specs.yml') | from_yaml}) }}
"""

RETURN = """
_value:
  description: A table for people, line by line.
  type: list
"""


def failover_budget(
    hostvars: Mapping[str, Mapping[str, object]], specs: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """Return the lines of the table, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.site import failover_budget as budget
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return budget(hostvars, specs)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"failover_budget": failover_budget}
