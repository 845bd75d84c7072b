"""The module node_absent: a door into evergate.node.absence, which leaves nothing on a node."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import absence, service  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_absent
author: The Evergate authors
short_description: What is to be gone from a node
description:
  - Stops units, purges packages and removes all that is named, as far as it is there.
options:
  units:
    description: Units that are stopped and no longer start at boot, in this order.
    type: list
    elements: str
    default: []
  packages:
    description: Packages that are purged, with those that came only with them.
    type: list
    elements: str
    default: []
  paths:
    description: Files, and directories with all below them.
    type: list
    elements: str
    default: []
  directories:
    description: Directories that go if nothing is left in them.
    type: list
    elements: str
    default: []
  users:
    description: Users, with the groups of their names.
    type: list
    elements: str
    default: []
  settings:
    description: Settings of the kernel, with its own values; one that another file wants is left alone.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    details: A dry run tells what would go.
"""

EXAMPLES = """
- name: Leave nothing
  node_absent:
    units: [example.service]
    paths: [/etc/example]
"""

RETURN = """
gone:
  description: What was there and is not any more, or would not be.
  type: list
  returned: success
"""

LIST = {"type": "list", "elements": "str", "default": []}
OPTIONS = {
    **dict.fromkeys(("units", "packages", "paths", "directories", "users"), LIST),
    "settings": {"type": "dict", "default": {}},
}


def main() -> None:
    """Let it go, and tell what has gone."""
    module = AnsibleModule(OPTIONS, supports_check_mode=True)
    given = {name: tuple(value) for name, value in module.params.items() if name != "settings"}
    remnants = absence.Remnants(**given, settings=module.params["settings"])
    try:
        gone = remnants.found()
        if gone and not module.check_mode:
            remnants.remove()
    except (service.Refused, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(gone), gone=gone)


if __name__ == "__main__":
    main()
