"""The filter haproxy_watch_options: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: haproxy_watch_options
author: The Evergate authors
short_description: How the watcher asks HAProxy
description:
  - Turns the name of a profile into the watcher's command line.
options:
  _input:
    description: The name, as in C(keepalived_profile).
    type: str
    required: true
"""

EXAMPLES = """
{{ haproxy_profile | haproxy_watch_options }}
"""

RETURN = """
_value:
  description: Options, such as C(--interval 0.05 --deadline 0.1 --fall 2 --rise 3).
  type: str
"""


def haproxy_watch_options(profile: object) -> str:
    """Return the options, or raise an error with the origin of a name that nobody knows."""
    try:
        from evergate import profiles
        from evergate.errors import InvalidData
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return profiles.watch_options(profile)
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"haproxy_watch_options": haproxy_watch_options}
