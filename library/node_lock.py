"""The module node_lock: a door into evergate.node.lock, which lets one run at a time change a node."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import lock  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_lock
author: The Evergate authors
short_description: One run at a time changes a node
description:
  - Takes the lock of the node for a run, renews it, or gives it back; fails while somebody else has it.
options:
  state:
    description: Whether the run begins or goes on, or is over.
    type: str
    choices: [taken, released]
    default: taken
  who:
    description: Who changes the node, as user@controller.
    type: str
    required: true
  why:
    description: Why, such as the play's name.
    type: str
    required: true
  run:
    description: What is the same for all tasks of one run.
    type: str
    required: true
  lease:
    description: Seconds after which a run that no longer renews the lock is taken for dead.
    type: int
    default: 300
attributes:
  check_mode:
    support: full
    details: A dry run takes nothing.
"""

EXAMPLES = """
- name: Begin
  node_lock:
    who: anna@admin1
    why: site.yml
    run: 0b6c1f9e
"""

RETURN = ""

OPTIONS = {
    "state": {"type": "str", "choices": ["taken", "released"], "default": "taken"},
    "who": {"type": "str", "required": True},
    "why": {"type": "str", "required": True},
    "run": {"type": "str", "required": True},
    "lease": {"type": "int", "default": 300},
}


def main() -> None:
    """Take it, or give it back."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    given = module.params
    if module.check_mode:
        module.exit_json(changed=False)
    try:
        if given["state"] == "released":
            lock.release(given["run"])
            module.exit_json(changed=False)
        now = datetime.now(UTC)
        held = lock.take(given["run"], given["who"], given["why"], now, lease=given["lease"])
    except OSError as error:
        module.fail_json(msg=f"the lock of this node cannot be written: {error}")
    if held is not None:
        module.fail_json(msg=held.told("this node"))
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
