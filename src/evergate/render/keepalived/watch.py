"""What the watcher of keepalived is told on one node, as JSON (roles/keepalived/files/vrrp_watch.py)."""

from __future__ import annotations

import json

from evergate.inventory import BALANCERS
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance
from evergate.values import Address

WITNESSES = 3  # for each instance: one may be down, and two may disagree


def render(config: KeepalivedConfig) -> str:
    """Return the file of `config.node`, ending in a newline: its name, the alarm and every instance."""
    instances = [_instance(config, each) for each in config.instances]
    told = {"node": config.node, "alarm": list(config.alarm), "instances": instances}
    return json.dumps(told, indent=2) + "\n"


def witnesses(config: KeepalivedConfig, instance: Instance) -> list[Address]:
    """Return who is asked about an instance: those given, else the nearest hosts that are no balancers."""
    vip = config.advertised(instance)[0].interface
    if config.witnesses:
        fit = [each for each in config.witnesses if each.version == vip.version]
    else:
        fit = [each for each in _neighbours(config) if each in vip.network]
    return fit[:WITNESSES]


def _neighbours(config: KeepalivedConfig) -> list[Address]:
    """Return the addresses of the hosts outside every pair, each once, in the inventory's order."""
    known = dict(config.groups)
    pairs = {host.address for host in (*known.get(BALANCERS, ()), *config.members)}
    every = dict.fromkeys(host.address for hosts in known.values() for host in hosts)
    return [each for each in every if each not in pairs]


def _instance(config: KeepalivedConfig, instance: Instance) -> dict[str, object]:
    vips = (*config.advertised(instance), *config.excluded(instance))
    others = [each.name for each in config.members if each.name != config.node]
    return {
        "name": instance.name,
        "interface": instance.interface,
        # The virtual MAC's interface is keepalived's to name.
        "anywhere": instance.use_vmac,
        "virtual_router_id": config.router_id(instance),
        "advert_int": config.interval(instance),
        "vips": [str(vip.address) for vip in vips],
        "own": str(config.address(instance, config.node)),
        "peers": {str(config.address(instance, name)): name for name in others},
        "witnesses": [str(each) for each in witnesses(config, instance)],
    }
