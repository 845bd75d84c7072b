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

from evergate import site
from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy import config as haproxy_config
from evergate.render.haproxy import files as haproxy_files
from evergate.render.keepalived import config as keepalived_config

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


def rendered(inventory: Path) -> dict[str, dict[str, str]]:
    """Return for every load balancer the texts of its files, all but the secret ones.

    The names are those below the daemon's directory, such as `maps/sites.map`.
    """
    pairs, _ = site.read(hostvars(inventory), specs())
    return {
        host.name: _haproxy(balancing) | {"keepalived.conf": keepalived_config.render(moving)}
        for pair in pairs
        for host, moving, balancing in zip(pair.hosts, pair.moving, pair.balancing, strict=True)
    }


def _haproxy(config: HaproxyConfig) -> dict[str, str]:
    beside = haproxy_files.files(config)
    names = [each["path"].removeprefix(f"{haproxy_files.DIRECTORY}/") for each in beside]
    texts = [each["content"] for each in beside]
    return {"haproxy.cfg": haproxy_config.render(config), **dict(zip(names, texts, strict=True))}
