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
        ("{}", "group", "is missing", "write group: the name of an in"),
        ("{group: a}", "port", "is missing", "write port: The servers' port,"),
        ("{group: a, port: 1, SS}", "servers", "stands beside 'group'", "keep either 'group' or 'server"),
        (
            "{group: a, port: 1, template: {count: 1, name: a.b, resolvers: x}}",
            "template",
            "stands beside 'group'",
            "keep either 'group' or 'templa",
        ),
        ("{servers: []}", "servers", "is empty", "write at least one item"),
        (
            "{SS, persist_rdp_cookie: true}",
            "persist_rdp_cookie",
            "has no place in mode 'http'",
            "write mode: tcp",
        ),
        (
            "{SS, mode: tcp, source: {usesrc: hdr_ip(a)}}",
            "source.usesrc",
            "needs a header, which mode 'tcp' has none of",
            "write clientip",
        ),
        (
            "{SS, source: {address: 1.1.1.1, port: 5-9}}",
            "source.port",
            "may be a range only for a server",
            "write one port, or give the ra",
        ),
        (
            "{SS, retry_on: [none, 503]}",
            "retry_on",
            "holds 'none' beside other words",
            "write none alone, or delete it",
        ),
        (
            "{SS, retry_on: [503], retries: 0}",
            "retry_on",
            "has no effect beside 'retries: 0'",
            "delete one of both",
        ),
        ("{SS, retry_on: [418]}", "retry_on[0]", "'418' is not known here", "did you mean '408'?"),
        ("{SS, srvtcpka_cnt: 5}", "srvtcpka_cnt", "has no effect without 'srvtcpka'", "write srvtcpka: true"),
        (
            "{SS, compression: {algo_req: gzip}}",
            "compression.algo_req",
            "compresses nothing in this direction",
            "write direction: both",
        ),
        (
            "{SS, compression: {direction: both}}",
            "compression.algo_req",
            "is missing beside direction 'both'",
            "write algo_req: The algorithm ",
        ),
        (
            "{SS, compression: {types: ['a b']}}",
            "compression.types[0]",
            "'a b' is not a media type",
            "write one such as text/plain o",
        ),
        (
            "{SS, errorfiles: {418: /x}}",
            "errorfiles",
            "HAProxy never answers '418' itself",
            "write one of: 200, 400, 401, 4",
        ),
        (
            "{SS, errorfiles: {503: x}}",
            "errorfiles.503",
            "'x' is not a file's path",
            "write a path that begins with ",
        ),
        (
            "{SS, email_alert: {mailers: m}}",
            "email_alert.from",
            "is missing",
            "write from: The sender's addre",
        ),
    ],
)
def test_wrong_backends_are_refused(told: Told, text: str, path: str, problem: str, hint: str) -> None:
    refusals = told(read, text)
    assert refusals[0][:2] == (f"b.{path}", problem)
    assert refusals[0][2].startswith(hint)
