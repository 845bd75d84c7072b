"""VRRP instances and sync groups: which VIPs move together, when, and what makes them move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, quoted
from evergate.model.extra import keepalived_lines
from evergate.model.haproxy.reference import reference
from evergate.model.keepalived import words
from evergate.model.keepalived.hooks import Notify
from evergate.model.keepalived.network import ExtraAddress, Garp, Route, Rule
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each, mapping, some

# Where they are written twice, the rules of this module would judge one and keepalived obey the other.
_OWN_KEYS = {
    "advert_int": "advert_int",
    "authentication": "auth",
    "down_timer_adverts": "down_timer_adverts",
    "interface": "interface",
    "mcast_src_ip": "addresses",
    "nopreempt": "preempt",
    "preempt": "preempt",
    "preempt_delay": "preempt_delay",
    "priority": "preferred",
    "state": "preferred",
    "unicast_peer": "addresses",
    "unicast_src_ip": "addresses",
    "use_vmac": "use_vmac",
    "version": "version",
    "virtual_ipaddress": "vips",
    "virtual_ipaddress_excluded": "vips_excluded",
    "virtual_router_id": "virtual_router_id",
}
_ALL = "all of them unless given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth(Model):
    """The password of VRRPv2, which is sent in clear text. It keeps mistakes out, not attackers."""

    auth_type: str = defaulted(
        values.choice("PASS", "AH"),
        "A plain password, or an authentication header that few others know.",
        "PASS",
    )
    auth_pass: str = required(
        words.auth_pass, "The same on all members; keepalived reads up to 8 characters.", secret=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Model):
    """VIPs that move together, and the VRRP timing that decides when."""

    identity: ClassVar[str | None] = "name"
    instead: ClassVar[Mapping[str, str]] = _OWN_KEYS

    name: str = required(values.name, "Letters, digits, C(_), C(-) and C(.); frontends refer to it.")
    interface: str = required(
        values.interface_name, "Network interface that carries the VIPs and the adverts."
    )
    vips: tuple[values.Vip, ...] = required(
        some(values.vip),
        "Addresses with their prefix length. Those of the members' address family are advertised, those of"
        " the other one move along: both families always stay together.",
    )
    vips_excluded: tuple[values.Vip, ...] = defaulted(
        each(values.vip),
        "VIPs that move along without being advertised, for more than an advert can hold.",
        (),
    )
    extra_addresses: tuple[ExtraAddress, ...] = defaulted(
        each(ExtraAddress.from_data), "Addresses on any interface that move along, such as a gateway's.", ()
    )
    preferred: str | None = optional(
        reference("members"), "Member that should be active when all are well; the first unless given."
    )
    preempt: bool = defaulted(
        values.boolean,
        "Whether the preferred node takes the VIPs back when it is well again. Every move costs the clients'"
        " open connections.",
        False,
    )
    preempt_delay: float | None = optional(
        values.seconds(0, 1000),
        "Seconds the preferred node waits before it takes them back; needs O(preempt).",
    )
    virtual_router_id: int | None = optional(
        values.integer(1, 255),
        "1 to 255, unique in its network; the last octet of the first VIP unless given.",
    )
    version: int = defaulted(
        values.integer(2, 3),
        "VRRP version. 2 knows whole seconds and IPv4 only; it is for old neighbours.",
        3,
    )
    advert_int: float | None = optional(
        values.seconds(0.01, 255),
        "Seconds between adverts; that of C(keepalived_profile) unless given, V(1) with VRRP version 2.",
    )
    down_timer_adverts: int | None = optional(
        values.integer(1, 100),
        "Adverts that are missed until the active node counts as lost; that of C(keepalived_profile) unless"
        " given, V(3) with O(advert_int) or VRRP version 2.",
    )
    auth: Auth | None = optional(Auth.from_data, "Password of VRRP version 2; version 3 has none.")
    multicast: bool = defaulted(
        values.boolean,
        "Whether adverts go to VRRP's multicast group rather than to each member's address.",
        False,
    )
    addresses: tuple[tuple[str, values.Address], ...] = defaulted(
        mapping(values.name, values.address),
        "Address of every member, by its name, that VRRP is spoken between; evergate_address unless given."
        " Their family is the instance's.",
        (),
    )
    use_vmac: bool = defaulted(
        values.boolean,
        "Whether the VIPs have VRRP's virtual MAC address, on a macvlan interface: no neighbour has to learn"
        " of a move. Needs a kernel with macvlan and a network that lets the address wander.",
        False,
    )
    track_interface: tuple[str, ...] = defaulted(
        each(words.tracked_interface), "Further interfaces without which the node is unfit.", ()
    )
    track_script: tuple[str, ...] | None = optional(
        each(words.Tracked("scripts")), f"Names of C(keepalived_scripts); {_ALL}."
    )
    track_process: tuple[str, ...] | None = optional(
        each(words.Tracked("processes")), f"Names of C(keepalived_processes); {_ALL}."
    )
    track_bfd: tuple[str, ...] | None = optional(
        each(words.Tracked("bfd")), f"Names of C(keepalived_bfd); {_ALL}."
    )
    garp: Garp | None = optional(Garp.from_data, "Announcements of this instance; as in C(keepalived_garp).")
    virtual_routes: tuple[Route, ...] = defaulted(
        each(Route.from_data), "Routes that the active node has, and no other.", ()
    )
    virtual_rules: tuple[Rule, ...] = defaulted(
        each(Rule.from_data), "Routing rules that the active node has, and no other.", ()
    )
    notify: Notify | None = optional(
        Notify.from_data, "Commands that run when this instance changes its state."
    )
    extra: tuple[str, ...] = defaulted(
        keepalived_lines, "Further lines for this instance, in keepalived's own words.", ()
    )

    @property
    def has_own_clock(self) -> bool:
        """Return whether the profile's adverts are not this instance's: VRRPv2 knows whole seconds only."""
        return self.advert_int is not None or self.version == 2

    def rules(self) -> Iterator[Problem]:
        """Yield what contradicts itself within the instance."""
        if self.preempt_delay is not None and not self.preempt:
            hint = "add 'preempt: true', or delete preempt_delay"
            yield self.wrong("preempt_delay", "has no effect without preempt", hint)
        if self.addresses and len({address.version for _, address in self.addresses}) > 1:
            hint = "write all of them as IPv4, or all as IPv6"
            yield self.wrong("addresses", "are of different families", hint)
        yield from self._version_rules()
        yield from self._extra_rules()

    def _version_rules(self) -> Iterator[Problem]:
        if self.version == 3 and self.advert_int is not None and self.advert_int > 40.95:
            hint = "write 40.95 or less"
            yield self.wrong(
                "advert_int", f"{quoted(self.source['advert_int'])} is more than VRRPv3 can tell", hint
            )
        if self.version == 3 and self.auth is not None:
            hint = "delete it, or add 'version: 2'; a firewall protects VRRP better than its password"
            yield self.wrong("auth", "is not known to VRRPv3", hint, next(iter(self.auth.source), None))
        if self.version == 2 and self.advert_int is not None and (self.advert_int < 1 or self.advert_int % 1):
            hint = "write whole seconds, or take VRRPv3 by deleting version"
            yield self.wrong(
                "advert_int", f"{quoted(self.source['advert_int'])} is not whole seconds, VRRPv2's unit", hint
            )

    def _extra_rules(self) -> Iterator[Problem]:
        for line in self.extra:
            word = line.split()[0]
            if word in _OWN_KEYS:
                hint = f"write the key {_OWN_KEYS[word]} instead"
                yield self.wrong("extra", f"{quoted(line)} is written by Evergate", hint, line)
            elif "weight" in line.split():
                hint = "leave it out: what fails must put the node into FAULT, whatever the priorities are"
                yield self.wrong("extra", f"{quoted(line)} has a weight", hint, line)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncGroup(Model):
    """Instances that are active on the same node: if one has to leave, all do."""

    identity: ClassVar[str | None] = "name"

    name: str = required(values.name, "How keepalived's log calls it.")
    instances: tuple[str, ...] = required(some(reference("instances")), "Names of at least two instances.")
    notify: Notify | None = optional(Notify.from_data, "Commands that run when the group changes its state.")
    extra: tuple[str, ...] = defaulted(
        keepalived_lines, "Further lines for this group, in keepalived's own words.", ()
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a group of one, and a weight."""
        if len(set(self.instances)) < 2:
            hint = "name two instances or more, or delete the group"
            yield self.wrong("instances", "is no group: it needs two different instances", hint)
        for line in self.extra:
            if "weight" in line.split() or line.startswith("sync_group_tracking_weight"):
                hint = "leave it out: the instances of a group must all stay or all leave"
                yield self.wrong("extra", f"{quoted(line)} has a weight", hint, line)
