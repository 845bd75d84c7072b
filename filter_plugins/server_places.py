"""The filter server_places: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: server_places
author: The Evergate authors
short_description: Where a server is known
description:
  - Finds the load balancers that have a server, and the backends in which they have it.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
  server:
    description: The name of a server, or C(backend/server).
    type: str
    required: true
  state:
    description: What is wanted of it, which is judged here too.
    type: str
    choices: [ready, drain, maint]
    required: true
"""

EXAMPLES = """
{{ hostvars | server_places(specs, 'app1', 'drain') }}
"""

RETURN = """
_value:
  description: A mapping of load balancers to lists of C(backend/server).
  type: dict
"""


def server_places(
    hostvars: Mapping[str, Mapping[str, object]],
    specs: Mapping[str, Mapping[str, object]],
    server: object,
    state: object,
) -> dict[str, list[str]]:
    """Return where a server is known, or raise an error that says what to write instead."""
    try:
        from evergate import site
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return site.server_places(hostvars, specs, server, state)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"server_places": server_places}
