"""The module node_emptied: a door into evergate.node.emptying, which lets a HAProxy's connections end."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import emptying, service  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_emptied
author: The Evergate authors
short_description: A HAProxy that nobody is connected to
description:
  - Lets the connections of a node end that has handed its VIPs over, so that HAProxy can be stopped.
options:
  patience:
    description: Seconds after which it goes on all the same.
    type: float
    default: 60
attributes:
  check_mode:
    support: full
    details: A dry run does nothing.
"""

EXAMPLES = """
- name: Let the connections end
  node_emptied:
    patience: 30
"""

RETURN = """
left:
  description: How many former workers of HAProxy still serve connections.
  type: int
  returned: success
"""


OPTIONS = {"patience": {"type": "float", "default": 60}}


def main() -> None:
    """Let them end, and say how many workers are left."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    if module.check_mode:
        module.exit_json(changed=False, left=0)
    try:
        left = emptying.empty(module.params["patience"])
    except service.Refused as error:
        module.fail_json(msg=f"its connections cannot be ended: {error}")
    module.exit_json(changed=False, left=left)


if __name__ == "__main__":
    main()
