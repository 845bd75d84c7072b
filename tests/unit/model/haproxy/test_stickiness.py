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
            "{SS, mode: tcp, cookie: {name: x}, http_reuse: never, timeout_tarpit: 1s}",
            "cookie",
            "has no place in mode 'tcp'",
            "delete it, or write mode: http",
        ),
        (
            "{SS, cookie: {name: x, mode: prefix, indirect: true}}",
            "cookie.indirect",
            "has no place in mode 'prefix'",
            "delete it, or write mode: inse",
        ),
        (
            "{SS, cookie: {name: x, mode: rewrite, maxidle: 5s}}",
            "cookie.maxidle",
            "has no place in mode 'rewrite'",
            "delete it, or write mode: inse",
        ),
        (
            "{SS, cookie: {name: x, mode: rewrite, preserve: true}}",
            "cookie.preserve",
            "has no place in mode 'rewrite'",
            "write mode: insert",
        ),
        (
            "{SS, cookie: {name: x, dynamic: true}}",
            "cookie.dynamic_cookie_key",
            "is missing beside 'dynamic'",
            "write dynamic_cookie_key: The ",
        ),
        (
            "{SS, cookie: {name: x, dynamic_cookie_key: s3cret}}",
            "cookie.dynamic",
            "is missing beside 'dynamic_cookie_key'",
            "write dynamic: Whether the val",
        ),
        (
            "{SS, cookie: {name: x, domains: [local]}}",
            "cookie.domains[0]",
            "'local' is not a cookie's domain",
            "write shop.example or .shop.ex",
        ),
        (
            "{SS, cookie: {name: x, attr: ['a;b']}}",
            "cookie.attr[0]",
            "'a;b' is not an attribute",
            "write it as in SameSite=Lax",
        ),
        (
            "{SS, cookie: {name: 'a b'}}",
            "cookie.name",
            "'a b' is not a cookie's name",
            "write a word such as SRV",
        ),
        (
            "{port: 1, cookie: {name: x}, template: {count: 1, name: a.b, resolvers: x}}",
            "cookie.dynamic",
            "is missing: the servers of a template have no value of theirs",
            "write dynamic: Whether the val",
        ),
        (
            "{SS, stick: [{pattern: src}]}",
            "stick_table",
            "is missing beside 'stick'",
            "write stick_table: A table tha",
        ),
        (
            "{SS, stick: [{pattern: 'src x', table: b}]}",
            "stick[0].pattern",
            "'src x' is not an expression",
            "write a fetch and its converte",
        ),
        (
            "{SS, stick: [{pattern: src, table: b, if: 'x', unless: 'y'}]}",
            "stick[0].unless",
            "stands beside 'if'",
            "keep one of them",
        ),
        (
            "{SS, use_server: [{server: s1}]}",
            "use_server[0].if",
            "is missing",
            "write if: Use it if this condi",
        ),
        (
            "{SS, use_server: [{server: s3, if: x}]}",
            "use_server[0].server",
            "there is no server 's3' in this backend",
            "the servers here are: s1, s2",
        ),
        (
            "{SS, use_server: [{server: s1, if: x, unless: y}]}",
            "use_server[0].unless",
            "stands beside 'if'",
            "keep one of them",
        ),
    ],
)
def test_wrong_cookies_and_stick_rules_are_refused(
    told: Told, text: str, path: str, problem: str, hint: str
) -> None:
    refusals = told(read, text)
    assert refusals[0][:2] == (f"b.{path}", problem)
    assert refusals[0][2].startswith(hint)
