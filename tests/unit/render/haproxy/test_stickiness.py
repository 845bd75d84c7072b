# ruff: noqa: E501 -- the inventory and the lines it becomes stand side by side
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from evergate import values
from evergate.model.haproxy.backend import Backend
from evergate.model.member import Member
from evergate.render.haproxy import backend

SERVERS = "servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: '2001:db8::1', port: 81}]"
MEMBERS = tuple(
    Member(name=name, address=values.address(address, ""))
    for name, address in (("a1", "10.0.0.1"), ("a2", "2001:db8::2"))
)


def written(text: str) -> list[str]:
    """Return the lines of a backend, written as a flow mapping in which SS stands for two servers."""
    data = {"name": "b", **yaml.safe_load(text.replace("SS", SERVERS))}
    config = cast(Any, SimpleNamespace(members=MEMBERS, members_of=lambda group: MEMBERS))
    return backend.lines(Backend.from_data(data, "b"), config)


# What both releases of HAProxy took without a warning, when this was written.
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "{SS, cookie: {name: SRV}}",
            [
                "balance roundrobin",
                "cookie SRV insert indirect nocache httponly",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check cookie s1",
                "server s2 [2001:db8::1]:81 check cookie s2",
            ],
        ),
        (
            "{SS, cookie: {name: SRV, indirect: false, nocache: false, httponly: false, secure: true, postonly: true, preserve: true, domains: [.a.b, c.d], maxidle: 30m, maxlife: 8h, attr: [SameSite=Lax, 'Path=/a b']}}",
            [
                "balance roundrobin",
                "cookie SRV insert postonly preserve secure domain .a.b domain c.d maxidle 30m maxlife 8h attr SameSite=Lax attr 'Path=/a b'",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check cookie s1",
                "server s2 [2001:db8::1]:81 check cookie s2",
            ],
        ),
        (
            "{SS, cookie: {name: SRV, mode: rewrite, nocache: true}}",
            [
                "balance roundrobin",
                "cookie SRV rewrite nocache",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check cookie s1",
                "server s2 [2001:db8::1]:81 check cookie s2",
            ],
        ),
        (
            "{SS, cookie: {name: SRV, mode: prefix, nocache: true}}",
            [
                "balance roundrobin",
                "cookie SRV prefix nocache",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check cookie s1",
                "server s2 [2001:db8::1]:81 check cookie s2",
            ],
        ),
        (
            "{SS, cookie: {name: SRV, dynamic: true, dynamic_cookie_key: 'a b c'}}",
            [
                "balance roundrobin",
                "cookie SRV insert indirect nocache httponly dynamic",
                "dynamic-cookie-key 'a b c'",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, use_server: [{server: s1, if: '{ src 1.1.1.1 }'}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "use-server s1 if { src 1.1.1.1 }",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, observe: layer7, error_limit: 3, on_error: sudden-death, on_marked_down: shutdown-sessions, on_marked_up: shutdown-backup-sessions, send_proxy: v2, proxy_v2_options: [ssl, crc32c, authority], proto: h1, ws: h1, source: {address: 192.0.2.5, port: 1024-2000}, stick: false, pool_max_conn: 0, pool_low_conn: 5, pool_purge_delay: 5s, max_reuse: 5, tcp_ut: 5s, tfo: true, id: 7, redir: 'http://a.b/c', extra: no-tfo}]}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check id 7 redir http://a.b/c observe layer7 error-limit 3 on-error sudden-death on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions proto h1 ws h1 non-stick pool-max-conn 0 pool-low-conn 5 pool-purge-delay 5s max-reuse 5 tcp-ut 5s tfo send-proxy-v2 proxy-v2-options ssl,crc32c,authority source 192.0.2.5:1024-2000 no-tfo",
            ],
        ),
        (
            "{SS, server_defaults: { weight: 0, backup: true, disabled: true, maxconn: 10, minconn: 5, maxqueue: 3, slowstart: 5s, inter: 1s, fastinter: 500ms, downinter: 3s, rise: 3, fall: 3, check_port: 99, check_address: 192.0.2.7, check_send_proxy: true, check_via_socks4: true, socks4: '192.0.2.4:1080', agent_check: true, agent_port: 9, agent_address: 192.0.2.8, agent_inter: 3s, agent_send: 'a b\\n', observe: layer7, error_limit: 3, on_error: sudden-death, on_marked_down: shutdown-sessions, on_marked_up: shutdown-backup-sessions, send_proxy: v2, proxy_v2_options: [ssl, crc32c, authority], proto: h1, ws: h1, source: {address: 192.0.2.5, port: 1024-2000}, stick: false, pool_max_conn: 0, pool_low_conn: 5, pool_purge_delay: 5s, max_reuse: 5, tcp_ut: 5s, tfo: true, extra: no-tfo}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "default-server weight 0 backup disabled maxconn 10 minconn 5 maxqueue 3 slowstart 5s inter 1s fastinter 500ms downinter 3s rise 3 fall 3 port 99 addr 192.0.2.7 check-send-proxy check-via-socks4 agent-check agent-port 9 agent-addr 192.0.2.8 agent-inter 3s",
                'default-server agent-send "a b\\n" observe layer7 error-limit 3 on-error sudden-death on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions proto h1 ws h1 non-stick pool-max-conn 0 pool-low-conn 5 pool-purge-delay 5s max-reuse 5 tcp-ut 5s tfo socks4 192.0.2.4:1080 send-proxy-v2 proxy-v2-options ssl,crc32c,authority source 192.0.2.5:1024-2000 no-tfo',
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, server_defaults: {backup: false, disabled: false, agent_check: false, stick: true, tfo: false, weight: 5, send_proxy: v1, check_send_proxy: false, check_ssl: false, source: {usesrc: client}, extra: weight 6}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "default-server weight 5 no-backup enabled no-check-ssl no-check-send-proxy no-agent-check stick no-tfo send-proxy source 0.0.0.0 usesrc client weight 6",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
    ],
)
def test_each_key_becomes_its_lines(text: str, lines: list[str]) -> None:
    assert written(text) == lines
