from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.model.keepalived import KeepalivedConfig

Told = Callable[..., list[tuple[str, str, str]]]

INSTANCE = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24", "2001:db8:113::7/64"]}
MEMBERS = [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}]


def data(instance: dict[str, object] | None = None, **changed: object) -> dict[str, Any]:
    return {"node": "lb1", "members": MEMBERS, "instances": [INSTANCE | (instance or {})]} | changed


def test_the_defaults_are_fast_and_move_back_by_no_other_reason_than_a_failure() -> None:
    (instance,) = KeepalivedConfig.from_data(data()).instances
    assert (instance.advert_int, instance.preempt, instance.preempt_delay) == (0.1, False, None)
    assert (instance.virtual_router_id, instance.preferred) == (100, "lb1")


def test_vips_of_the_other_family_move_along() -> None:
    (instance,) = KeepalivedConfig.from_data(data()).instances
    assert [str(vip.address) for vip in instance.vips] == ["203.0.113.100"]
    assert [str(vip.address) for vip in instance.vips_excluded] == ["2001:db8:113::7"]


def test_among_ipv6_members_the_ipv6_vip_leads_and_gives_the_router_id() -> None:
    members = [{"name": "lb1", "address": "2001:db8:113::11"}, {"name": "lb2", "address": "2001:db8:113::12"}]
    (instance,) = KeepalivedConfig.from_data(data(members=members)).instances
    assert [str(vip.address) for vip in instance.vips] == ["2001:db8:113::7"]
    assert instance.virtual_router_id == 7


@given(st.integers(1, 254))
def test_the_router_id_is_the_last_octet_of_the_vip(octet: int) -> None:
    members = [{"name": "a", "address": "198.51.100.1"}, {"name": "b", "address": "198.51.200.1"}]
    vips = [f"198.51.0.{octet}/16"]
    (instance,) = KeepalivedConfig.from_data(data({"vips": vips}, node="a", members=members)).instances
    assert instance.virtual_router_id == octet


@pytest.mark.parametrize(
    ("changed", "path", "problem", "hint"),
    [
        (
            {"vips": ["198.51.100.300/24"]},
            "vips[0]",
            "'198.51.100.300/24' is not an IP address",
            "write an address",
        ),
        ({"vips": []}, "vips", "is empty", "write at least one item"),
        ({"vips": ["2001:db8:113::7/64"]}, "vips", "holds no IPv4 address", "add an IPv4 VIP"),
        (
            {"vips": ["203.0.113.100/32"]},
            "vips",
            "'203.0.113.100/32' is not in the network of lb1",
            "check the addr",
        ),
        (
            {"vips": ["198.51.100.9/24"]},
            "vips",
            "'198.51.100.9/24' is not in the network of lb1",
            "check the addr",
        ),
        (
            {"vips": ["203.0.113.12/24"]},
            "vips",
            "'203.0.113.12/24' is the address of lb2",
            "choose an address",
        ),
        (
            {"vips": ["203.0.112.0/22"]},
            "vips[0]",
            "'203.0.112.0/22' is not an address a host can have",
            "write",
        ),
        (
            {"vips": ["203.0.113.0/22"]},
            "vips",
            "gives no virtual_router_id",
            "write virtual_router_id, 1 to 255",
        ),
        (
            {"virtual_router_id": 256},
            "virtual_router_id",
            "'256' is not between 1 and 255",
            "write a whole number",
        ),
        ({"advert_int": 0.001}, "advert_int", "'0.001' is not between 0.01 and 40.95", "write seconds"),
        (
            {"interface": "eth 0"},
            "interface",
            "'eth 0' is not a network interface's name",
            "write a name that",
        ),
        ({"preferred": "lb3"}, "preferred", "'lb3' is no member of this pair", "did you mean 'lb"),
        ({"preempt_delay": 5}, "preempt_delay", "has no effect without preempt", "add 'preempt: true'"),
        ({"vip": "203.0.113.100/24"}, "vip", "is not a known key", "did you mean 'vips'?"),
        ({"extra": ["}"]}, "extra[0]", "'}' closes a block it is not in", "delete the '}'"),
    ],
)
def test_wrong_instances_are_refused(
    told: Told, changed: dict[str, object], path: str, problem: str, hint: str
) -> None:
    first = told(KeepalivedConfig.from_data, data(changed))[0]
    assert first[0] == f"keepalived_instances[0].{path}"
    assert first[1].startswith(problem)
    assert first[2].startswith(hint)


@pytest.mark.parametrize(
    ("changed", "path", "problem"),
    [
        ({"members": MEMBERS[:1]}, "keepalived_members", "a pair needs two members, here: lb1"),
        ({"members": []}, "keepalived_members", "a pair needs two members, here: none"),
        (
            {"members": [*MEMBERS, {"name": "lb3", "address": "2001:db8:113::13"}]},
            "keepalived_members",
            "lb1, lb2, lb3 have addresses of different families",
        ),
        (
            {"members": [*MEMBERS, {"name": "lb3", "address": "203.0.113.12"}]},
            "keepalived_members",
            "'lb3' with address '203.0.113.12' repeats another member",
        ),
        ({"node": "lb9"}, "keepalived_node", "'lb9' is no member of its pair"),
        ({"instances": []}, "keepalived_instances", "is empty"),
        (
            {"instances": [INSTANCE, INSTANCE | {"vips": ["203.0.113.101/24"]}]},
            "keepalived_instances[1].name",
            "there is another instance 'shop'",
        ),
        (
            {
                "instances": [
                    INSTANCE,
                    {
                        "name": "b",
                        "interface": "svc0",
                        "vips": ["203.0.113.101/24"],
                        "virtual_router_id": 100,
                    },
                ]
            },
            "keepalived_instances[1].virtual_router_id",
            "another instance of this pair has virtual_router_id 100",
        ),
        (
            {"instances": [INSTANCE, INSTANCE | {"name": "b", "virtual_router_id": 9}]},
            "keepalived_instances[1].vips",
            "'203.0.113.100/24' stands here a second time",
        ),
        (
            {"track_files": [{"name": "a", "path": "relative"}]},
            "keepalived_track_files[0].path",
            "'relative' is not an absolute path",
        ),
        (
            {"track_files": [{"name": "a", "path": "/a"}, {"name": "a", "path": "/b"}]},
            "keepalived_track_files[1].name",
            "there is another file 'a'",
        ),
    ],
)
def test_wrong_configurations_are_refused(
    told: Told, changed: dict[str, object], path: str, problem: str
) -> None:
    assert told(KeepalivedConfig.from_data, data(**changed))[0][:2] == (path, problem)


def test_a_vip_is_told_by_the_very_text_it_was_read_from() -> None:
    vip = "".join(["203.0.113.12", "/24"])
    with pytest.raises(InvalidData) as caught:
        KeepalivedConfig.from_data(data({"vips": [vip]}))
    assert caught.value.value is vip
