from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate.model.keepalived.network import ExtraAddress, GlobalGarp, Route, Rule
from evergate.model.model import Model

Told = Callable[..., list[tuple[str, str, str]]]

ROUTE = {"to": "192.0.2.0/24", "via": "203.0.113.1", "dev": "eth1"}
RULE = {"from": "192.0.2.0/24", "table": "shop", "preference": 100}


@pytest.mark.parametrize(
    ("model", "data", "key", "problem", "hint"),
    [
        (Route, ROUTE | {"to": "192.0.2.1/24"}, "to", "'192.0.2.1/24' is not a network", "write a network"),
        (Route, ROUTE | {"to": "any"}, "to", "'any' is not a network", "write a network"),
        (Route, ROUTE | {"via": "2001:db8::1"}, "via", "is of another family than to", "write an IPv4 one"),
        (
            Route,
            ROUTE | {"to": "default", "src": "2001:db8::1"},
            "src",
            "is of another family than via",
            "write",
        ),
        (Route, {"to": "default", "via": "203.0.113.1"}, "dev", "is missing", "write dev: Network interface"),
        (Route, ROUTE | {"table": 7}, "table", "'7' is not a text", "write a text, in quotes"),
        (Rule, {"table": "shop", "preference": 1}, "from", "is needed, or to", "write from"),
        (
            Rule,
            RULE | {"to": "2001:db8::/32"},
            "to",
            "is of another family than from",
            "write an IPv4 network",
        ),
        (Rule, {"from": "192.0.2.0/24", "table": "a"}, "preference", "is missing", "write preference"),
        (
            ExtraAddress,
            {"address": "2001:db8::1/64", "interface": "eth1", "label": "eth1:a"},
            "label",
            "is for IPv4 addresses only",
            "leave it out",
        ),
        (
            GlobalGarp,
            {"interval": 0.0000001},
            "interval",
            "'1e-07' is not a number of seconds",
            "write seconds",
        ),
    ],
)
def test_wrong_network_settings_are_refused(
    told: Told, model: type[Model], data: dict[str, object], key: str, problem: str, hint: str
) -> None:
    found = told(model.from_data, data, "x")[0]
    assert found[0] == f"x.{key}"
    assert found[1].startswith(problem)
    assert found[2].startswith(hint)


@pytest.mark.parametrize(
    ("changed", "version"), [({}, 4), ({"to": "default"}, 4), ({"to": "default", "via": "2001:db8::1"}, 6)]
)
def test_a_routes_family_is_that_of_its_addresses(changed: dict[str, object], version: int) -> None:
    assert Route.from_data(ROUTE | changed, "x").version == version


def test_microseconds_are_read_although_python_writes_them_with_an_exponent() -> None:
    assert GlobalGarp.from_data({"gna_interval": 0.000001}, "x").gna_interval == 0.000001
