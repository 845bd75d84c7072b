"""The filter retirement: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: retirement
author: The Evergate authors
short_description: Who is taken out for good
description:
  - Judges before anything is touched, and says which load balancers go, and which stay.
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
  pair:
    description: The name of the pair that goes.
    type: str
  node:
    description: The name of the load balancer that goes.
    type: str
  confirmed:
    description: Whether VIPs may go down.
    type: raw
"""

EXAMPLES = """
{{ hostvars | retirement(specs, looks, none, 'lb2', false) }}
"""

RETURN = """
_value:
  description: C(pair), C(hosts), C(partners) and C(vips).
  type: dict
"""


def retirement(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    looks: Mapping[str, Mapping[str, Any]] | None = None,
    pair: object = None,
    node: object = None,
    confirmed: object = False,
) -> dict[str, Any]:
    """Return who goes, or raise an error that says what is in the way."""
    try:
        from evergate import retiring
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return retiring.retirement(hostvars, specs, looks, pair, node, confirmed)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"retirement": retirement}
