from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.acl import Acl, phase

Told = Callable[..., list[tuple[str, str, str]]]


def read(text: str) -> Acl:
    return Acl.from_data({"name": "a", **yaml.safe_load(text)}, "acls[0]")


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{}", "acls[0]", "looks at nothing"),
        ("{path: /x, host: x}", "acls[0].host", "stands beside 'path'"),
        ("{path: x}", "acls[0].path", "'x' is not a URL path"),
        ("{path: /x, values: y}", "acls[0].values", "has no place beside 'path'"),
        ("{host: 'x:80'}", "acls[0].host", "'x:80' is not a host name"),
        ("{src: 300.0.0.1}", "acls[0].src", "'300.0.0.1' is not a network"),
        ("{dst_port: 9-8}", "acls[0].dst_port", "'9-8' is not a range"),
        ("{path_reg: '(x'}", "acls[0].path_reg", "'(x' is not a regular expression: missing ), unterminated"),
        ("{criterion: src, values: x}", "acls[0].values", "'x' is not a network"),
        ("{criterion: src, values: 192.0.2.1, list: l}", "acls[0].list", "stands beside 'values'"),
        ("{header: X, match: found, values: x}", "acls[0].values", "has no place beside match: found"),
        ("{header: X, match: int, values: x}", "acls[0].values", "'x' is not a number"),
        ("{header: X, match: reg, values: '['}", "acls[0].values", "'[' is not a regular expression: "),
        ("{criterion: 'src x'}", "acls[0].criterion", "'src x' is not an expression"),
    ],
)
def test_what_an_acl_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    ((found, words, _),) = told(read, text)
    assert found == path
    assert words.startswith(problem)


def test_a_regular_expression_only_pcre_knows_is_taken() -> None:
    assert read(r"{path_reg: '^/(?<id>[0-9]+)\h'}").path_reg == (r"^/(?<id>[0-9]+)\h",)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("path,lower", "request"),
        ("path_beg", "request"),
        ("req.hdr(x)", "request"),
        ("base32+src", "request"),
        ("hdr(host)", "request"),
        ("res.hdr(x)", "response"),
        ("status", "response"),
        ("req.ssl_sni", "bytes"),
        ("req_ssl_hello_type", "bytes"),
        ("payload(0,4)", "bytes"),
        ("src", "any"),
        ("method", "any"),
        ("ssl_fc_sni", "tls"),
        ("sc_http_req_rate(0)", "any"),
        ("capture.req.uri", "any"),
        ("pathological", "any"),
    ],
)
def test_what_an_expression_looks_at(expression: str, found: str) -> None:
    assert phase(expression) == found
