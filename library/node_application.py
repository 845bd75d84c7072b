"""The module node_application: a door into evergate.node.application, which looks whether all is well."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import application, files  # type: ignore[import-untyped]

DOCUMENTATION = """
module: node_application
author: The Evergate authors
short_description: Whether an app server is as it should be
description:
  - Looks at packages, release, unit, environment and health, and says what differs. Nothing is changed.
options:
  name:
    description: The application.
    type: str
    required: true
  version:
    description: The release that it should run.
    type: str
    required: true
  unit:
    description: The text of its unit.
    type: str
    required: true
  environment:
    description: The text of its environment.
    type: str
    required: true
  packages:
    description: The packages that it needs.
    type: list
    elements: str
    required: true
  port:
    description: Where it answers.
    type: int
    required: true
  health_path:
    description: What it is asked there.
    type: str
    required: true
attributes:
  check_mode:
    support: full
"""

EXAMPLES = """
- name: Look
  node_application:
    name: shop
    version: 1.1.0
    unit: "{{ __unit }}"
    environment: "{{ __environment }}"
    packages: [gunicorn]
    port: 8000
    health_path: /healthz
  register: __look
"""

RETURN = """
words:
  description: What differs, a few words each.
  type: list
  returned: success
serves:
  description: Whether a release is in its place, whichever.
  type: bool
  returned: success
"""

OPTIONS = {
    "name": {"type": "str", "required": True},
    "version": {"type": "str", "required": True},
    "unit": {"type": "str", "required": True},
    "environment": {"type": "str", "required": True, "no_log": True},
    "packages": {"type": "list", "elements": "str", "required": True},
    "port": {"type": "int", "required": True},
    "health_path": {"type": "str", "required": True},
}


def main() -> None:
    """Look, and tell."""
    # Nothing is logged: the environment would be.
    module = AnsibleModule(OPTIONS, supports_check_mode=True, no_log=True)
    given = module.params
    name = given["name"]
    wanted = application.Application(
        name,
        given["version"],
        (
            files.File(f"/etc/systemd/system/{name}.service", given["unit"], 0o644, False),
            files.File(f"/etc/evergate/{name}.env", given["environment"], 0o600, True),
        ),
        given["packages"],
        given["port"],
        given["health_path"],
    )
    words = application.differences(wanted)
    told = {key: given[key] for key in OPTIONS if key != "environment"}
    serves = application.serves(name)
    module.exit_json(changed=bool(words), words=words, serves=serves, invocation={"module_args": told})


if __name__ == "__main__":
    main()
