"""What a change of keepalived's files asks for, and which VIPs it would move.

All of it was tried on keepalived 2.2.7 and 2.3.3: what a reload does not take is not always refused by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from . import keepalived_unit
from .keepalived_instance import Address, Instance, instances
from .keepalived_text import Block, parsed

CONFIG = "/etc/keepalived/keepalived.conf"
# "Cannot change ... at a reload" is said of some; after tmp_config_directory every reload reads half a file.
# enable_snmp_* kills 2.2; *_rt_priority and *_rlimit_rttime leave a limit of 0, by which the kernel kills.
_RESTARTING = (
    *("net_namespace", "net_namespace_ipvs", "namespace_with_ipsets", "instance", "use_pid_dir"),
    *("nftables", "nftables_ipvs", "tmp_config_directory", "disable_local_igmp", "snmp_socket"),
    *("enable_traps", "enable_snmp_vrrp", "enable_snmp_checker", "enable_snmp_rfc"),
    *("enable_snmp_rfcv2", "enable_snmp_rfcv3"),
    *(f"{child}_{what}" for child in ("vrrp", "bfd", "checker") for what in ("rt_priority", "rlimit_rttime")),
)
_ACCEPTS_OTHER_VIPS = (2, 3)  # from this release on adverts with other VIPs count, with a warning
_VERSION_2 = "2"


@dataclass(frozen=True, slots=True)
class Here:
    """What is known of this node: its addresses, how it is called, and keepalived's release if known."""

    addresses: Collection[Address] = ()
    node: str = "this node"
    release: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a change would be applied, why, and which instances may take or lose their VIPs by it.

    `moving` are names, those before and those after.
    """

    kind: Literal["nothing", "reload", "restart"]
    reasons: tuple[str, ...] = ()
    moving: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class _Move:
    """What becomes of the VIPs of an instance, by its names."""

    names: tuple[str, ...]
    words: str


def plan(before: Mapping[str, str], after: Mapping[str, str], here: Here) -> Plan:
    """Return what the change of these files, contents by paths, asks for."""
    old, new = (parsed(files.get(CONFIG, "")) for files in (before, after))
    restarting = tuple(_restarting(old, new)) + tuple(
        f"{key} of keepalived's unit" for key in keepalived_unit.restarting(before, after)
    )
    if restarting:
        reasons = [f"{what} differs, which takes a restart" for what in restarting]
        moves = [
            _Move((each.name,), f"the VIP of {each.name} leaves {here.node}: keepalived is restarted")
            for each in instances(old)
            if _is_held(each, here)
        ]
    else:
        reasons = list(_differences(old, new))
        moves = list(_moves(old, new, here))
    if not reasons:
        return Plan("nothing")
    moves += _cuts(old, new, here)
    told = tuple(dict.fromkeys(chain(reasons, (each.words for each in moves))))
    if restarting:
        return Plan("restart", told, frozenset(each.name for each in (*instances(old), *instances(new))))
    return Plan("reload", told, frozenset(name for each in moves for name in each.names))


def _restarting(old: Block, new: Block) -> Iterator[str]:
    """Yield what of the configuration only a restart takes."""
    for keyword in _RESTARTING:
        if _global(old, keyword) != _global(new, keyword):
            yield keyword
    for before, after in _pairs(old, new):
        # A reload leaves the VIPs where they are, or takes them away and believes that they are there.
        if after is not None and _interfaces(before) != _interfaces(after):
            yield f"use_vmac of {after.name}"


def _global(config: Block, keyword: str) -> list[tuple[str, ...]]:
    lines = (*config.lines, *config.block("global_defs").lines)
    return [line for line in lines if line[0] == keyword]


def _interfaces(instance: Instance) -> object:
    own = {vip for vip, line in instance.vips.items() if "use_vmac" in line or "use_ipvlan" in line}
    return instance.vmac, own


def _pairs(old: Block, new: Block) -> Iterator[tuple[Instance, Instance | None]]:
    """Yield each instance before with what a reload takes for the same one afterwards."""
    found = {tuple(each.identity.values()): each for each in instances(new)}
    for before in instances(old):
        yield before, found.get(tuple(before.identity.values()))


def _differences(old: Block, new: Block) -> Iterator[str]:
    """Yield which parts of the file differ."""
    before, after = old.parts(), new.parts()
    for words in dict.fromkeys((*after, *before)):
        name = " ".join(words)
        if words not in before:
            yield f"{name} is new"
        elif words not in after:
            yield f"{name} is gone"
        elif before[words] != after[words]:
            yield _difference(name, before[words], after[words])
    if list(before) != list(after) and set(before) == set(after):
        yield "the order of the blocks differs"


def _difference(name: str, old: list[Block | tuple[str, ...]], new: list[Block | tuple[str, ...]]) -> str:
    if len(old) == len(new) == 1 and isinstance(old[0], Block) and isinstance(new[0], Block):
        before, after = old[0].parts(), new[0].parts()
        parts = [" ".join(key) for key in {**before, **after} if before.get(key) != after.get(key)]
        return (
            f"{name}: {', '.join(parts)} {'differs' if len(parts) == 1 else 'differ'}"
            if parts
            else (f"{name}: the order of its lines differs")
        )
    return f"{name} differs"


def _is_held(instance: Instance, here: Here) -> bool:
    return any(vip in here.addresses for vip in instance.vips)


def _moves(old: Block, new: Block, here: Here) -> Iterator[_Move]:
    """Yield what becomes of VIPs at a reload."""
    by_name = {each.name: each for each in instances(new)}
    for before, after in _pairs(old, new):
        if after is None:
            yield from _ending(before, by_name.get(before.name), here)
        else:
            yield from _staying(before, after, here)
            if _is_held(before, here):
                yield from _vips(before, after, here)
    if [each for each in old.blocks if each.words[0] == "vrrp_sync_group"] != [
        each for each in new.blocks if each.words[0] == "vrrp_sync_group"
    ]:
        yield _Move(tuple(by_name), "VIPs may move: the sync groups differ")


def _ending(before: Instance, namesake: Instance | None, here: Here) -> Iterator[_Move]:
    leaves = f"the VIP of {before.name} leaves {here.node}"
    if namesake is None:
        yield _Move((before.name,), f"{leaves}: there is no such instance any more")
        return
    other = ", ".join(key for key, value in before.identity.items() if namesake.identity[key] != value)
    words = f"{leaves}, if only for a moment: its {other} differs" if _is_held(before, here) else ""
    yield _Move((before.name,), words or f"{before.name} begins anew: its {other} differs")


def _staying(before: Instance, after: Instance, here: Here) -> Iterator[_Move]:
    names, held = (before.name, after.name), _is_held(before, here)
    falls = f"from {before.priority} to {after.priority}"
    if after.preempts and held and after.priority < before.priority:
        yield _Move(names, f"the VIP of {after.name} may leave {here.node}: its priority falls {falls}")
    if after.preempts and not held and after.priority > before.priority:
        yield _Move(names, f"the VIP of {after.name} may come to {here.node}: its priority rises {falls}")
    if after.preempts and not before.preempts:
        yield _Move(names, f"the VIP of {after.name} goes to the node with the highest priority from now on")


def _vips(before: Instance, after: Instance, here: Here) -> Iterator[_Move]:
    """Yield which of the VIPs that are held go, or are away for the moment in which they are put on anew."""
    for vip, line in before.vips.items():
        if vip not in after.vips:
            yield _Move((), f"{vip} leaves {here.node}: it is no VIP of {after.name} any more")
        elif after.vips[vip] != line:
            yield _Move((), f"{vip} leaves {here.node} for a moment: it is put on anew")


def _cuts(old: Block, new: Block, here: Here) -> Iterator[_Move]:
    """Yield where nodes that have the change and nodes that have not do not count each other's adverts.

    Both kinds become active then.
    """
    before = {each.name: each for each in instances(old)}
    for after in instances(new):
        if after.name in before and (other := list(_cutting(before[after.name], after, here.release))):
            words = (
                f"until all nodes have the change they do not count each other's adverts of {after.name}, "
                f"and more than one may hold its VIP: its {', '.join(other)} differs"
            )
            yield _Move((after.name,), words)


def _cutting(before: Instance, after: Instance, release: tuple[int, ...]) -> Iterator[str]:
    for key in ("virtual_router_id", "address family", "unicast_peer", "interface"):
        if before.identity[key] != after.identity[key]:
            yield key
    if before.version != after.version:
        yield "version"
    if before.auth != after.auth:
        yield "authentication"
    if after.version == _VERSION_2 and before.advert_int != after.advert_int:
        yield "advert_int"
    if release < _ACCEPTS_OTHER_VIPS and set(before.advertised) != set(after.advertised):
        yield "virtual_ipaddress"
