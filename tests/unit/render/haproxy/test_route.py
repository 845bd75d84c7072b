from __future__ import annotations

import pytest
import yaml

from evergate.model.haproxy.route import Route
from evergate.render.haproxy import route


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{backend: b, path_beg: /x}", "b if { path_beg /x }"),
        (
            "{backend: b, host: [x, y], path: /z}",
            "b if { req.hdr(host),host_only -i -m str x y } { path /z }",
        ),
        ("{backend: b, if: a}", "b if a"),
        ("{backend: b, method: POST, if: a or c d}", "b if a { method POST } or c d { method POST }"),
        (
            "{map: {name: m}}",
            "%[req.hdr(host),host_only,lower,map_str(/etc/haproxy/maps/m.map)]"
            " if { req.hdr(host),host_only,lower,map_str(/etc/haproxy/maps/m.map) -m found }",
        ),
        (
            "{map: {name: m, by: path, match: beg}, if: a}",
            "%[path,map_beg(/etc/haproxy/maps/m.map)]"
            " if a { path,map_beg(/etc/haproxy/maps/m.map) -m found }",
        ),
        (
            "{map: {name: m, criterion: 'url_param(x)'}, method: GET}",
            "%[url_param(x),map_str(/etc/haproxy/maps/m.map)]"
            " if { method GET } { url_param(x),map_str(/etc/haproxy/maps/m.map) -m found }",
        ),
    ],
)
def test_a_route_is_a_line(text: str, line: str) -> None:
    written = route.line(Route.from_data(yaml.safe_load(text), "r"))
    assert written.replace("'", "") == f"use_backend {line}"
