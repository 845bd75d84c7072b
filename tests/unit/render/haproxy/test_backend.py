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
            "{group: app, port: 80}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server a1 10.0.0.1:80 check",
                "server a2 [2001:db8::2]:80 check",
            ],
        ),
        (
            "{group: app, port: 80, mode: tcp}",
            [
                "mode tcp",
                "balance roundrobin",
                "server a1 10.0.0.1:80 check",
                "server a2 [2001:db8::2]:80 check",
            ],
        ),
        (
            "{SS, compression: {}, cache: c}",
            [
                "balance roundrobin",
                "compression algo gzip",
                "compression type text/html text/plain text/css application/javascript application/json image/svg+xml",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "http-request cache-use c",
                "http-response cache-store c",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, compression: {algo: [gzip, deflate], types: [text/html], offload: true}}",
            [
                "balance roundrobin",
                "compression algo gzip deflate",
                "compression type text/html",
                "compression offload",
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
            "{SS, compression: {direction: both, algo_req: gzip, types_req: [a/b]}}",
            [
                "balance roundrobin",
                "compression direction both",
                "compression algo gzip",
                "compression type text/html text/plain text/css application/javascript application/json image/svg+xml",
                "compression algo-req gzip",
                "compression type-req a/b",
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
            "{SS, timeout_connect: 1s, timeout_server: 1s, timeout_server_fin: 1s, timeout_queue: 1s, timeout_tunnel: 1s, timeout_check: 1s, timeout_http_request: 1s, timeout_http_keep_alive: 1s, timeout_tarpit: 1s, retries: 5, retry_on: [503, all-retryable-errors, 0rtt-rejected, '401'], retry_unsafe: true, redispatch: 0, fullconn: 100, http_reuse: never, max_keep_alive_queue: 5, http_connection_mode: httpclose, http_send_name_header: X-S}",
            [
                "balance roundrobin",
                "timeout connect 1s",
                "timeout server 1s",
                "timeout server-fin 1s",
                "timeout queue 1s",
                "timeout tunnel 1s",
                "timeout check 1s",
                "timeout http-request 1s",
                "timeout http-keep-alive 1s",
                "timeout tarpit 1s",
                "no option redispatch",
                "option httpclose",
                "fullconn 100",
                "http-reuse never",
                "max-keep-alive-queue 5",
                "http-send-name-header X-S",
                "retries 5",
                "retry-on 503 all-retryable-errors 0rtt-rejected 401",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, retry_on: [429], forwarded: true}",
            [
                "balance roundrobin",
                "option forwarded",
                "retry-on 429",
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
            "{SS, abortonclose: false, allbackups: false, persist: false, prefer_last_server: false, http_pretend_keepalive: false, log_health_checks: false, tcp_smart_connect: false, independent_streams: false, nolinger: false, splice_auto: false, splice_request: false, splice_response: false, srvtcpka: false}",
            [
                "balance roundrobin",
                "no option abortonclose",
                "no option allbackups",
                "no option persist",
                "no option prefer-last-server",
                "no option http-pretend-keepalive",
                "no option log-health-checks",
                "no option tcp-smart-connect",
                "no option independent-streams",
                "no option nolinger",
                "no option splice-auto",
                "no option splice-request",
                "no option splice-response",
                "no option srvtcpka",
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
            "{SS, mode: tcp, abortonclose: true, allbackups: true, persist: true, log_health_checks: true, tcp_smart_connect: true, independent_streams: true, nolinger: true, splice_auto: true, srvtcpka: true, timeout_server: 1s, timeout_tunnel: 1s, timeout_server_fin: 1s, timeout_queue: 1s, timeout_check: 1s, retries: 3, redispatch: 1, fullconn: 4, load_server_state_from_file: none}",
            [
                "mode tcp",
                "balance roundrobin",
                "timeout server 1s",
                "timeout server-fin 1s",
                "timeout queue 1s",
                "timeout tunnel 1s",
                "timeout check 1s",
                "option abortonclose",
                "option allbackups",
                "option persist",
                "option log-health-checks",
                "option tcp-smart-connect",
                "option independent-streams",
                "option nolinger",
                "option splice-auto",
                "option srvtcpka",
                "option redispatch 1",
                "fullconn 4",
                "retries 3",
                "load-server-state-from-file none",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, abortonclose: false, tcp_smart_connect: false}",
            [
                "mode tcp",
                "balance roundrobin",
                "no option abortonclose",
                "no option tcp-smart-connect",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, source: {address: 192.0.2.3}}",
            [
                "balance roundrobin",
                "source 192.0.2.3",
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
            "{SS, source: {address: 192.0.2.3, port: 1024, interface: lo}}",
            [
                "balance roundrobin",
                "source 192.0.2.3:1024 interface lo",
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
            "{SS, source: {interface: lo}}",
            [
                "balance roundrobin",
                "source 0.0.0.0 interface lo",
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
            "{SS, source: {usesrc: clientip}}",
            [
                "balance roundrobin",
                "source 0.0.0.0 usesrc clientip",
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
            "{SS, source: {address: '2001:db8::3', port: '1024', usesrc: 'hdr_ip(x-forwarded-for,-1)'}}",
            [
                "balance roundrobin",
                "source [2001:db8::3]:1024 usesrc hdr_ip(x-forwarded-for,-1)",
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
            "{SS, errorfiles: {503: /etc/hostname5}, http_errors: he}",
            [
                "balance roundrobin",
                "errorfile 503 /etc/hostname5",
                "errorfiles he",
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
            "{SS, email_alert: {mailers: m, from: a@b.c, to: d@e.f, level: err, myhostname: lb.x}}",
            [
                "balance roundrobin",
                "email-alert mailers m",
                "email-alert from a@b.c",
                "email-alert to d@e.f",
                "email-alert level err",
                "email-alert myhostname lb.x",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
    ],
)
def test_each_key_becomes_its_lines(text: str, lines: list[str]) -> None:
    assert written(text) == lines
