from __future__ import annotations

import json
from typing import Any

import pytest

from evergate.model.keepalived.config import KeepalivedConfig
from evergate.render.keepalived.watch import render

MEMBERS = [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}]
GROUPS = {
    "load_balancers": [*MEMBERS, {"name": "lb3", "address": "203.0.113.13"}],
    "database": [{"name": "db1", "address": "198.51.100.31"}],
    "app_servers": [{"name": f"app{i}", "address": f"203.0.113.{20 + i}"} for i in range(1, 5)],
    "blue": [{"name": "app1", "address": "203.0.113.21"}],
}


def told(node: str = "lb1", instance: dict[str, object] | None = None, **changed: object) -> dict[str, Any]:
    data = {
        "node": node,
        "members": MEMBERS,
        "groups": GROUPS,
        "instances": [
            {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], **(instance or {})},
        ],
    }
    found: dict[str, Any] = json.loads(render(KeepalivedConfig.from_data(data | changed)))
    return found


def test_an_instance_is_told_as_this_node_has_it() -> None:
    assert told("lb2", {"vips": ["2001:db8:113::7/64", "203.0.113.100/24"]}, alarm=["/bin/page", "a b"]) == {
        "node": "lb2",
        "alarm": ["/bin/page", "a b"],
        "instances": [
            {
                "name": "shop",
                "interface": "svc0",
                "anywhere": False,
                "virtual_router_id": 100,
                "advert_int": 0.03,
                "vips": ["203.0.113.100", "2001:db8:113::7"],
                "own": "203.0.113.12",
                "peers": {"203.0.113.11": "lb1"},
                "witnesses": ["203.0.113.21", "203.0.113.22", "203.0.113.23"],
            }
        ],
    }


def test_the_timing_and_the_addresses_are_the_instances_own() -> None:
    own = {"lb1": "203.0.113.1", "lb2": "203.0.113.2"}
    (instance,) = told(instance={"addresses": own, "use_vmac": True}, profile="wan")["instances"]
    assert (instance["advert_int"], instance["own"], instance["anywhere"]) == (0.2, "203.0.113.1", True)
    assert instance["peers"] == {"203.0.113.2": "lb2"}


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (["198.51.100.1", "2001:db8::1"], ["198.51.100.1"]),
        (["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"], [f"203.0.113.{i}" for i in (1, 2, 3)]),
    ],
)
def test_the_witnesses_given_are_asked_and_no_others(given: list[str], asked: list[str]) -> None:
    assert told(witnesses=given)["instances"][0]["witnesses"] == asked


def test_without_a_host_in_the_network_there_is_no_witness() -> None:
    assert told(groups={"load_balancers": MEMBERS})["instances"][0]["witnesses"] == []
    assert told(groups={})["instances"][0]["witnesses"] == []
