"""The module node_checkup: a door into evergate.node.checkup, which asks a load balancer how it is."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import checkup  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_checkup
author: The Evergate authors
short_description: How a load balancer is
description:
  - Reads versions, units, health files, VIPs, servers, configurations, certificates and kernel settings.
options: {}
attributes:
  check_mode:
    support: full
"""

EXAMPLES = """
- name: Ask it
  node_checkup:
  register: __checkup
"""

RETURN = """
told:
  description: All facts, for the filter P(doctor#filter).
  type: dict
  returned: success
"""


def main() -> None:
    """Ask, and return what was told."""
    module = AnsibleModule({}, supports_check_mode=True)
    try:
        module.exit_json(changed=False, told=checkup.Node().told())
    except OSError as error:
        module.fail_json(msg=f"this node could not be examined: {error}")


if __name__ == "__main__":
    main()
