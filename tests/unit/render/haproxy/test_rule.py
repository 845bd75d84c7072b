from __future__ import annotations

from typing import Any

import pytest
import yaml

from evergate.model.haproxy.rule import (
    HttpRequestRule,
    HttpResponseRule,
    Rule,
    TcpRequestRule,
    TcpResponseRule,
)
from evergate.render.haproxy import rule


def written(keyword: str, kind: type[Rule], *texts: str) -> list[str]:
    return rule.lines(keyword, [kind.from_data(yaml.safe_load(text), "r") for text in texts])


# Both releases of HAProxy took these without a warning when this was written.
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{action: deny}", "deny"),
        (
            "{action: deny, status: 429, headers: {X-A: '%[src] b'}}",
            "deny deny_status 429 hdr X-A '%[src] b'",
        ),
        ("{action: tarpit, status: 429}", "tarpit deny_status 429"),
        ("{action: deny, status: 403, http_errors: e}", "deny deny_status 403 errorfiles e"),
        (
            '{action: return, status: 200, content_type: text/plain, string: "it\'s # $x"}',
            "return status 200 content-type text/plain string 'it'\\''s # $x'",
        ),
        ("{action: redirect, scheme: https, code: 301}", "redirect scheme https code 301"),
        (
            "{action: redirect, prefix: /x, drop_query: true, append_slash: true}",
            "redirect prefix /x drop-query append-slash",
        ),
        ("{action: set-header, name: X, format: '%[src]'}", "set-header X %[src]"),
        ("{action: del-header, name: X-, match: beg}", "del-header X- -m beg"),
        ("{action: replace-path, regex: '^/a/(.*)', format: '/\\1'}", "replace-path ^/a/(.*) '/\\1'"),
        ("{action: set-var, variable: txn.a, expression: 'path,lower'}", "set-var(txn.a) path,lower"),
        ("{action: unset-var, variable: txn.a}", "unset-var(txn.a)"),
        ("{action: track-sc1, expression: src, table: t}", "track-sc1 src table t"),
        ("{action: sc-set-gpt0, counter: 1, integer: 5}", "sc-set-gpt0(1) 5"),
        (
            "{action: set-map, map: m, key: '%[src]', format: x}",
            "set-map(/etc/haproxy/maps/m.map) %[src] x",
        ),
        ("{action: add-acl, list: l, key: x}", "add-acl(/etc/haproxy/lists/l.lst) x"),
        ("{action: do-resolve, variable: txn.a, resolvers: r, expression: src}", "do-resolve(txn.a,r) src"),
        ("{action: wait-for-body, duration: 5s, bytes: 10}", "wait-for-body time 5s at-least 10"),
        ("{action: strict-mode, strict: true}", "strict-mode on"),
        ("{action: lua, function: f, arguments: [a, 'b c']}", "lua.f a 'b c'"),
        ("{action: send-spoe-group, engine: e, group: g}", "send-spoe-group e g"),
        ("{action: use-service, service: lua.x}", "use-service lua.x"),
        ("{action: auth, realm: 'a b'}", "auth realm 'a b'"),
    ],
)
def test_an_action_is_a_line(text: str, line: str) -> None:
    assert written("http-request", HttpRequestRule, text) == [f"http-request {line}"]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("if: a !b", "if a !b"),
        ("unless: \"{ path '/a b' } or c\"", "unless { path '/a b' } or c"),
        ("if: '{ path }'", "if { path }"),
    ],
)
def test_a_condition_stands_at_the_end(text: str, condition: str) -> None:
    assert written("http-request", HttpRequestRule, f"{{action: deny, {text}}}") == [
        f"http-request deny {condition}"
    ]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("userlist: u", "if !{ http_auth(u) }"),
        ("userlist: u, groups: [g, h]", "if !{ http_auth_group(u) g h }"),
        ("userlist: u, if: a or b c", "if a !{ http_auth(u) } or b c !{ http_auth(u) }"),
        (
            "userlist: u, if: '{ path -m str or } or b'",
            "if { path -m str or } !{ http_auth(u) } or b !{ http_auth(u) }",
        ),
        ("userlist: u, unless: a or b", "unless a or b or { http_auth(u) }"),
    ],
)
def test_who_has_given_a_password_is_not_asked_again(text: str, condition: str) -> None:
    assert written("http-request", HttpRequestRule, f"{{action: auth, {text}}}") == [
        f"http-request auth {condition}"
    ]


def test_other_sets_have_their_own_words() -> None:
    assert written("http-response", HttpResponseRule, "{action: set-status, status: 404}") == [
        "http-response set-status 404"
    ]
    assert written("tcp-response", TcpResponseRule, "{action: close}") == ["tcp-response content close"]


def test_rules_for_connections_come_before_those_for_content() -> None:
    data: list[Any] = [
        "{action: accept, stage: content}",
        "{action: reject, stage: session}",
        "{action: reject}",
    ]
    assert written("tcp-request", TcpRequestRule, *data) == [
        "tcp-request connection reject",
        "tcp-request session reject",
        "tcp-request content accept",
    ]
