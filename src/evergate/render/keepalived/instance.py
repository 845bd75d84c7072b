"""A VRRP instance as text."""

from __future__ import annotations

from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance
from evergate.model.keepalived.timing import ADVERTS_MISSED
from evergate.render.keepalived.network import address, garp, route, rule
from evergate.render.keepalived.tracking import alone_name
from evergate.render.keepalived.words import Block, block, notifications, number
from evergate.values import Vip


def instance_block(config: KeepalivedConfig, instance: Instance) -> Block:
    """Return the block of an instance as `config.node` has it."""
    lines = [
        # Even the preferred node starts as BACKUP: nopreempt and preempt_delay need it.
        "state BACKUP",
        f"interface {instance.interface}",
        *(["version 2"] if instance.version == 2 else []),
        f"virtual_router_id {config.router_id(instance)}",
        f"priority {config.priority(instance, config.node)}",
        *_timing(config, instance),
        *_transport(config, instance),
        *_authentication(instance),
        *_virtual_mac(config, instance),
        *_moving(config, instance),
        *_tracked(config, instance),
        *garp(instance.garp),
        *notifications(instance.notify),
        *instance.extra,
    ]
    return block(f"vrrp_instance {instance.name}", lines)


def _timing(config: KeepalivedConfig, instance: Instance) -> Block:
    missed = config.missed(instance)
    lines = [f"advert_int {number(config.interval(instance))}"]
    lines += [f"down_timer_adverts {missed}"] if missed != ADVERTS_MISSED else []
    if not instance.preempt:
        return [*lines, "nopreempt"]
    return [*lines, *([f"preempt_delay {instance.preempt_delay:g}"] if instance.preempt_delay else [])]


def _transport(config: KeepalivedConfig, instance: Instance) -> Block:
    own = config.address(instance, config.node)
    if instance.multicast:
        # IPv6 adverts come from a link-local address (RFC 9568, 5.1.2.1), which keepalived knows itself.
        return [f"mcast_src_ip {own}"] if own.version == 4 else []
    peers = [each.name for each in config.members if each.name != config.node]
    addresses = [str(config.address(instance, name)) for name in peers]
    return [f"unicast_src_ip {own}", *block("unicast_peer", addresses)]


def _authentication(instance: Instance) -> Block:
    if instance.auth is None:
        return []
    lines = [f"auth_type {instance.auth.auth_type}", f"auth_pass {instance.auth.auth_pass}"]
    return block("authentication", lines)


def _virtual_mac(config: KeepalivedConfig, instance: Instance) -> Block:
    if not instance.use_vmac:
        return []
    # An address of the other family needs another virtual MAC, hence an interface of its own.
    families = {vip.address.version for vip in (*config.advertised(instance), *config.excluded(instance))}
    return [
        "use_vmac",
        *([] if instance.multicast else ["vmac_xmit_base"]),
        *(["use_vmac_addr"] if len(families) > 1 else []),
    ]


def _moving(config: KeepalivedConfig, instance: Instance) -> Block:
    """Return what the active node has and no other: addresses, routes and rules."""
    excluded = [*_addresses(instance, config.excluded(instance)), *map(address, instance.extra_addresses)]
    listed = {
        "virtual_ipaddress": _addresses(instance, config.advertised(instance)),
        "virtual_ipaddress_excluded": excluded,
        "virtual_routes": [route(each) for each in instance.virtual_routes],
        "virtual_rules": [rule(each) for each in instance.virtual_rules],
    }
    return [line for keyword, lines in listed.items() if lines for line in block(keyword, lines)]


def _addresses(instance: Instance, vips: tuple[Vip, ...]) -> Block:
    """Return the VIPs; with a virtual MAC they are on its interface, whose name is keepalived's to know."""
    where = "" if instance.use_vmac else f" dev {instance.interface}"
    return [f"{vip.interface}{where}{_passive(vip)}" for vip in vips]


def _passive(vip: Vip) -> str:
    # The kernel would connect to IPv6 servers from the VIP, and lose these connections when it moves. A
    # deprecated address answers and is never chosen as a source; of IPv4, the VIPs are secondary anyway.
    return " preferred_lft 0" if vip.address.version == 6 else ""


def _tracked(config: KeepalivedConfig, instance: Instance) -> Block:
    listed = {
        "track_file": [*(each.name for each in config.track_files), *alone_name(config, instance)],
        "track_interface": list(instance.track_interface),
        "track_script": _chosen(instance.track_script, [each.name for each in config.scripts]),
        "track_process": _chosen(instance.track_process, [each.name for each in config.processes]),
        "track_bfd": _chosen(instance.track_bfd, [each.name for each in config.bfd]),
    }
    return [line for keyword, names in listed.items() if names for line in block(keyword, names)]


def _chosen(names: tuple[str, ...] | None, every: list[str]) -> list[str]:
    """Return the names given, else all there are."""
    return every if names is None else list(names)
