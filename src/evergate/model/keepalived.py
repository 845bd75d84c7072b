"""What keepalived does on one node of a pair: which VIPs move together, when, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from evergate import values
from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.model.extra import keepalived_lines
from evergate.model.member import Member
from evergate.reading import Reader, each, repeated, some

_file_path = values.matching(
    r"/[A-Za-z0-9/_.@:-]+",
    "an absolute path",
    "write a path of letters, digits, '/', '_', '-', '.', '@' and ':'",
)

HIGHEST_PRIORITY = 254  # 255 is for the owner of an address, which no member of a pair is (RFC 5798, 5.2.4)


@dataclass(frozen=True, slots=True)
class TrackFile:
    """A file that holds 0 while this node may be active; anything else in it is FAULT."""

    name: str
    path: str

    @classmethod
    def from_data(cls, data: object, path: str) -> TrackFile:
        """Return the file described by `{name, path}`."""
        reader = Reader(data, path)
        track_file = cls(
            name=reader.required("name", values.name, "a name for keepalived's log"),
            path=reader.required("path", _file_path, "the file's absolute path"),
        )
        reader.finish()
        return track_file


@dataclass(frozen=True, slots=True)
class Instance:
    """VIPs that move together, and the VRRP timing that decides when.

    `vips` are of the members' address family, `vips_excluded` of the other one: they move along without being
    advertised. `advert_int` and `preempt_delay` are seconds. `router_id_source` is what the router id was
    read from, for messages only: the number that was given, else the VIP.
    """

    name: str
    interface: str
    vips: tuple[values.Vip, ...]
    vips_excluded: tuple[values.Vip, ...]
    virtual_router_id: int
    advert_int: float
    preempt: bool
    preempt_delay: float | None
    preferred: str
    extra: tuple[str, ...]
    router_id_source: object = field(compare=False, repr=False)

    @classmethod
    def from_data(cls, data: object, path: str, members: tuple[Member, ...] | None) -> Instance:
        """Return the instance; `members` are the pair's nodes, None when they could not be read."""
        reader = Reader(data, path)
        vips = reader.required("vips", some(values.vip), "a list of addresses such as 203.0.113.100/24")
        first_member = members[0].name if members else ""
        own, other = _by_family(vips or (), members)
        router_id = reader.optional("virtual_router_id", values.integer(1, 255), None)
        instance = cls(
            name=reader.required("name", values.name, "a name for this instance, such as shop"),
            interface=reader.required("interface", values.interface_name, "the interface that gets the VIPs"),
            vips=own,
            vips_excluded=other,
            virtual_router_id=_last_octet(own) if router_id is None else router_id,
            advert_int=reader.optional("advert_int", values.seconds(0.01, 40.95), 0.1),
            preempt=reader.optional("preempt", values.boolean, False),
            preempt_delay=reader.optional("preempt_delay", values.seconds(0, 1000), None),
            preferred=reader.optional("preferred", values.name, first_member),
            extra=reader.optional("extra", keepalived_lines, ()),
            router_id_source=own[0].source if router_id is None and own else router_id,
        )
        _refuse_useless(reader, instance)
        if members and vips:
            _refuse_unfitting(reader, instance, members)
        reader.finish()
        if problems := list(_misplaced(instance, path, members or ())):
            raise InvalidData(problems)
        return instance


@dataclass(frozen=True, slots=True)
class KeepalivedConfig:
    """Everything keepalived is told on one node. The fields are the role's variables `keepalived_<field>`."""

    node: str
    members: tuple[Member, ...]
    instances: tuple[Instance, ...]
    track_files: tuple[TrackFile, ...]
    global_extra: tuple[str, ...]

    @classmethod
    def from_data(cls, data: object, path: str = "keepalived") -> KeepalivedConfig:
        """Return the configuration of the member `node`; raises `InvalidData` with every problem found."""
        reader = Reader(data, path, joint="_")
        members = reader.required("members", _pair, "the pair's hosts as {name, address}")
        instances = some(partial(Instance.from_data, members=members))
        config = cls(
            node=reader.required("node", values.name, "this host's name in the inventory"),
            members=members,
            instances=reader.required("instances", instances, "a list with a name, an interface and VIPs"),
            track_files=reader.optional("track_files", each(TrackFile.from_data), ()),
            global_extra=reader.optional("global_extra", keepalived_lines, ()),
        )
        names = [member.name for member in members or ()]
        if members and config.node and config.node not in names:
            reader.refuse(
                "node",
                f"{quoted(config.node)} is no member of its pair",
                f"the members are {', '.join(names)}",
            )
        reader.finish()
        if problems := list(_repetitions(config)):
            raise InvalidData(problems)
        return config


def _pair(value: object, path: str) -> tuple[Member, ...]:
    members = each(Member.from_data)(value, path)
    names = ", ".join(member.name for member in members) or "none"
    if not 2 <= len(members) < HIGHEST_PRIORITY:
        origin = members[0].name if members else value
        hint = "put at least two hosts with the same evergate_pair into the group load_balancers"
        raise refused(path, f"a pair needs two members, here: {names}", origin, hint)
    if len({member.address.version for member in members}) > 1:
        hint = "write evergate_address of all members as IPv4, or of all as IPv6"
        raise refused(path, f"{names} have addresses of different families", members[0].name, hint)
    for _, member in [
        *repeated(members, lambda each: each.name),
        *repeated(members, lambda each: each.address),
    ]:
        problem = f"{quoted(member.name)} with address '{member.address}' repeats another member"
        raise refused(path, problem, member.name, "give every member its own name and evergate_address")
    return members


def _by_family(
    vips: tuple[values.Vip, ...], members: tuple[Member, ...] | None
) -> tuple[tuple[values.Vip, ...], tuple[values.Vip, ...]]:
    """Return the VIPs of the members' address family and the others, each in their order."""
    version = members[0].address.version if members else 4
    own = tuple(vip for vip in vips if vip.address.version == version)
    return own, tuple(vip for vip in vips if vip.address.version != version)


def _last_octet(vips: tuple[values.Vip, ...]) -> int:
    """Return the first VIP's last byte, which is predictable and distinct inside a /24; 0 without a VIP."""
    return vips[0].address.packed[-1] if vips else 0


def _refuse_useless(reader: Reader, instance: Instance) -> None:
    if instance.preempt_delay is not None and instance.preempt is False:
        hint = "add 'preempt: true', or delete preempt_delay"
        reader.refuse("preempt_delay", "has no effect without preempt", hint)


def _refuse_unfitting(reader: Reader, instance: Instance, members: tuple[Member, ...]) -> None:
    """Refuse what does not fit the members: a preferred stranger, no VIP of their family, router id 0."""
    names = [member.name for member in members]
    if instance.preferred is not None and instance.preferred not in names:
        hint = nearest(instance.preferred, names, f"write one of: {', '.join(names)}")
        reader.refuse("preferred", f"{quoted(instance.preferred)} is no member of this pair", hint)
    if not instance.vips:
        family = f"IPv{members[0].address.version}"
        reader.refuse(
            "vips", f"holds no {family} address, but the members talk {family}", f"add an {family} VIP"
        )
    elif instance.virtual_router_id == 0:
        hint = "write virtual_router_id, 1 to 255, that no other pair in this network uses"
        reader.refuse(
            "vips", f"gives no virtual_router_id: '{instance.vips[0].address}' ends in a zero byte", hint
        )


def _misplaced(instance: Instance, path: str, members: tuple[Member, ...]) -> Iterator[Problem]:
    """Yield the VIPs that are a member's address or lie outside the members' network."""
    for vip in instance.vips:
        outside = [member for member in members if member.address not in vip.interface.network]
        for member in members:
            if member.address == vip.address:
                hint = "choose an address that no host has"
                yield Problem(
                    f"{path}.vips", f"{quoted(vip.source)} is the address of {member.name}", vip.source, hint
                )
        if outside:
            member = outside[0]
            problem = (
                f"{quoted(vip.source)} is not in the network of {member.name}, which has {member.address}"
            )
            hint = "check the address, and its prefix length: it is the network's, not /32 or /128"
            yield Problem(f"{path}.vips", problem, vip.source, hint)


def _repetitions(config: KeepalivedConfig) -> Iterator[Problem]:
    for index, file in repeated(config.track_files, lambda each: each.name):
        problem = f"there is another file {quoted(file.name)}"
        yield Problem(
            f"keepalived_track_files[{index}].name", problem, file.name, "give every file its own name"
        )
    path = "keepalived_instances"
    for index, instance in repeated(config.instances, lambda each: each.name):
        problem = f"there is another instance {quoted(instance.name)}"
        yield Problem(f"{path}[{index}].name", problem, instance.name, "give every instance its own name")
    for index, instance in repeated(config.instances, lambda each: each.virtual_router_id):
        problem = f"another instance of this pair has virtual_router_id {instance.virtual_router_id}"
        hint = "write a virtual_router_id, 1 to 255, that no other instance has"
        yield Problem(f"{path}[{index}].virtual_router_id", problem, instance.router_id_source, hint)
    vips = [
        (index, vip)
        for index, each in enumerate(config.instances)
        for vip in (*each.vips, *each.vips_excluded)
    ]
    for _, (index, vip) in repeated(vips, lambda each: each[1].address):
        problem = f"{quoted(vip.source)} stands here a second time"
        yield Problem(f"{path}[{index}].vips", problem, vip.source, "list every VIP once")
