"""What the sections of one configuration make wrong in each other, as the real daemons do not take it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import strategies

from evergate.errors import InvalidData
from evergate.model.haproxy.config import HaproxyConfig

TABLE = {"type": "ip"}
TLS = {"verify_host": "a.example"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (
            {"frontends.0": {"stick_table": TABLE, "name": "static"}, "backends.1": {"stick_table": TABLE}},
            "haproxy_backends[1].stick_table",
        ),
        (
            {"backends.1": {"server_defaults": {"tfo": True}, "retry_on": ["503"]}},
            "haproxy_backends[1].server_defaults.tfo",
        ),
        (
            {
                "global": {"ca_base": "/etc/ca"},
                "backends.1": {"server_defaults": {"tls": TLS}},
                "version": "2.6",
            },
            "haproxy_backends[1].server_defaults.tls.ca",
        ),
        ({"defaults": {"error_log_format": "%ci %HM"}}, "haproxy_defaults.error_log_format"),
        (
            {"backends.1": {"tcp_request": [{"action": "accept"}]}},
            "haproxy_backends[1].tcp_request[0].action",
        ),
        ({"frontends.1": {"log_format": "%HM"}}, "haproxy_frontends[1].log_format"),
        ({"frontends.0": {"log_format": "%[req.hdr(x)]"}}, "haproxy_frontends[0].log_format"),
    ],
)
def test_what_haproxy_refuses_is_refused_with_its_path(changes: dict[str, Any], path: str) -> None:
    data = deepcopy(strategies.base())
    data["maps"][0]["entries"] = {"a.example": "static"}
    HaproxyConfig.from_data(data)
    for where, change in changes.items():
        key, _, index = where.partition(".")
        data[key] = data[key][:] if index else change
        if index:
            data[key][int(index)] = {**data[key][int(index)], **change}
    with pytest.raises(InvalidData) as caught:
        HaproxyConfig.from_data(data)
    assert path in [problem.path for problem in caught.value.problems]


def test_a_listen_with_servers_has_no_other_backend() -> None:
    data = deepcopy(strategies.base())
    data["maps"][0]["entries"] = {"a.example": "static"}
    servers = [{"name": "one", "address": "203.0.113.41"}]
    data["listens"] = [
        {"name": "x", "vip": "shop", "port": 99, "servers": servers, "default_backend": "shop"}
    ]
    with pytest.raises(InvalidData, match="default_backend"):
        HaproxyConfig.from_data(data)
