"""The filter deployment_gate: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: deployment_gate
author: The Evergate authors
short_description: Whether a canary may stay
description:
  - Compares what a server was asked, and what failed, between two looks at the load balancers.
options:
  _input:
    description: The results of C(node_duty.py look) on every load balancer that has it, at first.
    type: list
    required: true
  after:
    description: The same later, in the same order.
    type: list
    required: true
  server:
    description: The server's name.
    type: str
    required: true
  most:
    description: The percentage of its requests that may fail.
    type: float
    required: true
"""

EXAMPLES = """
{{ before.results | deployment_gate(after.results, 'app1', 1.0) }}
"""

RETURN = """
_value:
  description: C(passed), and C(words) for people.
  type: dict
"""


def deployment_gate(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], server: str, most: float
) -> dict[str, Any]:
    """Return whether it may stay, and why."""
    try:
        from evergate import deployment as core
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    return core.gate(before, after, server, most)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"deployment_gate": deployment_gate}
