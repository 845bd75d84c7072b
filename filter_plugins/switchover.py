"""The filter switchover: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: switchover
author: The Evergate authors
short_description: A planned switchover
description:
  - Judges before anything is touched, and says who hands which VIPs over to whom.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
  looks:
    description: For each load balancer the registered result of C(node_duty.py look).
    type: dict
    required: true
  pair:
    description: The pair's name; may be left out where there is only one.
    type: str
  node:
    description: The node to relieve; may be left out where only one holds VIPs.
    type: str
"""

EXAMPLES = """
{{ hostvars | switchover(specs, looks, none, none) }}
"""

RETURN = """
_value:
  description: C(pair), C(from), C(to) and C(vips).
  type: dict
"""


def switchover(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    looks: Mapping[str, Mapping[str, Any]],
    pair: object = None,
    node: object = None,
) -> dict[str, object]:
    """Return who hands which VIPs over to whom, or raise an error that says what is in the way."""
    try:
        from evergate import operations
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return operations.switchover(hostvars, specs, looks, pair, node)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"switchover": switchover}
