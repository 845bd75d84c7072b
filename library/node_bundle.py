"""The module node_bundle: a door into evergate.node.bundle, which tells helpers of a load balancer."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import bundle  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_bundle
author: The Evergate authors
short_description: What a load balancer tells those who help its operator
description:
  - Reads configurations, journals and the states of daemons, kernel and network, without secrets.
options: {}
attributes:
  check_mode:
    support: full
"""

EXAMPLES = """
- name: Ask it
  node_bundle:
  register: __bundle
"""

RETURN = """
texts:
  description: Texts by their names.
  type: dict
  returned: success
"""


def main() -> None:
    """Read, and return what was read."""
    module = AnsibleModule({}, supports_check_mode=True)
    module.exit_json(changed=False, texts=bundle.Node().texts())


if __name__ == "__main__":
    main()
