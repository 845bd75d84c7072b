"""The filter deployment: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: deployment
author: The Evergate authors
short_description: How a release is rolled out
description:
  - Judges before anything is touched, and says which servers get the release in which order.
options:
  _input:
    description: Ansible's C(hostvars), with what deploy_app.yml has found out.
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
  looks:
    description:
      - For each load balancer the registered result of C(node_duty.py look).
      - Without them only the inventory is judged.
    type: dict
"""

EXAMPLES = """
{{ hostvars | deployment(specs, looks) }}
"""

RETURN = """
_value:
  description: C(version), C(canary), C(serial), C(batches), C(servers), the settings, and C(words).
  type: dict
"""


def deployment(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    looks: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the plan, or raise an error that says what is in the way."""
    try:
        from evergate import deployment as core
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return core.deployment(hostvars, specs, looks)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"deployment": deployment}
