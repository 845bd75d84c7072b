"""The filter deployment_failure: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: deployment_failure
author: The Evergate authors
short_description: Why a deployment failed
description:
  - Finds what went wrong with a server's batch in what Ansible remembers of its hosts.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  plan:
    description: What the filter deployment returned.
    type: dict
    required: true
  server:
    description: A server of the batch that failed.
    type: str
    required: true
"""

EXAMPLES = """
{{ hostvars | deployment_failure(plan, 'app1') }}
"""

RETURN = """
_value:
  description: Why it failed, and what every server runs now, in words.
  type: str
"""


def deployment_failure(
    hostvars: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any], server: str
) -> str:
    """Return why it failed and what every server runs now."""
    try:
        from evergate import deployment as core
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    return core.failure(hostvars, plan, server)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"deployment_failure": deployment_failure}
