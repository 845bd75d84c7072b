"""What a drill aims at: one pair of a site, its VIP, and the servers behind it."""

from __future__ import annotations

from collections.abc import Mapping

from evergate import site
from evergate.errors import nearest, quoted, refused
from evergate.inventory import HostVars
from evergate.landscape import Pair
from evergate.model.haproxy.frontend import Frontend
from evergate.model.keepalived.instance import Instance


def target(
    hostvars: HostVars, specs: Mapping[str, Mapping[str, object]], wanted: object = None
) -> dict[str, object]:
    """Return what a drill has to know of the pair called `wanted`, of the first one if that is None.

    pair, profile, preempt; nodes, each with name, address and the interface that carries the VIP; vip, its
    first IPv4 one, and port, where a frontend speaks plain HTTP; apps, each with host, service and port.
    Raises `InvalidData` as `evergate.site.checked_site` does, and for a pair that can't be drilled.
    """
    pairs, apps = site.read(hostvars, specs)
    pair = _chosen(pairs, wanted)
    frontend, instance = _entrance(pair)
    servers = {
        server.name
        for backend in pair.balancing[0].backends
        if backend.name == frontend.default_backend
        for server in backend.serving(pair.balancing[0].members_of(backend.group or ""))
    }
    moving = pair.moving[0]
    return {
        "pair": pair.name,
        "profile": moving.profile,
        "preempt": instance.preempt,
        "nodes": [
            {
                "name": member.name,
                "address": str(member.address),
                "interface": _interface(pair, index, instance),
            }
            for index, member in enumerate(moving.members)
        ],
        "vip": next(str(vip.address) for vip in instance.vips if vip.address.version == 4),
        "port": frontend.port,
        "apps": [
            {"host": name, "service": app.name, "port": app.port}
            for name, app in apps.items()
            if name in servers
        ],
    }


def _chosen(pairs: list[Pair], wanted: object) -> Pair:
    if wanted is None:
        return pairs[0]
    found = next((pair for pair in pairs if pair.name == wanted), None)
    if found is None:
        hint = nearest(wanted, [pair.name for pair in pairs], "write the evergate_pair of its members")
        raise refused("drill_pair", f"there is no pair {quoted(wanted)}", wanted, hint)
    return found


def _entrance(pair: Pair) -> tuple[Frontend, Instance]:
    """Return the first frontend that the prober can ask, and the instance that carries its VIP."""
    instances = {
        instance.name: instance
        for instance in pair.instances
        if any(vip.address.version == 4 for vip in instance.vips)
    }
    for frontend in pair.balancing[0].frontends:
        plain = frontend.mode == "http" and not frontend.redirect_to_https and frontend.port is not None
        if plain and frontend.vip in instances:
            return frontend, instances[frontend.vip]
    hint = "a drill needs a frontend with mode http, vip and port, and an IPv4 address among its vips"
    raise refused("haproxy_frontends", "have none that a drill can ask", pair.hosts[0].origin, hint)


def _interface(pair: Pair, index: int, instance: Instance) -> str:
    """Return a member's name of the interface, the one thing in which members may differ."""
    return next(each.interface for each in pair.moving[index].instances if each.name == instance.name)
