from __future__ import annotations

from typing import Any

import yaml

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy import frontend


def written(text: str) -> list[str]:
    """Return the lines of a frontend with these keys."""
    data: dict[str, Any] = yaml.safe_load(f"""
vips: [{{name: v, vips: [203.0.113.100/24]}}]
certificates: [{{name: c, source: x}}]
backends: [{{name: b, mode: {"tcp" if "mode: tcp" in text else "http"}, servers: [
  {{name: s, address: 192.0.2.1, port: 80}}]}}]
frontends: [{{name: f, default_backend: b, {text}}}]
""")
    config = HaproxyConfig.from_data(data)
    return frontend.lines(config.frontends[0], config)


def test_the_smallest_frontend_is_three_lines() -> None:
    assert written("vip: v, port: 80") == [
        "bind 203.0.113.100:80",
        "option forwardfor",
        "default_backend b",
    ]


def test_security_headers_are_for_answers_that_lack_them() -> None:
    lines = written("binds: [{vip: v, port: 443, tls: {certificates: c}}], security_headers: true")
    assert [line.split()[2:4] for line in lines if line.startswith("http-after-response")] == [
        ["X-Content-Type-Options", "nosniff"],
        ["X-Frame-Options", "SAMEORIGIN"],
        ["Referrer-Policy", "strict-origin-when-cross-origin"],
        ["Strict-Transport-Security", "max-age=31536000"],
    ]
    assert all(" unless { res.hdr(" in line or line.endswith("if { ssl_fc }") for line in lines[2:-1])


def test_http3_is_told_of_in_every_answer() -> None:
    lines = written("binds: [{vip: v, port: 443, quic: true, tls: {certificates: c}}]")
    assert "http-after-response set-header alt-svc 'h3=\":443\"; ma=3600'" in lines


def test_rules_stand_in_the_order_in_which_they_are_applied() -> None:
    lines = written(
        "binds: [{vip: v, port: 80, accept_proxy: true}],"
        " limits: [{name: r, limit: 5},{name: c, what: concurrent, limit: 5}],"
        " tcp_request: [{action: reject, if: '{ src 192.0.2.9 }'},{action: accept, stage: content}],"
        " http_request: [{action: deny, if: a}], acls: [{name: a, path: /x}], inspect_delay: 2s,"
        " http_after_response: [{action: del-header, name: X}],"
        " http_response: [{action: del-header, name: Y}], routes: [{backend: b, path: /y}],"
        " extra: [option contstats]"
    )
    heads = [" ".join(line.split()[:2]) for line in lines if not line.startswith(("bind", "option forw"))]
    assert heads == [
        "acl a",
        "tcp-request inspect-delay",
        "tcp-request connection",
        "tcp-request session",
        "tcp-request content",
        "http-request track-sc0",
        "http-request return",
        "http-request return",
        "http-request deny",
        "http-response del-header",
        "http-after-response del-header",
        "option contstats",
        "use_backend b",
        "default_backend b",
    ]


def test_a_frontend_of_mode_tcp_has_no_words_of_http() -> None:
    lines = written("vip: v, port: 25, mode: tcp")
    assert lines[0] == "mode tcp"
    assert not any(line.startswith(("http-", "option forwardfor", "monitor")) for line in lines)
