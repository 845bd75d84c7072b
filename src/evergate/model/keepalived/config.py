"""Everything keepalived is told on one node, and what holds between the parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import links, profiles, releases, values
from evergate.errors import Problem
from evergate.model.extra import keepalived_lines
from evergate.model.haproxy.config import Groups, groups
from evergate.model.keepalived import rules, words
from evergate.model.keepalived.instance import Instance, SyncGroup
from evergate.model.keepalived.network import ExtraAddress, GlobalGarp, Route, Rule
from evergate.model.keepalived.timing import ADVERTS_MISSED, HIGHEST_PRIORITY, OLD_ADVERT_INT
from evergate.model.keepalived.tracking import Bfd, Process, Script, TrackFile
from evergate.model.member import Member
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each, some
from evergate.releases import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepalivedConfig(Model):
    """Everything keepalived is told on one node. The fields are the role's variables `keepalived_<field>`."""

    home: ClassVar[str] = "keepalived"
    joint: ClassVar[str] = "_"
    handed: ClassVar[tuple[str, ...]] = ("groups",)

    instances: tuple[Instance, ...] = required(
        some(Instance.from_data),
        "The VRRP instances of this pair; the addresses of one instance move together.",
    )
    sync_groups: tuple[SyncGroup, ...] = defaulted(
        each(SyncGroup.from_data), "Instances that are only ever active on the same node.", ()
    )
    scripts: tuple[Script, ...] = defaulted(
        each(Script.from_data), "Commands that tell whether a node may be active.", ()
    )
    script_user: str = defaulted(
        words.user, "User, and group if one follows, that runs scripts and notifications.", "root"
    )
    processes: tuple[Process, ...] = defaulted(
        each(Process.from_data), "Processes without which a node may not be active.", ()
    )
    bfd: tuple[Bfd, ...] = defaulted(
        each(Bfd.from_data), "Neighbours, such as the router, without which a node may not be active.", ()
    )
    static_addresses: tuple[ExtraAddress, ...] = defaulted(
        each(ExtraAddress.from_data), "Addresses that keepalived gives to this host and that never move.", ()
    )
    static_routes: tuple[Route, ...] = defaulted(
        each(Route.from_data), "Routes that keepalived gives to this host and that never move.", ()
    )
    static_rules: tuple[Rule, ...] = defaulted(
        each(Rule.from_data), "Routing rules that keepalived gives to this host and that never move.", ()
    )
    garp: GlobalGarp = defaulted(
        GlobalGarp.from_data,
        "How often the active node tells its neighbours where the VIPs are.",
        GlobalGarp(),
    )
    profile: str = defaulted(
        profiles.name,
        "How soon a failure is noticed: the intervals of adverts and of the questions to HAProxy. V(standard)"
        " tolerates a fifth of all packets lost, V(fast) needs a quiet network of its own, V(wan) is for"
        " links with jitter.",
        profiles.DEFAULT,
    )
    second_chance: bool = defaulted(
        values.boolean,
        "Whether connections made before a VIP moved go on at the member that handed it over, which is what"
        " makes a switchover cost nothing. For pairs of two; needs conntrack and nftables in the kernel.",
        True,
    )
    witnesses: tuple[values.Address, ...] = defaulted(
        each(values.address),
        "Hosts outside the pair, such as the router, that are asked by ICMP echo whom they take for the"
        " holder of a VIP, up to three for each instance, of its address family. Unless given, the first"
        " three other hosts of the inventory in the first VIP's network.",
        (),
    )
    alarm: tuple[str, ...] = defaulted(
        each(values.text),
        "Program, with its arguments, that is run by the user C(evergate), for 10 seconds at most, when two"
        " nodes hold a VIP, keepalived is hung, a witness looks for the VIP elsewhere or none answers the"
        " holder. Appended are C(split), C(silent), C(unknown), C(alone) or C(healed), the instance, and the"
        " other node or the witness, which may be empty.",
        (),
    )
    promise: float | None = optional(
        values.seconds(0.01, 3600),
        "Seconds within which clients must be served again, whatever single part fails. A configuration whose"
        " computed worst case is longer is refused. Shown by C(make budget).",
    )
    version: Version | None = optional(
        releases.version,
        "keepalived's version on the hosts, such as V('2.2'), for the check on the controller; that of Debian"
        " 13 unless given. The role itself goes by the version it finds.",
    )
    global_extra: tuple[str, ...] = defaulted(
        keepalived_lines, "Further lines for C(global_defs), in keepalived's own words.", ()
    )
    extra: tuple[str, ...] = defaulted(
        keepalived_lines, "Further blocks at the end of the file, in keepalived's own words.", ()
    )
    node: str = required(values.name, "Name of this host in the inventory.")
    members: tuple[Member, ...] = required(
        each(Member.from_data),
        "Handed in by the play. The load balancers of this pair, the preferred one first.",
    )
    groups: Groups = defaulted(
        groups,
        "Handed in by the play. The inventory's groups: for each its hosts with C(name) and C(address).",
        (),
    )
    probe_port: int = defaulted(
        values.port, "Handed in by the play. Port on 127.0.0.1 where HAProxy says that it answers.", 8405
    )
    track_files: tuple[TrackFile, ...] = defaulted(
        each(TrackFile.from_data),
        "Handed in by the play. Files that hold 0 while all is well; anything else makes this node unfit to"
        " be active (FAULT), never merely less preferred.",
        (),
    )

    def address(self, instance: Instance, member: str) -> values.Address:
        """Return the address that a member speaks VRRP from in an instance."""
        own = dict(instance.addresses).get(member)
        return own or next(each.address for each in self.members if each.name == member)

    def family(self, instance: Instance) -> int:
        """Return the address family, 4 or 6, in which an instance's adverts are sent."""
        return self.address(instance, self.members[0].name).version

    def advertised(self, instance: Instance) -> tuple[values.Vip, ...]:
        """Return the VIPs of an instance's own address family, which adverts tell of."""
        family = self.family(instance)
        return tuple(vip for vip in instance.vips if vip.address.version == family)

    def excluded(self, instance: Instance) -> tuple[values.Vip, ...]:
        """Return the VIPs that move along without being advertised."""
        family = self.family(instance)
        other = tuple(vip for vip in instance.vips if vip.address.version != family)
        return (*other, *instance.vips_excluded)

    @property
    def timings(self) -> profiles.Profile:
        """Return the timings that hold where an instance has none of its own."""
        return profiles.PROFILES[self.profile]

    def interval(self, instance: Instance) -> float:
        """Return the seconds between an instance's adverts."""
        if instance.advert_int is not None:
            return instance.advert_int
        return OLD_ADVERT_INT if instance.has_own_clock else self.timings.advert_int

    def missed(self, instance: Instance) -> int:
        """Return how many adverts are missed until the active node counts as lost.

        The profile's count belongs to its interval: with another one, VRRP's own holds.
        """
        if instance.down_timer_adverts is not None:
            return instance.down_timer_adverts
        return ADVERTS_MISSED if instance.has_own_clock else self.timings.down_timer_adverts

    def router_id(self, instance: Instance) -> int:
        """Return the instance's virtual router id: the one given, else the first VIP's last byte.

        That is predictable, and distinct inside a /24; it is 0 when there is no VIP or its address ends so.
        """
        if instance.virtual_router_id is not None:
            return instance.virtual_router_id
        vips = self.advertised(instance)
        return vips[0].address.packed[-1] if vips else 0

    def router_id_source(self, instance: Instance) -> object:
        """Return what the router id was read from, for messages only."""
        given = instance.source.get("virtual_router_id")
        return given if given is not None else next(iter(self.advertised(instance))).source

    def preferred(self, instance: Instance) -> str:
        """Return the member that should be active when all are well."""
        return self.members[0].name if instance.preferred is None else instance.preferred

    def priority(self, instance: Instance, member: str) -> int:
        """Return a member's priority: the preferred one's is the highest, the others follow in their order.

        All are high: the higher the priority, the shorter the skew a standby waits (RFC 9568, 6.1).
        """
        first = self.preferred(instance)
        others = [each.name for each in self.members if each.name != first]
        return HIGHEST_PRIORITY - [first, *others].index(member)

    def rules(self) -> Iterator[Problem]:
        """Yield what is wrong between the parts; what needs the members is asked only if they are right."""
        yield from links.given_twice(self)
        release = self.version or releases.NEWEST_KEEPALIVED
        yield from links.too_new(self, releases.KEEPALIVED_SINCE, release, "keepalived")
        yield from rules.of_scripts(self, release)
        yield from rules.of_extra(self)
        yield from rules.of_alarm(self)
        if problems := list(rules.of_members(self)):
            yield from problems
            return
        names = {
            kind: {each.name for each in getattr(self, kind)}
            for kind in ("members", "instances", "scripts", "processes", "bfd")
        }
        yield from links.dangling(self, names)
        if problems := [each for instance in self.instances for each in rules.of_addresses(self, instance)]:
            yield from problems
            return
        for instance in self.instances:
            yield from rules.of_vips(self, instance)
            yield from rules.of_version(self, instance)
        yield from rules.of_repetitions(self)
        yield from rules.of_groups(self)
        yield from rules.of_neighbours(self)
        yield from rules.of_witnesses(self)
