"""The filter upgrade_plan: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: upgrade_plan
author: The Evergate authors
short_description: Who is upgraded after whom
description:
  - Judges before anything is touched, and says which packages change where, and in which order.
options:
  _input:
    description: Ansible's C(hostvars), with what the look at the packages and the previews registered.
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
  request:
    description: What P(upgrade_request#filter) returned.
    type: dict
    required: true
  without_way_back:
    description: Whether a version that cannot be had again is given up.
    type: bool
    required: true
"""

EXAMPLES = """
{{ hostvars | upgrade_plan(specs, looks, request, false) }}
"""

RETURN = """
_value:
  description: C(turns), C(partners) and C(lines).
  type: dict
"""


def upgrade_plan(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    looks: Mapping[str, Mapping[str, Any]],
    request: Mapping[str, Any],
    without_way_back: bool,
) -> dict[str, Any]:
    """Return what it takes, or raise an error that says what is in the way."""
    try:
        from evergate import upgrading
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return upgrading.upgrade_plan(hostvars, specs, looks, request, without_way_back)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"upgrade_plan": upgrade_plan}
