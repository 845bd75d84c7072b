"""The filter haproxy_configuration: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: haproxy_configuration
author: The Evergate authors
short_description: Everything that HAProxy reads
description:
  - Checks the data and returns C(haproxy.cfg) and every file that it refers to.
options:
  _input:
    description: The variables C(haproxy_*) without their prefix, the list C(vips) and the mapping C(groups).
    type: dict
    required: true
  text:
    description: The text of C(haproxy.cfg).
    type: str
    required: true
  sources:
    description: The contents of the files on the controller that certificates are taken from, by their paths.
    type: dict
    default: {}
"""

EXAMPLES = """
{{ __haproxy_data | haproxy_configuration(lookup('template', 'haproxy.cfg.j2')) }}
"""

RETURN = """
_value:
  description: C(files) and C(secrets), lists of C(path), C(content) and C(mode).
  type: dict
"""


def haproxy_configuration(
    data: object, text: str, sources: Mapping[str, str] | None = None
) -> dict[str, list[dict[str, str]]]:
    """Return everything that HAProxy reads, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.model.haproxy.config import HaproxyConfig
        from evergate.render.haproxy.files import configuration
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return configuration(HaproxyConfig.from_data(data), text, sources or {})
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"haproxy_configuration": haproxy_configuration}
