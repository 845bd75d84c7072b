"""The filter upgrade_request: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: upgrade_request
author: The Evergate authors
short_description: What an upgrade was asked for
description:
  - Reads what the command line asks for, before any host is contacted.
options:
  _input:
    description: Names of packages, or C(NAME=VERSION), as a list or with commas between, or C(all).
    type: raw
    required: true
  release:
    description: From which release; empty for the usual one.
    type: str
    required: true
  hold:
    description: Whether the packages are held afterwards; none to leave holds alone.
    type: raw
    required: true
  reboot:
    description: Whether a node that should be rebooted is.
    type: raw
    required: true
"""

EXAMPLES = """
{{ ['haproxy'] | upgrade_request('', none, false) }}
"""

RETURN = """
_value:
  description: C(options), C(names), C(hold) and C(reboot).
  type: dict
"""


def upgrade_request(packages: object, release: object, hold: object, reboot: object) -> dict[str, Any]:
    """Return what is asked for, or raise an error that says what to write."""
    try:
        from evergate import upgrading
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return upgrading.upgrade_request(packages, release, hold, reboot)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"upgrade_request": upgrade_request}
