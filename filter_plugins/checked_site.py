"""The filter checked_site: a door into evergate, which holds the rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from ansible._internal._datatag._tags import Origin  # type: ignore[import-untyped]
from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: checked_site
author: The Evergate authors
short_description: A check of the whole inventory
description:
  - Judges the data of every host and the rules between hosts, and reports all problems at once.
options:
  _input:
    description: Ansible's C(hostvars).
    type: dict
    required: true
  specs:
    description: For each role its parsed C(meta/argument_specs.yml), with every variable and its default.
    type: dict
    required: true
"""

EXAMPLES = """
{{ hostvars | checked_site({'haproxy': lookup('file', 'argument_specs.yml') | from_yaml}) }}
"""

RETURN = """
_value:
  description: The number of pairs, load_balancers, servers, frontends, backends and applications.
  type: dict
"""


def checked_site(
    hostvars: Mapping[str, Mapping[str, object]], specs: Mapping[str, Mapping[str, object]]
) -> dict[str, int]:
    """Return how much the site consists of, or raise an error with everything that is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.site import checked_site as checked
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return checked(hostvars, specs)
    except InvalidData as error:
        problems = error.in_order(_place)
    # Without `obj`: Ansible would print the lines before the first problem, in which a secret may stand.
    raise AnsibleFilterError(problems.listing(_place))


def _place(value: object) -> tuple[str, int, int] | None:
    """Return file, line and column of a value that Ansible has read from a file."""
    origin = Origin.get_tag(value)
    if origin is None or origin.path is None:
        return None
    path = os.path.relpath(origin.path)
    return (origin.path if path.startswith("..") else path, origin.line_num or 0, origin.col_num or 0)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"checked_site": checked_site}
