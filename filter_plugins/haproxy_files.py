"""The filter haproxy_files: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: haproxy_files
author: The Evergate authors
short_description: The files beside HAProxy's configuration
description:
  - Checks the data and returns every file that C(haproxy.cfg) refers to.
options:
  _input:
    description: The variables C(haproxy_*) without their prefix, the list C(vips) and the mapping C(groups).
    type: dict
    required: true
"""

EXAMPLES = """
{{ __haproxy_data | haproxy_files }}
"""

RETURN = """
_value:
  description: C(path), C(mode), C(secret), and C(content) or C(source), a path on the controller.
  type: list
"""


def haproxy_files(data: object) -> list[dict[str, object]]:
    """Return the files beside haproxy.cfg, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.model.haproxy.config import HaproxyConfig
        from evergate.render.haproxy.files import files, secrets
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        config = HaproxyConfig.from_data(data)
        public = [{**each, "secret": False} for each in files(config)]
        return public + [{**each, "secret": True} for each in secrets(config)]
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"haproxy_files": haproxy_files}
