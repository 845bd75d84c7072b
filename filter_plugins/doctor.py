"""The filter doctor: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: doctor
author: The Evergate authors
short_description: What is wrong with a site's load balancers
description:
  - Judges what the load balancers told of themselves, and compares the members of each pair.
options:
  _input:
    description: Ansible's C(hostvars), with what was registered as C(__checkup) and by the previews.
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
  now:
    description: Seconds of the epoch.
    type: float
    required: true
"""

EXAMPLES = """
{{ hostvars | doctor(specs, now().timestamp()) }}
"""

RETURN = """
_value:
  description: C(ok), C(lines) and C(findings).
  type: dict
"""


def doctor(
    hostvars: Mapping[str, Mapping[str, Any]], specs: Mapping[str, Mapping[str, object]], now: float
) -> dict[str, Any]:
    """Return what is wrong, or raise an error with the origin of what is wrong with the inventory."""
    try:
        from evergate.doctor import of_site
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return of_site(hostvars, specs, now)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"doctor": doctor}
