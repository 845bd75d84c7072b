from __future__ import annotations

import pytest
import yaml

from evergate.model.haproxy.acl import Acl
from evergate.render.haproxy import acl


def written(text: str) -> list[str]:
    return acl.lines((Acl.from_data({"name": "a", **yaml.safe_load(text)}, "a"),))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{path: [/x, /y]}", "path /x /y"),
        ("{path_beg: /X, ignore_case: true}", "path_beg -i /X"),
        ("{host: x.example}", "req.hdr(host),host_only -i -m str x.example"),
        ("{host_end: .example, ignore_case: true}", "req.hdr(host),host_only -i -m end .example"),
        ("{path_reg: '^/(a|b) #'}", "path_reg '^/(a|b) #'"),
        ("{method: POST}", "method POST"),
        ("{src: [192.0.2.0/24, '2001:db8::/32']}", "src 192.0.2.0/24 2001:db8::/32"),
        ("{dst_port: [80, 8000-8010]}", "dst_port 80 8000:8010"),
        ("{req_ssl_sni: x}", "req.ssl_sni -i -m str x"),
        ("{header: X}", "req.hdr(X) -m found"),
        ("{header: X, values: -f}", "req.hdr(X) -m str -- -f"),
        ("{cookie: c, values: [1], match: beg}", "req.cook(c) -m beg 1"),
        ("{url_param: u, match: int, values: ['ge 5', '7:9']}", "url_param(u) -m int ge 5 7:9"),
        ("{criterion: src, list: l}", "src -f /etc/haproxy/lists/l.lst"),
        ("{criterion: 'nbsrv(b)', values: 'lt 1'}", "nbsrv(b) lt 1"),
        ('{criterion: \'str("a b")\', values: "it\'s"}', "'str(\"a b\")' 'it'\\''s'"),
    ],
)
def test_an_acl_is_a_line(text: str, line: str) -> None:
    assert written(text) == [f"acl a {line}"]


def test_many_values_are_several_lines_of_the_same_name() -> None:
    hosts = [f"h{number}" for number in range(90)]
    lines = acl.lines((Acl.from_data({"name": "a", "host": hosts}, "a"),))
    assert [len(line.split()) for line in lines] == [46, 46, 16]
    assert [word for line in lines for word in line.split()[6:]] == hosts
