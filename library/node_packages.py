"""The module node_packages: a door into evergate.node.packages, which upgrades a node, or goes back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import packages, service, signals  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_packages
author: The Evergate authors
short_description: The packages of a load balancer
description:
  - Upgrades packages of a node that has handed its VIPs over, and proves that HAProxy and keepalived serve
    no less than before; or returns to the versions that it kept.
options:
  state:
    description:
      - V(looked) tells what would change and what is in the way, V(fetched) has it on disk together with the
        way back, V(upgraded) does and proves it, V(restored) goes back, V(fit) waits until keepalived could
        be active.
    type: str
    choices: [looked, fetched, upgraded, restored, fit]
    required: true
  wanted:
    description: What is to be upgraded; not needed to go back or to be fit.
    type: dict
    default: {}
    suboptions:
      packages:
        description: The names, or C(NAME=VERSION).
        type: list
        elements: str
        default: []
      everything:
        description: Whether all other packages are upgraded as well.
        type: bool
        default: false
      release:
        description: From which release, such as C(bookworm-backports); from the usual one if empty.
        type: str
        default: ""
      held:
        description: Whether packages that an operator holds are upgraded too.
        type: bool
        default: false
attributes:
  check_mode:
    support: full
    details: Only V(looked) and V(fit) do anything in a dry run.
"""

EXAMPLES = """
- name: Look what would change
  node_packages:
    state: looked
    wanted: {packages: [haproxy, keepalived]}
  register: __told
"""

RETURN = """
told:
  description: What would change and what is in the way.
  type: dict
  returned: if O(state=looked)
changes:
  description: C(name), C(old) and C(new) of each package that has changed.
  type: list
  returned: if O(state=upgraded) or O(state=restored)
words:
  description: The same in words.
  type: str
  returned: if O(state=upgraded) or O(state=restored)
kept:
  description: The files that lead back.
  type: list
  returned: if O(state=fetched)
reboot:
  description: Why the node should be rebooted, or nothing.
  type: str
  returned: if O(state=upgraded)
"""

STATES = ["looked", "fetched", "upgraded", "restored", "fit"]
WANTED = {
    "packages": {"type": "list", "elements": "str", "default": []},
    "everything": {"type": "bool", "default": False},
    "release": {"type": "str", "default": ""},
    "held": {"type": "bool", "default": False},
}
OPTIONS = {
    "state": {"type": "str", "choices": STATES, "required": True},
    "wanted": {"type": "dict", "options": WANTED, "apply_defaults": True},
}


def done(node: Any, state: str) -> dict[str, Any]:
    """Do what the state asks for, and return the result."""
    if state == "looked":
        return {"changed": False, "told": node.look()}
    if state == "fetched":
        return {"changed": False, "kept": node.fetch()}  # nothing that anyone uses
    if state == "fit":
        node.fit()
        return {"changed": False}
    changes = node.upgrade() if state == "upgraded" else node.restore()
    words = " and ".join(f"{each.name} {each.new}" for each in changes) or "what it had"
    return {
        "changed": bool(changes),
        "changes": [asdict(each) for each in changes],
        "words": words,
        "reboot": node.reboot(),
    }


def main() -> None:
    """Do it, and say what came of it."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    given = module.params
    wanted = packages.Wanted(**{**given["wanted"], "packages": tuple(given["wanted"]["packages"])})
    if module.check_mode and given["state"] not in ("looked", "fit"):
        module.exit_json(changed=False)
    try:
        with signals.undisturbed():
            result = done(packages.Packages(wanted), given["state"])
    except (service.Refused, signals.Stopped, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
