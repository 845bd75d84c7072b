from __future__ import annotations

from typing import Any

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.process import CIPHERS, CIPHERSUITES, Tune
from evergate.model.model import keys
from evergate.render.haproxy.process import lines, tune_keyword


def rendered(data: dict[str, Any], **others: Any) -> list[str]:
    config = HaproxyConfig.from_data({"global": data, **others})
    return lines(config.global_, config)


def test_nothing_said_is_what_we_would_run() -> None:
    assert rendered({}) == [
        "log /dev/log local0",
        "chroot /var/lib/haproxy",
        "user haproxy",
        "group haproxy",
        "stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners",
        "hard-stop-after 30s",
        "server-state-file /var/lib/haproxy/evergate.state",
        f"ssl-default-bind-ciphers {CIPHERS}",
        f"ssl-default-bind-ciphersuites {CIPHERSUITES}",
        "ssl-default-bind-curves X25519:prime256v1:secp384r1",
        "ssl-default-bind-options prefer-client-ciphers no-tls-tickets ssl-min-ver TLSv1.2",
        f"ssl-default-server-ciphers {CIPHERS}",
        f"ssl-default-server-ciphersuites {CIPHERSUITES}",
        "ssl-default-server-options no-tls-tickets ssl-min-ver TLSv1.2",
    ]


def test_a_node_tells_its_peers_its_name() -> None:
    assert "localpeer lb1" in rendered({}, node="lb1")
    assert not [line for line in rendered({}) if line.startswith("localpeer")]


def test_command_sockets_stand_beside_our_own() -> None:
    sockets = [
        {"path": "/run/haproxy/monitor.sock", "level": "user", "group": "monitor"},
        {"address": "2001:db8::1", "port": 9999, "severity_output": "string"},
    ]
    assert [line for line in rendered({"stats_sockets": sockets}) if line.startswith("stats socket")] == [
        "stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners",
        "stats socket /run/haproxy/monitor.sock mode 660 group monitor level user",
        "stats socket ipv6@[2001:db8::1]:9999 level operator severity-output string",
    ]


def test_what_is_said_stands_there() -> None:
    data = {
        "maxconn": 5000,
        "fd_hard_limit": 20000,
        "description": "a # 'b' $c",
        "external_check": True,
        "setenv": {"REGION": "north east"},
        "default_path": "/etc/haproxy",
        "lua_prepend_path": ["/etc/haproxy/lua/?.lua"],
        "lua_load": ["/etc/haproxy/lua/a.lua one two"],
        "ssl_default_server_max_ver": "TLSv1.3",
        "extra": ["h1-case-adjust content-length Content-Length"],
    }
    found = rendered(data)
    for line in (
        "maxconn 5000",
        "fd-hard-limit 20000",
        r"description 'a # '\''b'\'' $c'",
        "external-check",
        "insecure-fork-wanted",
        "setenv REGION 'north east'",
        "default-path origin /etc/haproxy",
        "lua-prepend-path /etc/haproxy/lua/?.lua",
        "lua-load /etc/haproxy/lua/a.lua one two",
        "ssl-default-server-options no-tls-tickets ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3",
    ):
        assert line in found
    assert found[-1] == "h1-case-adjust content-length Content-Length"


def test_tuning_keywords_have_their_dots() -> None:
    assert rendered({"tune": {"ssl_cachesize": 5, "h2_fe_max_total_streams": 7, "idle_pool_shared": False}})[
        -3:
    ] == ["tune.h2.fe.max-total-streams 7", "tune.idle-pool.shared off", "tune.ssl.cachesize 5"]


def test_every_tuning_keyword_is_spelt_as_in_the_manual() -> None:
    spelt = {tune_keyword(name) for name in keys(Tune)}
    assert len(spelt) == len(keys(Tune))
    assert {
        "tune.quic.frontend.conn-tx-buffers.limit",
        "tune.lua.log.stderr",
        "tune.ssl.ssl-ctx-cache-size",
        "tune.recv_enough",
        "tune.bufsize",
        "tune.max-checks-per-thread",
    } <= spelt


def test_the_format_json_has_longer_lines() -> None:
    assert rendered({}, defaults={"log_format": "json"})[0] == "log /dev/log len 8192 local0"
