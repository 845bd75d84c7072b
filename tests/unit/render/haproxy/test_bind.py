from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from evergate import values
from evergate.model.haproxy.bind import Bind
from evergate.render.haproxy import bind

ADDRESSES = (values.address("203.0.113.1", ""), values.address("2001:db8::1", ""))
CONFIG = cast(Any, SimpleNamespace(addresses=lambda vip: ADDRESSES))
CERTIFICATE = "ssl crt /etc/haproxy/certificates/c.pem"


def written(text: str, mode: str = "http") -> list[str]:
    return bind.lines(Bind.from_data(yaml.safe_load(text), "b"), "f-1", mode, CONFIG)


def test_a_vip_is_a_line_for_each_of_its_addresses() -> None:
    assert written("{vip: v, port: 80}") == ["bind 203.0.113.1:80", "bind [2001:db8::1]:80"]


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("ports: [80, 90-95]", "http", ":80,192.0.2.1:90-95"),
        ("port: 80, accept_proxy: true, maxconn: 5", "http", ":80 accept-proxy maxconn 5"),
        ("port: 443, tls: {certificates: c}", "http", f":443 {CERTIFICATE} alpn h2,http/1.1"),
        ("port: 443, tls: {certificates: c}", "tcp", f":443 {CERTIFICATE}"),
        ("port: 443, proto: h2, tls: {certificates: c}", "http", f":443 {CERTIFICATE} proto h2"),
        (
            "port: 443, tls: {certificates: c, client_ca: a, alpn: [h2], min_ver: TLSv1.3, strict_sni: true}",
            "http",
            f":443 {CERTIFICATE} ca-file /etc/haproxy/authorities/a.pem verify required alpn h2"
            " ssl-min-ver TLSv1.3 strict-sni",
        ),
        (
            "port: 443, tls: {crt_list: [{certificate: c}]}",
            "tcp",
            ":443 ssl crt-list /etc/haproxy/crt-lists/f-1.list",
        ),
        ("port: 443, tls: {files: [/a, /b], directory: /d}", "tcp", ":443 ssl crt /a crt /b crt /d"),
        ("port: 80, extra: level user", "http", ":80 level user"),
    ],
)
def test_a_bind_is_a_line(text: str, mode: str, words: str) -> None:
    assert written(f"{{address: 192.0.2.1, {text}}}", mode) == [f"bind 192.0.2.1{words}"]


def test_http3_is_a_line_of_its_own_beside_that_of_tcp() -> None:
    assert written("{vip: v, port: 443, quic: true, tls: {certificates: c}}") == [
        f"bind 203.0.113.1:443 {CERTIFICATE} alpn h2,http/1.1",
        f"bind quic4@203.0.113.1:443 {CERTIFICATE} alpn h3",
        f"bind [2001:db8::1]:443 {CERTIFICATE} alpn h2,http/1.1",
        f"bind quic6@[2001:db8::1]:443 {CERTIFICATE} alpn h3",
    ]
