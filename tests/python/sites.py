"""An inventory read by Ansible itself, in this process, and judged through the project's own filter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader, init_plugin_loader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

ROOT = Path(__file__).parents[2]


@cache
def specs() -> dict[str, Any]:
    """Return every role's argument specs, as the check play reads them."""
    roles = (path.parents[1] for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")))
    return {role.name: yaml.safe_load((role / "meta" / "argument_specs.yml").read_text()) for role in roles}


@cache
def _plugins() -> None:
    init_plugin_loader([])
    filter_loader.add_directory(str(ROOT / "filter_plugins"))


def hostvars(inventory: Path) -> HostVars:
    """Return Ansible's hostvars of an inventory: a directory or a file."""
    _plugins()
    loader = DataLoader()
    manager = InventoryManager(loader, sources=[str(inventory)])
    return HostVars(manager, VariableManager(loader, manager), loader)


def checked(inventory: Path) -> Any:
    """Return what the check play shows for an inventory, or raise Ansible's error."""
    variables = {"hostvars": hostvars(inventory), "specs": specs()}
    return Templar(DataLoader(), variables=variables).template(
        trust_as_template("{{ hostvars | checked_site(specs) }}")
    )


def refusal(inventory: Path) -> str | None:
    """Return the listing of everything that is wrong with an inventory, None if nothing is."""
    try:
        checked(inventory)
    except AnsibleError as error:
        causes = [error]
        while isinstance(causes[-1].__cause__, AnsibleError):
            causes.append(causes[-1].__cause__)
        return str(causes[-1].message)
    return None
