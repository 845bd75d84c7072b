from __future__ import annotations

from typing import Any

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy.defaults import lines, tcp_lines


def configured(data: dict[str, Any]) -> HaproxyConfig:
    return HaproxyConfig.from_data({"defaults": data})


def rendered(data: dict[str, Any]) -> list[str]:
    config = configured(data)
    return lines(config.defaults, config)


def test_nothing_said_is_what_lost_no_request() -> None:
    assert rendered({}) == [
        "mode http",
        "log global",
        "option httplog",
        "option dontlognull",
        "option redispatch 1",
        "option idle-close-on-response",
        "http-reuse always",
        "retries 3",
        "retry-on conn-failure empty-response response-timeout 500 502 503 504",
        "timeout connect 250ms",
        "timeout client 30s",
        "timeout server 10s",
        "timeout queue 5s",
        "timeout check 150ms",
        "timeout http-request 5s",
        "timeout http-keep-alive 30s",
        "timeout tunnel 1h",
        "default-server inter 300ms fastinter 100ms downinter 200ms fall 2 rise 2 slowstart 3s"
        " observe layer4 error-limit 5 on-error mark-down",
        "load-server-state-from-file global",
    ]


def test_what_is_said_stands_there() -> None:
    found = rendered(
        {
            "redispatch": False,
            "retries": 0,
            "timeout": {"client_fin": "1s"},
            "default_server": {"maxconn": 7, "extra": "tfo"},
            "errorfiles": {503: "/etc/haproxy/errors/503.http", 404: {"content": "<p>no"}},
            "http_connection_mode": "http-server-close",
            "splice_auto": True,
            "error_log_format": "%ci # %ft",
            "extra": ["option http-ignore-probes"],
        }
    )
    for line in (
        "retries 0",
        "timeout client-fin 1s",
        "errorfile 503 /etc/haproxy/errors/503.http",
        "errorfile 404 /etc/haproxy/errorpages/defaults-404.http",
        "option http-server-close",
        "option splice-auto",
        "error-log-format '%ci # %ft'",
    ):
        assert line in found
    assert not [line for line in found if "redispatch" in line]
    assert found[-1] == "option http-ignore-probes"
    assert any(line.endswith("on-error mark-down maxconn 7 tfo") for line in found)


def test_a_tcp_frontend_takes_back_what_haproxy_would_warn_of() -> None:
    assert tcp_lines(configured({})) == ["no option idle-close-on-response"]
    assert tcp_lines(configured({"idle_close_on_response": False})) == []
