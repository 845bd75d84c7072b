from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy import HaproxyConfig

Told = Callable[..., list[tuple[str, str, str]]]

FRONTEND = {"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}
BACKEND = {"name": "shop", "group": "app_servers", "port": 8080}


def data(**changed: object) -> dict[str, Any]:
    return {
        "frontends": [FRONTEND],
        "backends": [BACKEND],
        "vips": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24", "2001:db8:113::100/64"]}],
        "groups": {"app_servers": [{"name": "app1", "address": "203.0.113.21"}]},
    } | changed


def test_a_frontend_has_every_address_of_its_vip() -> None:
    (frontend,) = HaproxyConfig.from_data(data()).frontends
    assert [str(address) for address in frontend.addresses] == ["203.0.113.100", "2001:db8:113::100"]


def test_management_stays_on_this_host_unless_told_otherwise() -> None:
    config = HaproxyConfig.from_data(data())
    assert (str(config.management_address), config.stats_port, config.probe_port) == ("127.0.0.1", 8404, 8405)


def test_the_other_keys_of_an_instance_are_keepaliveds_to_judge() -> None:
    HaproxyConfig.from_data(
        data(vips=[{"name": "shop", "vips": ["203.0.113.100/24"], "priority": "nonsense"}])
    )


@pytest.mark.parametrize(
    ("changed", "path", "problem", "hint"),
    [
        (
            {"frontends": [FRONTEND | {"default_backend": "shp"}]},
            "haproxy_frontends[0].default_backend",
            "there is no backend 'shp'",
            "did you mean 'shop'?",
        ),
        (
            {"backends": [BACKEND, BACKEND | {"name": "old"}]},
            "haproxy_backends[1].name",
            "no frontend has 'old' as its default_backend",
            "name it in a frontend (shop) or delete it",
        ),
        (
            {"frontends": []},
            "haproxy_backends[0].name",
            "no frontend has 'shop' as its default_backend",
            "add a frontend or delete it",
        ),
        (
            {"frontends": [FRONTEND | {"vip": "shpo"}]},
            "haproxy_frontends[0].vip",
            "there is no VIP 'shpo'",
            "did you mean 'shop'?",
        ),
        (
            {"frontends": [FRONTEND, FRONTEND | {"port": 81}]},
            "haproxy_frontends[1].name",
            "there is another frontend 'shop'",
            "give every frontend its own name",
        ),
        (
            {"frontends": [FRONTEND, FRONTEND | {"name": "again", "port": "80"}]},
            "haproxy_frontends[1].port",
            "another frontend has port '80' of the VIP 'shop'",
            "use another port or another VIP",
        ),
        (
            {"backends": [BACKEND, BACKEND]},
            "haproxy_backends[1].name",
            "there is another backend 'shop'",
            "give every backend its own name",
        ),
        (
            {"frontends": [FRONTEND | {"name": "evergate_stats"}]},
            "haproxy_frontends[0].name",
            "'evergate_stats' is a frontend of Evergate's own",
            "use another name",
        ),
        (
            {"frontends": [FRONTEND | {"portt": 80}]},
            "haproxy_frontends[0].portt",
            "is not a known key",
            "did you mean 'port'?",
        ),
        (
            {"stats_port": 8405},
            "haproxy_stats_port",
            "'8405' is haproxy_probe_port too",
            "use two different ports",
        ),
        (
            {"management_address": "0.0.0.0"},
            "haproxy_management_address",
            "'0.0.0.0' is not one host's address",
            "write this host's own address in the management network, or leave it out for 127.0.0.1",
        ),
        (
            {"management_address": "203.0.113.100"},
            "haproxy_management_address",
            "'203.0.113.100' is a VIP, which clients reach",
            "write this host's own address in the management network, or leave it out for 127.0.0.1",
        ),
        (
            {"timeout": {"conect": "1s"}},
            "haproxy_timeout.conect",
            "is not a known key",
            "did you mean 'connect'?",
        ),
        (
            {"vips": [{"name": "shop", "vips": ["198.51.100.300/24"]}]},
            "keepalived_instances[0].vips[0]",
            "'198.51.100.300/24' is not an IP address with a prefix length",
            "write an address and its network's prefix length, such as 203.0.113.100/24",
        ),
        (
            {"groups": {"app_servers": [{"name": "app1", "address": "app1.example"}]}},
            "haproxy_groups.app_servers[0].address",
            "'app1.example' is not an IP address",
            "write an address without a prefix length, such as 203.0.113.11 or 2001:db8:113::11",
        ),
    ],
)
def test_wrong_configurations_are_refused(
    told: Told, changed: dict[str, object], path: str, problem: str, hint: str
) -> None:
    assert told(HaproxyConfig.from_data, data(**changed))[0] == (path, problem, hint)


def test_the_origin_of_an_unused_backend_is_its_name_itself() -> None:
    name = "".join(["o", "ld"])
    with pytest.raises(InvalidData) as caught:
        HaproxyConfig.from_data(data(backends=[BACKEND, BACKEND | {"name": name}]))
    assert caught.value.value is name


def test_problems_of_every_frontend_are_told_together(told: Told) -> None:
    frontends = [FRONTEND | {"port": 0}, FRONTEND | {"vip": "none"}]
    assert [path for path, _, _ in told(HaproxyConfig.from_data, data(frontends=frontends))] == [
        "haproxy_frontends[0].port",
        "haproxy_frontends[1].vip",
    ]
