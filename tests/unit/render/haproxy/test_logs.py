from __future__ import annotations

import json
import re
from typing import Any

import pytest

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.logs import LogTarget
from evergate.render.haproxy.logs import log_lines, sections, target


def configured(log_format: str) -> HaproxyConfig:
    return HaproxyConfig.from_data({"defaults": {"log_format": log_format}})


@pytest.mark.parametrize(
    ("mode", "chosen", "inherited", "line"),
    [
        ("http", None, "http", None),
        ("http", None, "json", None),
        ("tcp", None, "tcp", None),
        ("tcp", None, "http", "option tcplog"),
        ("tcp", None, "%ci %HU", "option tcplog"),
        ("http", "https", "http", "option httpslog"),
        ("http", "clf", "json", "option httplog clf"),
        ("tcp", "tcp", "json", "option tcplog"),
        ("http", "%ci '%HU' # $x", "http", r"log-format '%ci '\''%HU'\'' # $x'"),
    ],
)
def test_a_frontend_logs_as_it_says_else_as_suits_its_mode(
    mode: str, chosen: str | None, inherited: str, line: str | None
) -> None:
    assert log_lines(mode, chosen, configured(inherited)) == ([] if line is None else [line])


@pytest.mark.parametrize("mode", ["http", "tcp"])
def test_the_format_json_is_json_whatever_haproxy_fills_in(mode: str) -> None:
    (line,) = log_lines(mode, None if mode == "tcp" else "json", configured("json"))
    template = line.removeprefix("log-format '").removesuffix("'")
    filled = re.sub(r"%(?:\[[^]]*\]|[A-Za-z]+)", "1", template)
    assert json.loads(filled)["client"] == "1"
    assert ("uri" in json.loads(filled)) == (mode == "http")
    # What a client sends can't leave its quotes.
    assert re.findall(r"%\[[^]]*\]", template) == re.findall(r"%\[[a-z.-]+,json\(utf8s\)\]", template)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"address": "/dev/log"}, "log /dev/log local0"),
        ({"address": "192.0.2.1", "protocol": "tcp"}, "log tcp@192.0.2.1:514 local0"),
        (
            {"address": "2001:db8::1", "port": 515, "level": "info", "minlevel": "err"},
            "log [2001:db8::1]:515 local0 info err",
        ),
        (
            {"ring": "r", "length": 2000, "format": "rfc5424", "sample": "1:4", "facility": "mail"},
            "log ring@r len 2000 format rfc5424 sample 1:4 mail",
        ),
    ],
)
def test_a_target_is_one_line(data: dict[str, Any], line: str) -> None:
    assert target(LogTarget.from_data(data)) == line


def test_rings_and_relays_are_sections() -> None:
    servers = [{"name": "s", "address": "192.0.2.9", "port": 514, "log_proto": "octet-count"}]
    config = HaproxyConfig.from_data(
        {
            "rings": [{"name": "r", "description": "a b", "servers": servers}, {"name": "plain"}],
            "log_forwards": [{"name": "f", "dgram_binds": [{"address": "127.0.0.1", "port": 1514}]}],
        }
    )
    assert sections(config) == [
        [
            "ring r",
            "description 'a b'",
            "size 16384",
            "timeout client 10s",
            "timeout connect 5s",
            "timeout server 10s",
            "server s 192.0.2.9:514 log-proto octet-count",
        ],
        ["ring plain", "size 16384"],
        ["log-forward f", "dgram-bind 127.0.0.1:1514", "timeout client 10s", "log global"],
    ]


def test_mail_servers_are_a_section() -> None:
    mailers = [{"name": "m", "mailers": [{"name": "a", "address": "192.0.2.9"}]}]
    alert = {"mailers": "m", "from": "lb@shop.example", "to": "ops@shop.example"}
    backend = {
        "name": "b",
        "servers": [{"name": "s", "address": "192.0.2.1", "port": 80}],
        "email_alert": alert,
    }
    frontend = {"name": "f", "vip": "v", "port": 80, "default_backend": "b"}
    rest = {"vips": [{"name": "v", "vips": ["192.0.2.100/24"]}], "frontends": [frontend]}
    assert sections(HaproxyConfig.from_data({"mailers": mailers, "backends": [backend], **rest})) == [
        ["mailers m", "timeout mail 10s", "mailer a 192.0.2.9:25"]
    ]
