"""The rules that no single host's data can break: who shares what with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from evergate import budget, values
from evergate.errors import Problem, quoted
from evergate.inventory import Host
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance, SyncGroup
from evergate.model.keepalived.rules import addresses_of
from evergate.reading import repeated

_INSTANCES, _PROFILE = "keepalived_instances", "keepalived_profile"


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair's hosts and what the two daemons are told on each, in the inventory's order."""

    name: str
    hosts: tuple[Host, ...]
    moving: list[KeepalivedConfig]
    balancing: list[HaproxyConfig]

    @property
    def instances(self) -> tuple[Instance, ...]:
        """Return the VRRP instances, which are the same on all members."""
        return self.moving[0].instances


def between_hosts(pairs: list[Pair], everyone: list[Host]) -> Iterator[Problem]:
    """Yield what hosts and pairs do to each other; each of them is in order by itself."""
    owners = {_address(host): host for host in everyone if host.address is not None}
    for pair in pairs:
        yield from _disagreements(pair)
        yield from _taken_vips(pair, owners)
        yield from _addressless_servers(pair, everyone)
        yield from budget.broken_promises(pair.moving[0], pair.balancing[0])
    for one, other in combinations(pairs, 2):
        yield from _shared_vips(one, other)
        yield from _shared_routers(one, other)


def _address(host: Host) -> values.Address:
    return values.address(host.address, "evergate_address")


def shared_addresses(everyone: list[Host]) -> Iterator[Problem]:
    """Yield the hosts whose address an earlier host has already."""
    for _, host in repeated((host for host in everyone if host.address is not None), _address):
        owner = next(
            each for each in everyone if each.address is not None and _address(each) == _address(host)
        )
        problem = f"{quoted(host.address)} of {host.name} is the address of {owner.name} too"
        yield Problem("evergate_address", problem, host.address, "give every host its own address")


def _disagreements(pair: Pair) -> Iterator[Problem]:
    """Yield what is not the same on all members; only the name of an instance's interface may differ."""
    first, *others = pair.moving
    for number, member in enumerate(others, start=1):
        problem = f"differs between {first.node} and {member.node}, which are one pair"
        if _anywhere(member) != _anywhere(first):
            hint = "set it once for the pair; only 'interface' may differ between its members"
            yield Problem(_INSTANCES, problem, member.instances[0].name, hint)
        if member.profile != first.profile:
            origin = pair.hosts[number].variables.get(_PROFILE, pair.hosts[number].origin)
            yield Problem(_PROFILE, problem, origin, "set it once for the pair: its members keep one time")
        for served in ("frontends", "backends", "listens", "maps", "lists", "peers_port"):
            if getattr(pair.balancing[number], served) != getattr(pair.balancing[0], served):
                origin = pair.hosts[number].variables.get(f"haproxy_{served}", pair.hosts[number].origin)
                hint = "set it once for the pair: its members take each other's place"
                yield Problem(f"haproxy_{served}", problem, origin, hint)


def _anywhere(config: KeepalivedConfig) -> tuple[list[Instance], tuple[SyncGroup, ...]]:
    """Return what members must agree on: the instances but for their interfaces, and the groups."""
    return [replace(each, interface="") for each in config.instances], config.sync_groups


def _taken_vips(pair: Pair, owners: Mapping[values.Address, Host]) -> Iterator[Problem]:
    """Yield the VIPs that are a stranger's address; the pair's own are the keepalived model's to judge."""
    for instance in pair.instances:
        for key, vip in addresses_of(instance):
            owner = owners.get(vip.address)
            if owner is not None and owner.pair != pair.name:
                problem = f"{quoted(vip.source)} is the address of {owner.name}"
                yield instance.wrong(key, problem, "choose an address that no host has", vip.source)


def _addressless_servers(pair: Pair, everyone: list[Host]) -> Iterator[Problem]:
    for backend in (*pair.balancing[0].backends, *pair.balancing[0].listens):
        for host in everyone:
            if backend.group in host.groups and host.address is None:
                problem = f"{quoted(backend.group)} has the host {host.name}, which has no evergate_address"
                hint = f"write evergate_address for {host.name}, or take it out of the group"
                yield backend.wrong("group", problem, hint)


def _shared_vips(one: Pair, other: Pair) -> Iterator[Problem]:
    taken = {vip.address for instance in one.instances for _, vip in addresses_of(instance)}
    for instance in other.instances:
        for key, vip in addresses_of(instance):
            if vip.address in taken:
                problem = f"{quoted(vip.source)} of the pair {other.name} is a VIP of the pair {one.name} too"
                yield instance.wrong(key, problem, "give every VIP to one pair", vip.source)


def _shared_routers(one: Pair, other: Pair) -> Iterator[Problem]:
    """Yield the virtual router ids that two pairs use in one network, where each would obey the other.

    The ids of IPv4 and IPv6 are apart (RFC 9568, 5.2.3); those of VRRP's versions are not.
    """
    for first in one.instances:
        for second in other.instances:
            identity = other.moving[0].router_id(second)
            if one.moving[0].router_id(first) == identity and _same_network(one, first, other, second):
                users = f"{one.name} ({first.name}) and {other.name} ({second.name})"
                problem = f"{identity} is used in one network by the pairs {users}"
                hint = f"write another virtual_router_id, 1 to 255, for {second.name}"
                origin = other.moving[0].router_id_source(second)
                yield second.wrong("virtual_router_id", problem, hint, origin)


def _same_network(one: Pair, first: Instance, other: Pair, second: Instance) -> bool:
    """Return whether the adverts of two instances can meet."""
    return any(
        mine.interface.version == yours.interface.version
        and mine.interface.network.overlaps(yours.interface.network)
        for mine in one.moving[0].advertised(first)
        for yours in other.moving[0].advertised(second)
    )
