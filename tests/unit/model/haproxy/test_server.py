# ruff: noqa: E501 -- the inventory and the lines it becomes stand side by side
from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.backend import Backend

Told = Callable[..., list[tuple[str, str, str]]]

SERVERS = "servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: '2001:db8::1', port: 81}]"


def read(text: str) -> Backend:
    """Return the backend of a flow mapping, in which SS stands for two servers."""
    data = yaml.safe_load(text.replace("SS", SERVERS))
    return Backend.from_data({"name": "b", **data}, "b")


@pytest.mark.parametrize(
    ("text", "path", "problem", "hint"),
    [
        (
            "{servers: [{name: a, address: 1.1.1.1}]}",
            "servers[0].port",
            "is missing, here and in the backend",
            "write port: Its port, if not t",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, weight: 257}]}",
            "servers[0].weight",
            "'257' is not between 0 and 256",
            "write a whole number from 0 to",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, minconn: 5}]}",
            "servers[0].maxconn",
            "is missing beside 'minconn'",
            "write maxconn: How many reques",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, minconn: 5, maxconn: 4}]}",
            "servers[0].minconn",
            "'5' is more than maxconn '4'",
            "write at most maxconn",
        ),
        (
            "{server_defaults: {maxconn: 4}, servers: [{name: a, address: 1.1.1.1, port: 1, minconn: 5}]}",
            "servers[0].minconn",
            "'5' is more than maxconn '4'",
            "write at most maxconn",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, maxqueue: 5}]}",
            "servers[0].maxconn",
            "is missing: without it nothing queues",
            "write maxconn: How many reques",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, rise: 0}]}",
            "servers[0].rise",
            "'0' is not between 1 and 1000",
            "write a whole number from 1 to",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, fall: 0}]}",
            "servers[0].fall",
            "'0' is not between 1 and 1000",
            "write a whole number from 1 to",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, inter: 1s, fastinter: 2s}]}",
            "servers[0].fastinter",
            "'2s' is slower than inter '1s'",
            "write at most inter",
        ),
        (
            "{server_defaults: {inter: 1s}, servers: [{name: a, address: 1.1.1.1, port: 1, fastinter: 5s}]}",
            "servers[0].fastinter",
            "'5s' is slower than inter '1s'",
            "write at most inter",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, agent_check: true}]}",
            "servers[0].agent_port",
            "is missing beside 'agent_check'",
            "write agent_port: The port of ",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, agent_port: 5}]}",
            "servers[0].agent_port",
            "has no effect without 'agent_check'",
            "write agent_check: true",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, track: s1}]}",
            "servers[0].track",
            "leads round in a circle",
            "track a server that is checked",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, track: s9}]}",
            "servers[0].track",
            "there is no server 's9' to track",
            "write a server of this backend",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, track: s1, check: true}]}",
            "servers[0].track",
            "stands beside 'check'",
            "keep either 'track' or 'check'",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, check: false, inter: 3s}]}",
            "servers[0].inter",
            "has no effect on a server that is not checked",
            "delete inter",
        ),
        (
            "{check: {type: none}, servers: [{name: a, address: 1.1.1.1, port: 1, check: true}]}",
            "servers[0].check",
            "stands beside a check of type 'none'",
            "delete it, or choose another t",
        ),
        (
            "{servers: [{name: a, address: 1.1.1.1, port: 1, check: false},{name: b, address: 1.1.1.2, port: 1, track: a}]}",
            "servers[1].track",
            "'a' is not checked itself",
            "track a server that is checked",
        ),
        (
            "{servers: [{name: a, address: 1.1.1.1, port: 1, track: b},{name: b, address: 1.1.1.2, port: 1, track: a}]}",
            "servers[0].track",
            "leads round in a circle",
            "track a server that is checked",
        ),
        (
            "{servers: [{name: a, address: a.b, port: 1}]}",
            "servers[0].resolvers",
            "is missing: a name would be looked up once, when HAProxy starts",
            "write resolvers: The name of o",
        ),
        (
            "{servers: [{name: a, address: _a._b.c, port: 1, resolvers: x}]}",
            "servers[0].address",
            "'_a._b.c' is the name of SRV records",
            "write it as the name of a 'tem",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, resolvers: x}]}",
            "servers[0].resolvers",
            "has no effect on an address",
            "delete resolvers, or write a h",
        ),
        (
            "{servers: [{name: a, address: a.b, port: 1, resolvers: x, init_addr: [libc]}]}",
            "servers[0].init_addr",
            "would keep HAProxy from starting while DNS has no answer",
            "add none as the last one",
        ),
        (
            "{template: {count: 1, name: a.b, resolvers: x}}",
            "template.port",
            "is missing",
            "write port: Their port; SRV re",
        ),
        (
            "{port: 1, template: {count: 1, name: a.b}}",
            "template.resolvers",
            "is missing: a name would be looked up once, when HAProxy starts",
            "write resolvers: The name of o",
        ),
        (
            "{port: 1, template: {count: 1, name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, resolvers: x}}",
            "template.name",
            "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' is longer than the 253 characters of DNS",
            "write a name such as app.examp",
        ),
        (
            "{servers: [{name: a, address: 1.2.3, port: 1}]}",
            "servers[0].address",
            "'1.2.3' is not an IP address",
            "write an address alone",
        ),
        (
            "{servers: [{name: a, address: -a.b, port: 1}]}",
            "servers[0].address",
            "'-a.b' is not a host name",
            "write a name such as app.examp",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, tls: {verify: none, ca: x}}]}",
            "servers[0].tls.ca",
            "has no effect beside 'verify: none'",
            "delete verify, so that certifi",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, tls: {verify: none, verify_host: a.b}}]}",
            "servers[0].tls.verify_host",
            "has no effect beside 'verify: none'",
            "delete verify, so that certifi",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, tls: {}}]}",
            "servers[0].tls.verify_host",
            "is missing: the system trusts whoever has any public name",
            "write verify_host: The name th",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, tls: {verify_host: a.b, min_ver: TLSv1.3, max_ver: TLSv1.2}}]}",
            "servers[0].tls.min_ver",
            "'TLSv1.3' is newer than max_ver 'TLSv1.2'",
            "write an older version, or del",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, check_ssl: true}]}",
            "servers[0].tls",
            "is missing beside 'check_ssl': it says how to verify",
            "write tls: Speak TLS to the se",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, check_sni: a.b}]}",
            "servers[0].tls",
            "is missing beside 'check_sni': it says how to verify",
            "write tls: Speak TLS to the se",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, proxy_v2_options: [ssl]}]}",
            "servers[0].proxy_v2_options",
            "needs version 2 of the PROXY protocol",
            "write send_proxy: v2",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, send_proxy: v1, proxy_v2_options: [ssl]}]}",
            "servers[0].proxy_v2_options",
            "needs version 2 of the PROXY protocol",
            "write send_proxy: v2",
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, proto: h2}]}",
            "servers[0].proto",
            "has no place in mode 'tcp'",
            "delete it, or write mode: http",
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, redir: /x}]}",
            "servers[0].redir",
            "has no place in mode 'tcp'",
            "delete it, or write mode: http",
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, cookie: a}]}",
            "servers[0].cookie",
            "has no place in mode 'tcp'",
            "delete it, or write mode: http",
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, observe: layer7}]}",
            "servers[0].observe",
            "'layer7' needs HTTP answers",
            "write layer4",
        ),
        (
            "{mode: tcp, servers: [{name: s1, address: 192.0.2.1, port: 80, check_proto: h2}]}",
            "servers[0].check_proto",
            "'h2' does not fit a check of type 'tcp'",
            "write none, or delete it",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, check_proto: none}]}",
            "servers[0].check_proto",
            "'none' does not fit a check of type 'http'",
            "write h1 or h2",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, hash_key: id}]}",
            "servers[0].hash_key",
            "has no effect without a consistent hash",
            "write hash_type: consistent in",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, cookie: a}]}",
            "servers[0].cookie",
            "is used by nobody: the backend's cookie is missing",
            "give the backend a cookie, as ",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, extra: '# x'}]}",
            "servers[0].extra",
            "'# x' does not begin with a keyword",
            "begin with the keyword, withou",
        ),
        (
            '{servers: [{name: s1, address: 192.0.2.1, port: 80, agent_check: true, agent_port: 1, agent_send: "a\\nb"}]}',
            "servers[0].agent_send",
            "'a\\nb' holds a line break or another control character",
            "write one line",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, source: {}}]}",
            "servers[0].source.address",
            "is missing",
            "write address: An address of t",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, source: {port: 5}}]}",
            "servers[0].source.address",
            "is missing beside 'port'",
            "write address: An address of t",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, source: {address: 1.1.1.1, port: 20-10}}]}",
            "servers[0].source.port",
            "'20-10' is not a range of ports",
            "write 1024-2047",
        ),
        (
            "{servers: [{name: s1, address: 192.0.2.1, port: 80, source: {interface: lo, usesrc: client}}]}",
            "servers[0].source.interface",
            "stands beside 'usesrc'",
            "keep either 'interface' or 'us",
        ),
        (
            "{servers: [{name: a, address: 1.1.1.1, port: 1},{name: b, address: 1.1.1.1, port: 1}]}",
            "servers[1].address",
            "'1.1.1.1' with port 1 stands here a second time",
            "list every server once",
        ),
        (
            "{servers: [{name: a, address: 1.1.1.1, port: 1, id: 5},{name: b, address: 1.1.1.2, port: 1, id: 5}]}",
            "servers[1].id",
            "'5' stands here a second time",
            "give every server its own id",
        ),
        (
            "{balance: first, servers: [{name: a, address: 1.1.1.1, port: 1, weight: 5}]}",
            "servers[0].weight",
            "has no effect on balance 'first'",
            "delete it, or use leastconn",
        ),
        (
            "{cookie: {name: x}, servers: [{name: a, address: 1.1.1.1, port: 1, cookie: b},{name: b, address: 1.1.1.2, port: 1}]}",
            "servers[1].cookie",
            "another server has the cookie 'b' too",
            "give every server its own cook",
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: connect, ssl: true}]}}",
            "servers[0].tls",
            "is missing: a step of the check speaks TLS, and it says how to verify",
            "write tls: Speak TLS to the se",
        ),
        (
            "{SS, server_defaults: {name: x}}",
            "server_defaults.name",
            "is not a known key",
            "the keys known here are: agent",
        ),
        (
            "{SS, server_defaults: {track: x}}",
            "server_defaults.track",
            "is not a known key",
            "did you mean 'stick'?",
        ),
        ("{SS, template: {}}", "template.count", "is missing", "write count: How many servers "),
    ],
)
def test_wrong_servers_are_refused(told: Told, text: str, path: str, problem: str, hint: str) -> None:
    refusals = told(read, text)
    assert refusals[0][:2] == (f"b.{path}", problem)
    assert refusals[0][2].startswith(hint)
