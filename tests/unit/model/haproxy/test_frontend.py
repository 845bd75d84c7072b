from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.frontend import Frontend

Told = Callable[..., list[tuple[str, str, str]]]

TLS = "binds: [{vip: v, port: 443, tls: {certificates: c}}]"
HERE = "vip: v, port: 80"


def read(text: str) -> Frontend:
    data = yaml.safe_load(text.replace("HERE", HERE).replace("TLS", TLS))
    return Frontend.from_data({"name": "f", "default_backend": "b", **data}, "f")


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{}", "vip", "is missing"),
        ("{vip: v}", "port", "is missing"),
        ("{TLS, port: 80}", "port", "stands beside 'binds'"),
        ("{HERE, default_backend: }", "default_backend", "is missing, and nothing else answers"),
        ("{TLS, redirect_to_https: true}", "redirect_to_https", "has nothing to do: every bind speaks TLS"),
        ("{HERE, hsts: 5}", "hsts", "needs TLS"),
        ("{HERE, monitor_fail: '{ nbsrv(b) lt 1 }'}", "monitor_uri", "is missing beside 'monitor_fail'"),
        ("{HERE, unique_id_header: X}", "unique_id_format", "is missing beside 'unique_id_header'"),
        ("{HERE, captures: [{}]}", "captures[0]", "captures no header or two"),
        ("{HERE, mode: tcp, http_request: [{action: deny}]}", "http_request", "has no meaning in mode tcp"),
        ("{HERE, mode: tcp, security_headers: true}", "security_headers", "has no meaning in mode tcp"),
        ("{HERE, mode: tcp, acls: [{name: a, path: /x}]}", "acls[0].path", "is not known in mode tcp"),
        ("{HERE, mode: tcp, routes: [{backend: b, host: x}]}", "routes[0].host", "is not known in mode tcp"),
        (
            "{mode: tcp, binds: [{vip: v, port: 80, proto: h2}]}",
            "binds[0].proto",
            "has no meaning in mode tcp",
        ),
        (
            "{mode: tcp, binds: [{vip: v, port: 443, quic: true, tls: {certificates: c}}]}",
            "binds[0].quic",
            "is HTTP/3, which mode tcp does not speak",
        ),
        (
            "{HERE, routes: [{backend: b, req_ssl_sni: x}]}",
            "routes[0].req_ssl_sni",
            "is what passes through in mode tcp",
        ),
        (
            "{HERE, http_request: [{action: deny},{action: allow}]}",
            "http_request[1].action",
            "comes after 'deny' without a condition, which ends the rules",
        ),
        (
            "{HERE, http_request: [{action: set-timeout, which: server, duration: 5s}]}",
            "http_request[0].action",
            "sets a timeout of servers, which a frontend has none of",
        ),
        (
            "{HERE, http_request: [{action: track-sc0, expression: src}]}",
            "http_request[0].table",
            "is missing, and this section has no 'stick_table'",
        ),
        (
            "{HERE, tcp_request: [{action: track-sc0, stage: content, expression: src, table: t}]}",
            "tcp_request[0].stage",
            "is later than what is counted by is known",
        ),
        (
            "{HERE, limits: [{name: l, limit: 5}],"
            " http_request: [{action: track-sc0, expression: src, table: t}]}",
            "http_request[0].action",
            "'track-sc0' is taken by a limit",
        ),
        (
            "{HERE, limits: [{name: a, limit: 5},{name: b, limit: 5},"
            "{name: c, limit: 5},{name: d, limit: 5}]}",
            "limits[3].name",
            "is one more than the 3 limits a frontend can have",
        ),
        (
            "{HERE, captures: [{request: A}], http_response: [{action: capture, expression: src, slot: 0}]}",
            "http_response[0].slot",
            "'0' is not one of the 0 captures of a response",
        ),
    ],
)
def test_what_a_frontend_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    ((found, words, _),) = told(read, text)
    assert (found, words) == (f"f.{path}", problem)


def test_an_acl_that_is_not_declared_is_refused_with_the_nearest(told: Told) -> None:
    text = "{HERE, acls: [{name: is_api, path: /x}], http_request: [{action: deny, unless: is_apii}]}"
    assert told(read, text) == [
        ("f.http_request[0].unless", "there is no ACL 'is_apii' in this section", "did you mean 'is_api'?")
    ]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("{http_response: [{action: deny, if: p}]}", "http_response[0].if", "'p' looks at an HTTP request"),
        (
            "{http_request: [{action: deny, if: '{ status 5 }'}]}",
            "http_request[0].if",
            "'status' looks at an",
        ),
        ("{http_request: [{action: deny, if: s}]}", "http_request[0].if", "'s' looks at bare bytes"),
        ("{tcp_request: [{action: reject, if: p}]}", "tcp_request[0].if", "'p' looks at an HTTP request"),
        (
            "{http_response: [{action: set-header, name: X, format: 'a %[path]'}]}",
            "http_response[0].format",
            "'path' looks at an HTTP request",
        ),
        (
            "{http_response: [{action: set-var, variable: txn.x, expression: req.hdr(a)}]}",
            "http_response[0].expression",
            "'req.hdr(a)' looks at an HTTP request",
        ),
        (
            "{http_response: [{action: deny, headers: {X: '%[path]'}}]}",
            "http_response[0].headers",
            "'path' looks at an HTTP request",
        ),
    ],
)
def test_a_rule_that_looks_at_what_is_not_there_is_refused(
    told: Told, text: str, path: str, words: str
) -> None:
    acls = "{HERE, acls: [{name: p, path: /x},{name: s, req_ssl_sni: x}], "
    ((found, problem, _),) = told(read, acls + text[1:])
    assert found == f"f.{path}"
    assert problem.startswith(words)


def test_content_is_there_for_rules_of_this_stage_and_bytes_in_mode_tcp() -> None:
    read("{HERE, tcp_request: [{action: reject, stage: content, if: '{ path /x }'}]}")
    read("{HERE, mode: tcp, tcp_request: [{action: accept, stage: content, if: '{ req.ssl_sni x }'}]}")


def test_rules_of_another_stage_are_not_behind_a_final_one() -> None:
    read("{HERE, tcp_request: [{action: accept, stage: content},{action: accept}]}")
    read("{HERE, http_request: [{action: auth, userlist: u},{action: deny}]}")


def test_the_short_form_is_one_bind() -> None:
    (bind,) = read("{HERE}").all_binds
    assert (bind.vip, bind.all_ports) == ("v", ("80",))


def test_the_condition_of_the_monitor_is_looked_at_too(told: Told) -> None:
    ((path, problem, _),) = told(read, "{HERE, monitor_uri: /m, monitor_fail: dead}")
    assert (path, problem) == ("f.monitor_fail", "there is no ACL 'dead' in this section")
