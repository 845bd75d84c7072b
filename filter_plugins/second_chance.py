"""The filter second_chance: a door into evergate, which holds the rules."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped]

DOCUMENTATION = """
name: second_chance
author: The Evergate authors
short_description: What hands a pair's open connections over
description:
  - Checks the data and returns the files by which connections outlive the move of their VIP.
options:
  _input:
    description: The variables C(keepalived_*) without their prefix, and C(node).
    type: dict
    required: true
"""

EXAMPLES = """
{{ __keepalived_data | second_chance }}
"""

RETURN = """
_value:
  description: C(path) and C(content) of every file; empty if the pair has no second chance.
  type: list
"""


def second_chance(data: object) -> list[dict[str, str]]:
    """Return the files of the second chance, or raise an error with the origin of what is wrong."""
    try:
        from evergate.errors import InvalidData
        from evergate.model.keepalived.config import KeepalivedConfig
        from evergate.render.keepalived.second_chance import files
    except ModuleNotFoundError as error:
        raise AnsibleFilterError("evergate is not installed beside Ansible; run: make setup") from error
    try:
        return files(KeepalivedConfig.from_data(data))
    except InvalidData as error:
        raise AnsibleFilterError(str(error), obj=error.value, help_text=error.hint) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the one filter by its name."""
        return {"second_chance": second_chance}
