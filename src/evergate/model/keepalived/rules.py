"""What holds between the parts of keepalived's configuration; each part is right by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from evergate import releases, values
from evergate.errors import Problem, quoted
from evergate.model.keepalived.instance import Instance
from evergate.model.keepalived.timing import HIGHEST_PRIORITY
from evergate.model.member import Member
from evergate.reading import repeated
from evergate.releases import Version

if TYPE_CHECKING:
    from evergate.model.keepalived.config import KeepalivedConfig

# What an advert can hold: its count is a byte (RFC 9568, 5.2.5), but 1500 bytes are full of IPv6 before.
_MOST_ADVERTISED = {4: 255, 6: 90}
_OWN_BLOCKS = """
global_defs vrrp_instance vrrp_sync_group vrrp_script vrrp_track_process vrrp_track_file track_file
bfd_instance
"""


def addresses_of(instance: Instance) -> Iterator[tuple[str, values.Vip]]:
    """Yield every address that moves with an instance, of both families, with the key it stands under."""
    yield from (("vips", vip) for vip in instance.vips)
    yield from (("vips_excluded", vip) for vip in instance.vips_excluded)
    yield from (("extra_addresses", extra.address) for extra in instance.extra_addresses)


def of_members(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield why the members are no pair, or why this host is not one of them."""
    names = ", ".join(member.name for member in config.members) or "none"
    origin = config.members[0].name if config.members else None
    if not 2 <= len(config.members) < HIGHEST_PRIORITY:
        hint = "put at least two hosts with the same evergate_pair into the group load_balancers"
        yield config.wrong("members", f"a pair needs two members, here: {names}", hint, origin)
    elif len({member.address.version for member in config.members}) > 1:
        hint = "write evergate_address of all members as IPv4, or of all as IPv6"
        yield config.wrong("members", f"{names} have addresses of different families", hint, origin)
    elif config.node not in {member.name for member in config.members}:
        problem = f"{quoted(config.node)} is no member of its pair"
        yield config.wrong("node", problem, f"the members are {names}")
    for member in _twice(config.members):
        problem = f"{quoted(member.name)} with address '{member.address}' repeats another member"
        hint = "give every member its own name and evergate_address"
        yield config.wrong("members", problem, hint, member.name)


def _twice(members: tuple[Member, ...]) -> Iterator[Member]:
    yield from (member for _, member in repeated(members, lambda each: each.name))
    yield from (member for _, member in repeated(members, lambda each: each.address))


def of_scripts(config: KeepalivedConfig, version: Version) -> Iterator[Problem]:
    """Yield the parts of seconds that this version's scripts can't have."""
    if releases.has_fractional_scripts(version):
        return
    for script in config.scripts:
        for key, seconds in (("interval", script.interval), ("timeout", script.timeout)):
            if seconds is not None and seconds % 1:
                needs = f"which keepalived {releases.written(version)} needs"
                hint = f"write whole seconds, or upgrade the pair: {releases.origin('keepalived', (2, 3))}"
                problem = f"{quoted(script.source[key])} is not whole seconds, {needs}"
                yield script.wrong(key, problem, hint)


def of_extra(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield the blocks among the operator's own that the variables are for."""
    depth = 0
    for line in config.extra:
        if not depth and line.split()[0].partition("{")[0] in _OWN_BLOCKS.split():
            hint = "use the variable keepalived_* for it, whose rules hold for all"
            yield config.wrong("extra", f"{quoted(line)} opens a block that Evergate writes", hint, line)
        depth += line.count("{") - line.count("}")


def of_alarm(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield a program that would be searched for."""
    if config.alarm and not config.alarm[0].startswith("/"):
        hint = "write the program as the first item, such as /usr/local/sbin/page, and its arguments after it"
        problem = f"{quoted(config.alarm[0])} is not an absolute path"
        yield config.wrong("alarm", problem, hint, config.alarm[0])


def of_addresses(config: KeepalivedConfig, instance: Instance) -> Iterator[Problem]:
    """Yield addresses to speak VRRP between that are not the members', and a lack of VIPs of their family."""
    members, named = [each.name for each in config.members], [name for name, _ in instance.addresses]
    if instance.addresses and sorted(members) != sorted(named):
        hint = f"write one address for each of: {', '.join(members)}"
        yield instance.wrong("addresses", "are not those of the pair's members", hint)
    elif instance.preferred is not None and instance.preferred not in members:
        return  # told by the rule for references; without it there are no priorities
    elif not config.advertised(instance):
        family = f"IPv{config.family(instance)}"
        problem = f"holds no {family} address, but the members talk {family}"
        yield instance.wrong("vips", problem, f"add an {family} VIP")


def of_vips(config: KeepalivedConfig, instance: Instance) -> Iterator[Problem]:
    """Yield the VIPs that are a member's address or lie outside the members' network."""
    spoken = {each.name: config.address(instance, each.name) for each in config.members}
    owners = {each.address: each.name for each in config.members} | {
        address: name for name, address in spoken.items()
    }
    for key, vip in addresses_of(instance):
        if vip.address in owners:
            problem = f"{quoted(vip.source)} is the address of {owners[vip.address]}"
            yield instance.wrong(key, problem, "choose an address that no host has", vip.source)
        outside = [name for name, address in spoken.items() if address not in vip.interface.network]
        if outside and key != "extra_addresses" and vip.address.version == config.family(instance):
            there = f"{outside[0]}, which has {spoken[outside[0]]}"
            problem = f"{quoted(vip.source)} is not in the network of {there}"
            hint = "check the address, and its prefix length: it is the network's, not /32 or /128"
            yield instance.wrong(key, problem, hint, vip.source)


def of_version(config: KeepalivedConfig, instance: Instance) -> Iterator[Problem]:
    """Yield what VRRP cannot tell in an advert: no router id, too many addresses, an old version's IPv6."""
    vips, family = config.advertised(instance), config.family(instance)
    if config.router_id(instance) == 0:
        hint = "write virtual_router_id, 1 to 255, that no other pair in this network uses"
        problem = f"gives no virtual_router_id: '{vips[0].address}' ends in a zero byte"
        yield instance.wrong("vips", problem, hint)
    if len(vips) > _MOST_ADVERTISED[family]:
        hint = "move the others to vips_excluded: they move along all the same"
        problem = f"are {len(vips)} IPv{family} addresses; an advert holds {_MOST_ADVERTISED[family]}"
        yield instance.wrong("vips", problem, hint)
    if instance.version == 2 and family == 6:
        problem = "is 2, but the members talk IPv6, which VRRPv2 does not know"
        yield instance.wrong("version", problem, "delete it: 3 is the default")


def of_repetitions(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield the router ids and addresses that an earlier instance has already."""
    for _, instance in repeated(config.instances, lambda each: (config.router_id(each), config.family(each))):
        problem = f"another instance of this pair has virtual_router_id {config.router_id(instance)}"
        hint = "write a virtual_router_id, 1 to 255, that no other instance has"
        yield instance.wrong("virtual_router_id", problem, hint, config.router_id_source(instance))
    found = [(instance, key, vip) for instance in config.instances for key, vip in addresses_of(instance)]
    for _, (instance, key, vip) in repeated(found, lambda item: item[2].address):
        problem = f"{quoted(vip.source)} stands here a second time"
        yield instance.wrong(key, problem, "list every VIP once", vip.source)


def of_groups(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield the instances of a sync group that pull it in two directions, or that two groups share."""
    by_name = {instance.name: instance for instance in config.instances}
    for group in config.sync_groups:
        known = [by_name[name] for name in group.instances if name in by_name]
        for one, other in combinations(known, 2):
            if config.preferred(one) != config.preferred(other):
                wishes = " and ".join(
                    f"{each.name} prefers {config.preferred(each)}" for each in (one, other)
                )
                hint = "give them the same preferred node, or take one out of the group"
                yield group.wrong("instances", f"can't be content: {wishes}", hint)
            if (one.preempt, one.preempt_delay) != (other.preempt, other.preempt_delay):
                hint = "give them the same preempt and preempt_delay"
                problem = f"{one.name} and {other.name} don't go back to the preferred node together"
                yield group.wrong("instances", problem, hint)
    grouped = [(group, name) for group in config.sync_groups for name in group.instances]
    for _, (group, name) in repeated(grouped, lambda item: item[1]):
        hint = "put every instance into one group, once"
        yield group.wrong("instances", f"{quoted(name)} is in a sync group already", hint, name)


def of_neighbours(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield the BFD neighbours that are members: each node would need the other to be active."""
    owners = _owners(config)
    for neighbour in config.bfd:
        if neighbour.neighbor_ip in owners:
            who = f"{owners[neighbour.neighbor_ip]}, a member of this pair"
            problem = f"'{neighbour.neighbor_ip}' is {who}: without it, the other could not be active"
            hint = "write a neighbour outside the pair, such as the router"
            yield neighbour.wrong("neighbor_ip", problem, hint)


def of_witnesses(config: KeepalivedConfig) -> Iterator[Problem]:
    """Yield the witnesses that are part of what they should testify about."""
    owners = _owners(config)
    vips = {vip.address for instance in config.instances for _, vip in addresses_of(instance)}
    written = config.source.get("witnesses")
    origins = written if isinstance(written, (list, tuple)) else ()
    for address, origin in zip(config.witnesses, origins, strict=True):
        hint = "write hosts outside the pair, such as the app servers or the router"
        if address in owners:
            problem = f"{quoted(origin)} is {owners[address]}, a member of this pair, which believes itself"
            yield config.wrong("witnesses", problem, hint, origin)
        elif address in vips:
            problem = f"{quoted(origin)} is a VIP, and the question is who holds it"
            yield config.wrong("witnesses", problem, hint, origin)


def _owners(config: KeepalivedConfig) -> dict[values.Address, str]:
    """Return the members by every address they have."""
    spoken = {
        config.address(instance, member.name): member.name
        for instance in config.instances
        for member in config.members
    }
    return spoken | {member.address: member.name for member in config.members}
