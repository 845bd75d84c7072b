"""The filter maintenance: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: maintenance
author: The Evergate authors
short_description: A node's maintenance
description:
  - Judges before anything is touched, and says what it takes to begin or end the maintenance of a node.
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
  node:
    description: The name of a load balancer or of an app server.
    type: str
    required: true
  state:
    description: Whether it begins or ends.
    type: str
    choices: [begin, end]
    required: true
"""

EXAMPLES = """
{{ hostvars | maintenance(specs, looks, 'lb1', 'begin') }}
"""

RETURN = """
_value:
  description: C(kind), C(to) and C(places).
  type: dict
"""


def maintenance(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    looks: Mapping[str, Mapping[str, Any]],
    node: object,
    state: object,
) -> dict[str, object]:
    """Return what it takes to begin or end it, or raise an error that says what is in the way."""
    try:
        from evergate import operations
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return operations.maintenance(hostvars, specs, looks, node, state)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"maintenance": maintenance}
