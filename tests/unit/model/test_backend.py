from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from evergate.model.backend import BALANCE, Backend
from evergate.model.member import Member

Told = Callable[..., list[tuple[str, str, str]]]

GROUPS = {
    "app_servers": (Member("app1", ip_address("203.0.113.21")), Member("app2", ip_address("203.0.113.22"))),
    "empty": (),
}
LISTED = {"name": "shop", "port": 8080, "servers": [{"name": "app1", "address": "203.0.113.21"}]}
GROUPED = {"name": "shop", "port": 8080, "group": "app_servers"}


def parsed(data: dict[str, object]) -> Backend:
    return Backend.from_data(data, "backend", GROUPS)


def test_a_group_gives_one_server_for_each_of_its_hosts_in_order() -> None:
    servers = parsed(GROUPED).servers
    assert [(server.name, str(server.address), server.port) for server in servers] == [
        ("app1", "203.0.113.21", 8080),
        ("app2", "203.0.113.22", 8080),
    ]


def test_a_listed_server_has_its_own_port_or_the_backends() -> None:
    servers = [{"name": "a", "address": "203.0.113.21"}, {"name": "b", "address": "203.0.113.21", "port": 81}]
    assert [server.port for server in parsed({"name": "shop", "port": 80, "servers": servers}).servers] == [
        80,
        81,
    ]


def test_the_defaults_are_round_robin_and_a_health_path() -> None:
    backend = parsed(LISTED)
    assert (backend.balance, backend.check.path, backend.check.expect) == ("roundrobin", "/healthz", 200)
    assert (backend.check.host, backend.timeout_connect, backend.timeout_server) == (None, None, None)


@pytest.mark.parametrize("algorithm", BALANCE)
def test_every_algorithm_without_an_argument_is_known(algorithm: str) -> None:
    assert parsed(LISTED | {"balance": algorithm}).balance == algorithm


@pytest.mark.parametrize(
    ("data", "path", "problem", "hint"),
    [
        (
            {**GROUPED, "group": "app_server"},
            "group",
            "the inventory has no group 'app_server'",
            "did you mean 'app_s",
        ),
        (
            {**GROUPED, "group": "empty"},
            "group",
            "no host of the group 'empty' has an evergate_address",
            "give everg",
        ),
        ({**GROUPED, "port": None}, "port", "is missing", "write the TCP port the servers listen on"),
        ({**LISTED, "group": "app_servers"}, "servers", "stands beside 'group'", "keep either"),
        ({"name": "shop"}, "group", "is missing", "write the name of an inventory group, or list 'servers'"),
        ({**LISTED, "servers": []}, "servers", "is empty", "write at least one item"),
        ({**LISTED, "port": None}, "servers[0].port", "is missing", "write its port, here or in the backend"),
        (
            {**LISTED, "servers": LISTED["servers"] * 2},
            "servers",
            "holds the name 'app1' twice",
            "give every server",
        ),
        (
            {**LISTED, "servers": [*LISTED["servers"], {"name": "app2", "address": "203.0.113.21"}]},
            "servers",
            "holds the address '203.0.113.21' with port 8080 twice",
            "list every server once",
        ),
        (
            {**LISTED, "balance": "roundrobbin"},
            "balance",
            "'roundrobbin' is not known here",
            "did you mean 'roundrobin'",
        ),
        (
            {**LISTED, "check": {"expect": 99}},
            "check.expect",
            "'99' is not between 100 and 599",
            "write a whole",
        ),
        (
            {**LISTED, "timeout_server": 5},
            "timeout_server",
            "'5' is not a duration",
            "write a number with its unit",
        ),
    ],
)
def test_wrong_backends_are_refused(
    told: Told, data: dict[str, object], path: str, problem: str, hint: str
) -> None:
    refusals = told(parsed, data)
    assert (refusals[0][0], refusals[0][1]) == (f"backend.{path}", problem)
    assert refusals[0][2].startswith(hint)


@pytest.mark.parametrize("weight", [0, 256])
def test_weights_reach_from_0_to_256(weight: int) -> None:
    server = {"name": "a", "address": "203.0.113.21", "weight": weight}
    assert parsed({"name": "shop", "port": 80, "servers": [server]}).servers[0].weight == weight


def test_a_weight_of_257_is_refused(told: Told) -> None:
    server = {"name": "a", "address": "203.0.113.21", "weight": 257}
    ((path, _, _),) = told(parsed, {"name": "shop", "port": 80, "servers": [server]})
    assert path == "backend.servers[0].weight"
