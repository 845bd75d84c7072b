from __future__ import annotations

from typing import Any

import pytest
import yaml

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy import limit

TEXT = "Too many {}: come again in {} s."


def config(limits: str, mode: str = "http", binds: str = "") -> HaproxyConfig:
    """Return a configuration whose only frontend has these limits."""
    text = f"""
vips: [{{name: v, vips: [203.0.113.100/24]}}]
members: [{{name: lb1, address: 192.0.2.11}}, {{name: lb2, address: 192.0.2.12}}]
node: lb1
lists: [{{name: l, entries: [192.0.2.0/24]}}]
backends: [{{name: b, mode: {mode}, servers: [{{name: s, address: 192.0.2.1, port: 80}}]}}]
frontends: [{{name: f, mode: {mode}, default_backend: b, {binds or "vip: v, port: 80"}, limits: {limits}}}]
"""
    data: dict[str, Any] = yaml.safe_load(text)
    return HaproxyConfig.from_data(data)


def test_each_limit_has_a_table_that_the_pair_shares() -> None:
    found = limit.sections(
        config("[{name: a, limit: 5, period: 1m},{name: c, what: concurrent, limit: 5},"
               "{name: t, limit: 5, per: header, key: X}]")
    )  # fmt: skip
    assert found == [
        [
            "backend evergate_limit_f_a",
            "stick-table type ipv6 size 100000 expire 1m store http_req_rate(1m) peers evergate",
        ],
        [
            "backend evergate_limit_f_c",
            "stick-table type ipv6 size 100000 expire 1h store conn_cur peers evergate",
        ],
        [
            "backend evergate_limit_f_t",
            "stick-table type string len 64 size 100000 expire 10s store http_req_rate(10s) peers evergate",
        ],
    ]


def test_who_asks_too_often_is_answered_429_and_told_when_to_come_again() -> None:
    (front,) = config("[{name: a, limit: 5, burst: 2}]").frontends
    assert limit.request_lines(front) == [
        "http-request track-sc0 src,ipmask(32,64) table evergate_limit_f_a",
        "http-request return status 429 content-type text/plain string"
        f" '{TEXT.format('requests', 10)}' hdr Retry-After 10 if {{ sc_http_req_rate(0) gt 7 }}",
    ]


def test_who_is_allowed_everything_is_neither_counted_nor_refused() -> None:
    (front,) = config(
        "[{name: a, limit: 5, allow: [192.0.2.0/24, '2001:db8::/32'], allow_list: l,"
        " if: METH_GET or METH_POST}]"
    ).frontends
    others = "!{ src 192.0.2.0/24 2001:db8::/32 } !{ src -f /etc/haproxy/lists/l.lst }"
    counted, refused = limit.request_lines(front)
    assert counted.endswith(f" if METH_GET {others} or METH_POST {others}")
    exceeded = "{ sc_http_req_rate(0) gt 5 }"
    assert refused.endswith(f" if METH_GET {others} {exceeded} or METH_POST {others} {exceeded}")


def test_connections_are_counted_before_there_is_a_request() -> None:
    (front,) = config("[{name: r, limit: 5},{name: c, what: concurrent, limit: 5}]").frontends
    assert limit.connection_lines(front) == [
        "tcp-request connection track-sc1 src,ipmask(32,64) table evergate_limit_f_c"
    ]
    assert [line.split()[1] for line in limit.request_lines(front)] == ["track-sc0", "return", "return"]


def test_clients_behind_a_balancer_are_counted_when_its_header_is_read() -> None:
    (front,) = config(
        "[{name: c, what: connections, limit: 5}]", binds="binds: [{vip: v, port: 80, accept_proxy: true}]"
    ).frontends
    assert [line.split()[:2] for line in limit.connection_lines(front)] == [["tcp-request", "session"]]


@pytest.mark.parametrize(
    ("what", "fetch"),
    [("connections", "sc_conn_rate"), ("concurrent", "sc_conn_cur"), ("bytes", "sc_bytes_out_rate")],
)
def test_mode_tcp_rejects(what: str, fetch: str) -> None:
    (front,) = config(f"[{{name: a, what: {what}, limit: 5}}]", mode="tcp").frontends
    assert limit.connection_lines(front)[1] == f"tcp-request connection reject if {{ {fetch}(0) gt 5 }}"
    assert limit.request_lines(front) == []
