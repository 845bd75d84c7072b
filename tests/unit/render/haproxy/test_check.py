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
            "{SS, check: {path: '/a#b?x=%20', host: 'a.b:80', method: HEAD, version: HTTP/1.1, headers: {X-A: 'x %[date] %%'}, body: 'a b \"c\" \\ d', expect: [200, 300-399], expect_string: \"it's\", expect_rstring: '^a b', disable_on_404: true, send_state: true}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check disable-on-404",
                "http-check send-state",
                "http-check send meth HEAD uri '/a#b?x=%20' ver HTTP/1.1 hdr Host a.b:80 hdr X-A 'x %[date] %%' body 'a b \"c\" \\ d'",
                "http-check expect status 200,300-399",
                "http-check expect string 'it'\\''s'",
                "http-check expect rstring '^a b'",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, check: {sequence: [{action: set-var, variable: check.a, expression: int(5)}, {action: set-var-fmt, variable: check.b, format: '%[date] x'}, {action: connect, port: 99, address: 192.0.2.9, send_proxy: true, linger: true, comment: 'a b', proto: h1}, {action: send, path_lf: '/%[date]', headers: {A: b}, body_lf: '%[date]', version: HTTP/1.1, comment: x}, {action: expect, status: [200, 204], negate: true, min_recv: 5, ok_status: L7OKC, error_status: L7STS, tout_status: L7TOUT, on_success: 'a %[res.body]', on_error: 'b'}, {action: expect, header: X, value: y z, match: reg}, {action: expect, string_lf: 'x%[date]'}, {action: connect, default: true}, {action: send, path: /b, method: POST, body: 'x y'}, {action: expect, rstring: 'a|b'}, {action: expect, rstatus: ^2}, {action: expect, header: X}, {action: unset-var, variable: check.a}]}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check set-var(check.a) int(5)",
                "http-check set-var-fmt(check.b) '%[date] x'",
                "http-check connect send-proxy linger addr 192.0.2.9 port 99 proto h1 comment 'a b'",
                "http-check send meth GET uri-lf /%[date] ver HTTP/1.1 hdr A b body-lf %[date] comment x",
                "http-check expect min-recv 5 ok-status L7OKC error-status L7STS tout-status L7TOUT on-success 'a %[res.body]' on-error b ! status 200,204",
                "http-check expect hdr name X value -m reg 'y z'",
                "http-check expect string-lf x%[date]",
                "http-check connect default",
                "http-check send meth POST uri /b body 'x y'",
                "http-check expect rstring a|b",
                "http-check expect rstatus ^2",
                "http-check expect hdr name X",
                "http-check unset-var(check.a)",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: connect}, {action: send, data: 'PING\\r\\n'}, {action: expect, string: '+PONG'}, {action: send, binary: 50494e}, {action: expect, binary: 2b}, {action: expect, rbinary: 2b, negate: true}, {action: send, data_lf: 'a %[date]'}, {action: send, binary_lf: '2b%[date,hex]'}, {action: expect, binary_lf: '2b'}, {action: expect, string_lf: 'a%[date]', comment: 'it is'}, {action: connect, port: 90}]}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option tcp-check",
                "tcp-check connect",
                'tcp-check send "PING\\r\\n"',
                "tcp-check expect string +PONG",
                "tcp-check send-binary 50494e",
                "tcp-check expect binary 2b",
                "tcp-check expect ! rbinary 2b",
                'tcp-check send-lf "a %[date]"',
                "tcp-check send-binary-lf 2b%[date,hex]",
                "tcp-check expect binary-lf 2b",
                "tcp-check expect comment 'it is' string-lf a%[date]",
                "tcp-check connect port 90",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: http, path: /x}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option httpchk",
                "http-check send meth GET uri /x",
                "http-check expect status 200",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, check: {type: tcp}}",
            [
                "balance roundrobin",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, check: {type: ssl-hello}}",
            [
                "balance roundrobin",
                "option ssl-hello-chk",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: pgsql, user: a}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option pgsql-check user a",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: mysql, user: a}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option mysql-check user a",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: mysql, user: a, client: pre-41}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option mysql-check user a pre-41",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: redis}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option redis-check",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: smtp}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option smtpchk",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: smtp, hello: EHLO, domain: a.b}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option smtpchk EHLO a.b",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: ldap}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option ldap-check",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: spop}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option spop-check",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: external, command: /bin/true, command_path: '/bin:/usr/bin'}}",
            [
                "mode tcp",
                "balance roundrobin",
                "option external-check",
                "external-check command /bin/true",
                "external-check path /bin:/usr/bin",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, mode: tcp, check: {type: none}}",
            ["mode tcp", "balance roundrobin", "server s1 192.0.2.1:80", "server s2 [2001:db8::1]:81"],
        ),
        (
            "{SS, check: {type: none}}",
            [
                "balance roundrobin",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80",
                "server s2 [2001:db8::1]:81",
            ],
        ),
        (
            "{SS, server_defaults: {tls: {verify: none, sni: str(a.b), ssl_reuse: true, tls_tickets: true}}, check: {sequence: [{action: connect, ssl: true, sni: a.b, alpn: [h2], proto: h2}, {action: send}]}}",
            [
                "balance roundrobin",
                "option httpchk",
                "http-check connect ssl alpn h2 sni a.b proto h2",
                "http-check send meth GET",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check ssl verify none sni str(a.b) ssl-reuse tls-tickets",
                "server s2 [2001:db8::1]:81 check ssl verify none sni str(a.b) ssl-reuse tls-tickets",
            ],
        ),
    ],
)
def test_each_key_becomes_its_lines(text: str, lines: list[str]) -> None:
    assert written(text) == lines
