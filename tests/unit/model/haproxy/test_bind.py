from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.bind import Bind

Told = Callable[..., list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{port: 80}", "vip", "is missing, and so is 'address'"),
        ("{vip: v}", "port", "is missing"),
        ("{vip: v, address: 192.0.2.1, port: 80}", "address", "stands beside 'vip'"),
        ("{vip: v, port: 80, ports: [81]}", "ports", "stands beside 'port'"),
        ("{vip: v, ports: [90-80]}", "ports[0]", "'90-80' is not a range"),
        ("{vip: v, port: 443, quic: true}", "tls", "is missing beside 'quic', which is always encrypted"),
        ("{vip: v, ports: [443, 444], quic: true, tls: TLS}", "quic", "needs a single port"),
        ("{vip: v, port: 443, quic: true, accept_proxy: true, tls: TLS}", "accept_proxy", "does not work"),
        (
            "{vip: v, port: 443, quic: true, tls: {certificates: c, allow_0rtt: true}}",
            "tls.allow_0rtt",
            "is not possible beside 'quic'",
        ),
        (
            "{vip: v, port: 443, quic: true, tls: {certificates: c, max_ver: TLSv1.2}}",
            "tls.max_ver",
            "is too old for 'quic'",
        ),
        ("{vip: v, port: 80, id: 5}", "id", "would be that of several sockets"),
        ("{address: 192.0.2.1, ports: [80-81], id: 5}", "id", "would be that of several sockets"),
        ("{address: 192.0.2.1, port: 80, v4v6: true}", "v4v6", "is about an IPv6 address"),
        ("{address: '::', port: 80, v4v6: true, v6only: true}", "v6only", "contradicts 'v4v6'"),
        ("{vip: v, port: 443, tls: {}}", "tls.certificates", "is missing"),
        (
            "{vip: v, port: 443, tls: {certificates: c, verify: required}}",
            "tls.client_ca",
            "is missing beside",
        ),
        (
            "{vip: v, port: 443, tls: {certificates: c, client_ca: a, verify: none}}",
            "tls.verify",
            "has no use beside 'client_ca'",
        ),
        ("{vip: v, port: 443, tls: {certificates: c, crl_file: /x}}", "tls.client_ca", "is missing beside"),
        (
            "{vip: v, port: 443, tls: {certificates: c, min_ver: TLSv1.3, max_ver: TLSv1.2}}",
            "tls.min_ver",
            "'TLSv1.3' is newer than max_ver 'TLSv1.2'",
        ),
        ("{vip: v, port: 443, proto: h2, tls: {certificates: c, alpn: [h2]}}", "proto", "stands beside"),
        (
            "{vip: v, port: 443, tls: {crt_list: [{certificate: c, verify: required}]}}",
            "tls.crt_list[0].client_ca",
            "is missing beside 'verify: required'",
        ),
        (
            "{vip: v, port: 443, tls: {crt_list: [{certificate: c, sni: 'a b'}]}}",
            "tls.crt_list[0].sni",
            "'a b' is not a filter of host names",
        ),
        ("{vip: v, port: 443, tls: {certificates: c, ciphers: 'A B'}}", "tls.ciphers", "'A B' is not a list"),
    ],
)
def test_what_a_bind_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    data = yaml.safe_load(text.replace("TLS}", "{certificates: c}}"))
    ((found, words, _),) = told(Bind.from_data, data, "b")
    assert found == f"b.{path}"
    assert words.startswith(problem)


def test_one_address_and_one_port_may_have_an_id() -> None:
    assert Bind.from_data({"address": "192.0.2.1", "port": 80, "id": 5}, "b").id == 5
