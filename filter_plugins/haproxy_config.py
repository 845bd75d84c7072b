"""The filter haproxy_config: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: haproxy_config
author: The Evergate authors
short_description: HAProxy configuration from data
description:
  - Checks the data and renders the whole C(haproxy.cfg) of one load balancer.
options:
  _input:
    description: The variables C(haproxy_*) without their prefix, the list C(vips) and the mapping C(groups).
    type: dict
    required: true
"""

EXAMPLES = """
{{ __haproxy_data | haproxy_config }}
"""

RETURN = """
_value:
  description: The text of the configuration.
  type: str
"""


def haproxy_config(data: object) -> str:
    """Return the text of haproxy.cfg, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.model.haproxy.config import HaproxyConfig
        from evergate.render.haproxy.config import render
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return render(HaproxyConfig.from_data(data))
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"haproxy_config": haproxy_config}
