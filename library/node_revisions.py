"""The module node_revisions: a door into evergate.node.revisions, which keeps good configurations."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import revisions  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_revisions
author: The Evergate authors
short_description: Which good configurations a node has kept
description:
  - Tells of each by whom, when and why it came, and its number, for the module node_configuration.
options:
  service:
    description: The daemon.
    type: str
    choices: [haproxy, keepalived]
    required: true
attributes:
  check_mode:
    support: full
"""

EXAMPLES = """
- name: See what one could go back to
  node_revisions:
    service: haproxy
  register: __kept
"""

RETURN = """
kept:
  description: C(number), C(at), C(who) and C(why) of each, the newest first.
  type: list
  returned: always
lines:
  description: The same in words.
  type: list
  returned: always
"""

OPTIONS = {"service": {"type": "str", "choices": ["haproxy", "keepalived"], "required": True}}


def main() -> None:
    """Read them and tell."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    store = revisions.Revisions(revisions.DIRECTORY / module.params["service"])
    kept = [{"number": each.number, "at": each.at, "who": each.who, "why": each.why} for each in store.all()]
    lines = [f"{each['number']}: {each['at']}, {each['who']}: {each['why']}" for each in kept]
    module.exit_json(changed=False, kept=kept, lines=lines or ["none"])


if __name__ == "__main__":
    main()
