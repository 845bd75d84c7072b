"""The filter drill_target: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: drill_target
author: The Evergate authors
short_description: What a drill aims at
description:
  - Checks the whole site and returns what a drill has to know of one of its pairs.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
  pair:
    description: The pair's name; the first one of the inventory unless given.
    type: str
"""

EXAMPLES = """
{{ hostvars | drill_target({'haproxy': lookup('file', 'argument_specs.yml') | from_yaml}, 'public') }}
"""

RETURN = """
_value:
  description: C(pair), C(profile), C(preempt), C(nodes), C(vip), C(port) and C(apps).
  type: dict
"""


def drill_target(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    pair: object = None,
) -> dict[str, object]:
    """Return the pair, its VIP and its servers, or raise an error with the origin of what is wrong."""
    try:
        from evergate.drill.target import target
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return target(hostvars, specs, pair)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"drill_target": drill_target}
