"""Routes: `use_backend` lines, in the order in which they are tried."""

from __future__ import annotations

from evergate.model.haproxy.route import MATCHERS, Route, RouteMap
from evergate.render.haproxy.acl import unnamed
from evergate.render.haproxy.files import map_path
from evergate.render.haproxy.rule import both
from evergate.render.haproxy.words import argument

_LOOKED_UP = {
    "host": "req.hdr(host),host_only,lower",
    "path": "path",
    "base": "base",
    "req_ssl_sni": "req.ssl_sni,lower",
}


def line(route: Route) -> str:
    """Return the line of one route.

    A map that has no answer leaves it to the routes after it: without its condition, HAProxy would go to
    `default_backend` at once (configuration manual, "use_backend").
    """
    target = route.backend
    criteria = [unnamed(key, getattr(route, key)) for key in MATCHERS if getattr(route, key)]
    if route.map is not None:
        found = _looked_up(route.map)
        target = argument(f"%[{found}]")
        criteria.append(["{", argument(found), "-m", "found", "}"])
    return " ".join([f"use_backend {target}", *both(route, [word for each in criteria for word in each])])


def _looked_up(chosen: RouteMap) -> str:
    expression = chosen.criterion or _LOOKED_UP[chosen.by]
    return f"{expression},map_{chosen.match}({map_path(chosen.name)})"
