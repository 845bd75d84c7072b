"""Everything one load balancer's HAProxy is told: the sections, and what holds between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from evergate import links, profiles, releases, values
from evergate.errors import Problem
from evergate.model.haproxy import between
from evergate.model.haproxy.backend import Backend
from evergate.model.haproxy.defaults import Defaults
from evergate.model.haproxy.files import Authority, Certificate, ListFile, MapFile
from evergate.model.haproxy.frontend import Frontend
from evergate.model.haproxy.listen import Listen
from evergate.model.haproxy.logs import LogForward, Mailers, Ring
from evergate.model.haproxy.lookup import Cache, HttpErrors, PeersSection, Resolvers, Userlist
from evergate.model.haproxy.process import Global
from evergate.model.haproxy.raw import RawSection
from evergate.model.member import Member
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each, mapping
from evergate.releases import Version

Groups = tuple[tuple[str, tuple[Member, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VipGroup(Model):
    """The addresses that one VRRP instance moves together."""

    home: ClassVar[str] = "keepalived_instances"

    name: str = required(values.name, "A name for this instance, such as V(shop).")
    vips: tuple[values.Vip, ...] = required(each(values.vip), "A list of addresses with their prefix length.")
    vips_excluded: tuple[values.Vip, ...] = defaulted(each(values.vip), "Those that move along.", ())

    @property
    def all(self) -> tuple[values.Vip, ...]:
        """Return all VIPs, in the order of the inventory."""
        return (*self.vips, *self.vips_excluded)


def _vip_group(value: object, path: str) -> VipGroup:
    """Return name and VIPs of an instance; its other keys are keepalived's to judge."""
    known = ("name", "vips", "vips_excluded")
    kept = {key: value[key] for key in value if key in known} if isinstance(value, Mapping) else value
    return VipGroup.from_data(kept, path)


def _vip_groups(value: object, _: str) -> tuple[VipGroup, ...]:
    """Return the VIPs; messages speak of the variable the operator wrote them in."""
    return each(_vip_group)(value, "keepalived_instances")


def _profile(value: object, _: str) -> str:
    """Return a profile's name; messages speak of the variable the operator wrote it in."""
    return profiles.name(value, "keepalived_profile")


def groups(value: object, path: str) -> Groups:
    """Return the groups with their hosts; what the site's check has read once for all is kept."""
    if isinstance(value, tuple):
        return value
    return mapping(values.text, each(Member.from_data))(value, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class HaproxyConfig(Model):
    """What HAProxy is told on one load balancer. The fields are the role's variables `haproxy_<field>`."""

    home: ClassVar[str] = "haproxy"
    joint: ClassVar[str] = "_"
    lenient: ClassVar[bool] = True
    handed: ClassVar[tuple[str, ...]] = ("profile", "vips", "groups", "members")

    frontends: tuple[Frontend, ...] = defaulted(each(Frontend.from_data), "What clients connect to.", ())
    backends: tuple[Backend, ...] = defaulted(
        each(Backend.from_data), "Groups of servers that serve the same thing.", ()
    )
    listens: tuple[Listen, ...] = defaulted(
        each(Listen.from_data), "A frontend and its only backend in one, as is usual for TCP services.", ()
    )
    global_: Global = defaulted(Global.from_data, "What holds for the whole process.", Global())
    defaults: Defaults = defaulted(
        Defaults.from_data, "What holds for every frontend and backend that says nothing else.", Defaults()
    )
    maps: tuple[MapFile, ...] = defaulted(
        each(MapFile.from_data), "Tables from a key to a value, which routes and rules look things up in.", ()
    )
    lists: tuple[ListFile, ...] = defaulted(
        each(ListFile.from_data),
        "Lists of networks, hosts or other patterns, which ACLs look things up in.",
        (),
    )
    certificates: tuple[Certificate, ...] = defaulted(
        each(Certificate.from_data), "Certificates with their keys, which binds and servers refer to.", ()
    )
    authorities: tuple[Authority, ...] = defaulted(
        each(Authority.from_data), "Certificates of authorities, against which others are verified.", ()
    )
    resolvers: tuple[Resolvers, ...] = defaulted(
        each(Resolvers.from_data),
        "Name servers that are asked for servers' addresses while HAProxy runs.",
        (),
    )
    userlists: tuple[Userlist, ...] = defaulted(
        each(Userlist.from_data), "Users and their hashed passwords, for basic authentication.", ()
    )
    caches: tuple[Cache, ...] = defaulted(each(Cache.from_data), "Small caches in memory.", ())
    http_errors: tuple[HttpErrors, ...] = defaulted(
        each(HttpErrors.from_data), "Sets of error pages, which frontends and backends refer to.", ()
    )
    rings: tuple[Ring, ...] = defaulted(
        each(Ring.from_data), "Buffers that logs are written to and sent on from.", ()
    )
    log_forwards: tuple[LogForward, ...] = defaulted(
        each(LogForward.from_data), "Syslog in, syslog out: HAProxy as a log relay.", ()
    )
    mailers: tuple[Mailers, ...] = defaulted(
        each(Mailers.from_data), "Mail servers that are told when a server goes down.", ()
    )
    peers: tuple[PeersSection, ...] = defaulted(
        each(PeersSection.from_data),
        "Further groups of peers. The pair's own, C(evergate), is made from its members: counters and"
        " stickiness survive a failover without a word.",
        (),
    )
    sections: tuple[RawSection, ...] = defaulted(
        each(RawSection.from_data), "Whole sections in HAProxy's own words.", ()
    )
    management_address: values.Address = defaulted(
        values.address,
        "The only address on which the stats page (C(/)) and Prometheus metrics (C(/metrics)) are served.",
        values.address("127.0.0.1", ""),
    )
    stats_port: int = defaulted(values.port, "Port of the stats page and the metrics.", 8404)
    probe_port: int = defaulted(
        values.port, "Port on 127.0.0.1 where HAProxy is asked whether it answers.", 8405
    )
    peers_port: int = defaulted(
        values.port, "Port on which the pair's members tell each other their counters and stickiness.", 8406
    )
    version: Version | None = optional(
        releases.version,
        "HAProxy's version on the hosts, such as V('2.6'), for the check on the controller; that of Debian 13"
        " unless given. The role itself goes by the version it finds.",
    )
    profile: str = defaulted(
        _profile,
        "Handed in by the play. The name of the timings by which HAProxy is asked whether it answers, as in"
        " C(keepalived_profile).",
        profiles.DEFAULT,
    )
    vips: tuple[VipGroup, ...] = defaulted(
        _vip_groups,
        "Handed in by the play. The pair's VRRP instances, of which C(name) and C(vips) are used.",
        (),
    )
    groups: Groups = defaulted(
        groups,
        "Handed in by the play. The inventory's groups: for each its hosts with C(name) and C(address).",
        (),
    )
    members: tuple[Member, ...] = defaulted(
        each(Member.from_data),
        "Handed in by the play. The load balancers of this pair with C(name) and C(address).",
        (),
    )
    node: str | None = optional(values.name, "This host's name in the inventory.")

    def rules(self) -> Iterator[Problem]:
        """Yield what is wrong between the sections, and between them and the version."""
        yield from links.given_twice(self)
        yield from links.dangling(self, self._known())
        yield from links.too_new(self, releases.HAPROXY_SINCE, self.release, "HAProxy")
        yield from between.problems(self)

    @property
    def release(self) -> Version:
        """Return the version HAProxy's configuration is written for."""
        return self.version or releases.NEWEST_HAPROXY

    def addresses(self, vip: str) -> tuple[values.Address, ...]:
        """Return the addresses of a VIP by the name of its instance."""
        return next(
            (tuple(each.address for each in group.vips) for group in self.vips if group.name == vip), ()
        )

    def members_of(self, group: str) -> tuple[Member, ...]:
        """Return the hosts of an inventory group that have an address."""
        return dict(self.groups).get(group, ())

    def named(self, kind: str) -> tuple[str, ...]:
        """Return the names written in a list, also of items in which something else is wrong."""
        items = self.source.get(kind)
        listed = items if isinstance(items, (list, tuple)) else ()
        return tuple(
            item["name"] for item in listed if isinstance(item, Mapping) and isinstance(item.get("name"), str)
        )

    def whole(self, *kinds: str) -> bool:
        """Return whether everything written in these lists could be read: what is missing then is missing."""
        written = {kind: self.source.get(kind) or () for kind in kinds}
        return all(
            isinstance(items, (list, tuple)) and len(items) == len(getattr(self, kind))
            for kind, items in written.items()
        )

    def _has_named_vips(self) -> bool:
        """Return whether every VRRP instance, of which there is one at least, has a name."""
        items = self.source.get("vips")
        names = [name for name in self.named("vips") if name.isprintable()]
        return bool(names) and isinstance(items, (list, tuple)) and len(items) == len(names)

    def _known(self) -> dict[str, tuple[str, ...]]:
        """Return the names of everything that can be referred to, by its kind."""
        known = {kind: self.named(kind) for kind in _KINDS}
        raw = tuple(each.name for each in self.sections if each.kind in ("backend", "listen"))
        known["backends"] += self.named("listens") + raw
        known["peers"] += ("evergate",) if self.members else ()
        if not self._has_named_vips():
            del known["vips"]  # keepalived's model has told what is wrong there
        known["groups"] = tuple(name for name, _ in self.groups)
        return known


_KINDS = (
    *("vips", "backends", "maps", "lists", "certificates", "authorities", "userlists"),
    *("resolvers", "caches", "http_errors", "rings", "mailers", "peers"),
)
