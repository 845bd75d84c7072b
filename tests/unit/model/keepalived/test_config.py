from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance

Told = Callable[..., list[tuple[str, str, str]]]

INSTANCE = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24", "2001:db8:113::7/64"]}
V4 = [f"203.0.{octet}.{last}/16" for octet in (1, 2) for last in range(1, 129)]
MEMBERS = [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}]
SECOND = {"name": "wiki", "interface": "svc0", "vips": ["203.0.113.101/24"]}
GROUP = {"name": "g", "instances": ["shop", "wiki"]}


def data(instance: dict[str, object] | None = None, **changed: object) -> dict[str, Any]:
    return {"node": "lb1", "members": MEMBERS, "instances": [INSTANCE | (instance or {})]} | changed


def parsed(instance: dict[str, object] | None = None, **changed: object) -> tuple[KeepalivedConfig, Instance]:
    config = KeepalivedConfig.from_data(data(instance, **changed))
    return config, config.instances[0]


def test_the_defaults_are_fast_and_move_back_by_no_other_reason_than_a_failure() -> None:
    config, instance = parsed()
    assert (config.interval(instance), config.missed(instance)) == (0.03, 10)
    assert (instance.preempt, instance.preempt_delay) == (False, None)
    assert (config.router_id(instance), config.preferred(instance)) == (100, "lb1")


@pytest.mark.parametrize(
    ("instance", "profile", "interval", "missed"),
    [
        ({}, "fast", 0.01, 8),
        ({}, "wan", 0.2, 10),
        ({"advert_int": 1}, "fast", 1, 3),
        ({"down_timer_adverts": 4}, "fast", 0.01, 4),
        ({"advert_int": 0.5, "down_timer_adverts": 4}, "wan", 0.5, 4),
        ({"version": 2, "vips": ["203.0.113.100/24"]}, "fast", 1, 3),
    ],
)
def test_the_profile_gives_the_timings_that_an_instance_does_not(
    instance: dict[str, object], profile: str, interval: float, missed: int
) -> None:
    config, found = parsed(instance, profile=profile)
    assert (config.interval(found), config.missed(found)) == (interval, missed)


def test_vips_of_the_other_family_move_along() -> None:
    config, instance = parsed({"vips_excluded": ["203.0.113.102/24"]})
    assert [str(vip.address) for vip in config.advertised(instance)] == ["203.0.113.100"]
    assert [str(vip.address) for vip in config.excluded(instance)] == ["2001:db8:113::7", "203.0.113.102"]


def test_among_ipv6_members_the_ipv6_vip_leads_and_gives_the_router_id() -> None:
    members = [{"name": "lb1", "address": "2001:db8:113::11"}, {"name": "lb2", "address": "2001:db8:113::12"}]
    config, instance = parsed(members=members)
    assert [str(vip.address) for vip in config.advertised(instance)] == ["2001:db8:113::7"]
    assert config.router_id(instance) == 7


def test_an_instance_may_speak_vrrp_between_other_addresses_and_in_their_family() -> None:
    addresses = {"lb1": "2001:db8:113::11", "lb2": "2001:db8:113::12"}
    config, instance = parsed({"addresses": addresses})
    assert (config.family(instance), config.router_id(instance)) == (6, 7)
    assert str(config.address(instance, "lb2")) == "2001:db8:113::12"


@given(st.integers(1, 254))
def test_the_router_id_is_the_last_octet_of_the_vip(octet: int) -> None:
    members = [{"name": "a", "address": "198.51.100.1"}, {"name": "b", "address": "198.51.200.1"}]
    config, instance = parsed({"vips": [f"198.51.0.{octet}/16"]}, node="a", members=members)
    assert config.router_id(instance) == octet


@given(members=st.integers(2, 5), preferred=st.data())
def test_active_active_is_two_instances_with_two_preferences(members: int, preferred: st.DataObject) -> None:
    hosts = [{"name": f"lb{each}", "address": f"203.0.113.{each + 10}"} for each in range(1, members + 1)]
    chosen = preferred.draw(st.sampled_from(hosts))["name"]
    config, instance = parsed({"preferred": chosen}, members=hosts)
    priorities = {host["name"]: config.priority(instance, str(host["name"])) for host in hosts}
    assert len(set(priorities.values())) == members
    assert max(priorities, key=lambda name: priorities[name]) == chosen


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
        ({"advert_int": 0.001}, "advert_int", "'0.001' is not between 0.01 and 255", "write seconds"),
        (
            {"interface": "eth 0"},
            "interface",
            "'eth 0' is not a network interface's name",
            "write a name that",
        ),
        (
            {"preferred": "lb3"},
            "preferred",
            "there is nothing named 'lb3' in the pair's members",
            "did you mean 'lb",
        ),
        ({"preempt_delay": 5}, "preempt_delay", "has no effect without preempt", "add 'preempt: true'"),
        ({"vip": "203.0.113.100/24"}, "vip", "is not a known key", "did you mean 'vips'?"),
        ({"advert_int": 50}, "advert_int", "'50' is more than VRRPv3 can tell", "write 40.95 or less"),
        (
            {"version": 2, "advert_int": 0.5},
            "advert_int",
            "'0.5' is not whole seconds",
            "write whole seconds",
        ),
        ({"auth": {"auth_pass": "x"}}, "auth", "is not known to VRRPv3", "delete it, or add 'version: 2'"),
        (
            {"version": 2, "auth": {"auth_pass": "123456789"}},
            "auth.auth_pass",
            "is not a VRRP password",
            "use 1 to 8",
        ),
        ({"down_timer_adverts": 0}, "down_timer_adverts", "'0' is not between 1 and 100", "write a whole"),
        ({"vips": V4}, "vips", "are 256 IPv4 addresses; an advert holds 255", "move the"),
        (
            {"vips_excluded": ["198.51.100.9/24"]},
            "vips_excluded",
            "'198.51.100.9/24' is not in the network of lb1",
            "check the address",
        ),
        (
            {"extra_addresses": [{"address": "203.0.113.11/24", "interface": "eth2"}]},
            "extra_addresses",
            "'203.0.113.11/24' is the address of lb1",
            "choose an address",
        ),
        (
            {"addresses": {"lb1": "203.0.113.1"}},
            "addresses",
            "are not those of the pair's members",
            "write one",
        ),
        (
            {"addresses": {"lb1": "203.0.113.1", "lb2": "2001:db8::1"}},
            "addresses",
            "are of different families",
            "write all of them",
        ),
        (
            {"version": 2, "addresses": {"lb1": "2001:db8:113::1", "lb2": "2001:db8:113::2"}},
            "version",
            "is 2, but the members talk IPv6",
            "delete it",
        ),
        (
            {"track_script": ["no"]},
            "track_script",
            "there is nothing named 'no' in keepalived_scripts",
            "there are none",
        ),
        (
            {"track_process": ["no"]},
            "track_process",
            "there is nothing named 'no' in keepalived_processes",
            "there",
        ),
        (
            {"track_bfd": ["no"]},
            "track_bfd",
            "there is nothing named 'no' in keepalived_bfd",
            "there are none",
        ),
        (
            {"track_script": ["no weight 5"]},
            "track_script[0]",
            "'no weight 5' has a weight, and a failure must mean FAULT",
            "leave it out",
        ),
        (
            {"track_interface": ["eth2 weight 5"]},
            "track_interface[0]",
            "'eth2 weight 5' has a weight, and a failure must mean FAULT",
            "leave it out",
        ),
        ({"extra": ["priority 200"]}, "extra", "'priority 200' is written by Evergate", "write the key pref"),
        (
            {"extra": ["track_interface {", "eth2 weight 5", "}"]},
            "extra",
            "'eth2 weight 5' has a weight",
            "leave it out",
        ),
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
            "'shop' stands here a second time",
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
            {
                "instances": [
                    {**INSTANCE, "extra_addresses": [{"address": "203.0.113.100/24", "interface": "e"}]}
                ]
            },
            "keepalived_instances[0].extra_addresses",
            "'203.0.113.100/24' stands here a second time",
        ),
        (
            {"sync_groups": [{"name": "g", "instances": ["shop", "shop"]}]},
            "keepalived_sync_groups[0].instances",
            "is no group: it needs two different instances",
        ),
        (
            {"sync_groups": [{"name": "g", "instances": ["shop", "wiki"]}]},
            "keepalived_sync_groups[0].instances",
            "there is nothing named 'wiki' in keepalived_instances",
        ),
        (
            {
                "instances": [INSTANCE, SECOND],
                "sync_groups": [GROUP | {"extra": ["sync_group_tracking_weight"]}],
            },
            "keepalived_sync_groups[0].extra",
            "'sync_group_tracking_weight' has a weight",
        ),
        (
            {"instances": [INSTANCE, SECOND | {"preferred": "lb2"}], "sync_groups": [GROUP]},
            "keepalived_sync_groups[0].instances",
            "can't be content: shop prefers lb1 and wiki prefers lb2",
        ),
        (
            {"instances": [INSTANCE, SECOND | {"preempt": True}], "sync_groups": [GROUP]},
            "keepalived_sync_groups[0].instances",
            "shop and wiki don't go back to the preferred node together",
        ),
        (
            {"instances": [INSTANCE, SECOND], "sync_groups": [GROUP, GROUP | {"name": "h"}]},
            "keepalived_sync_groups[1].instances",
            "'shop' is in a sync group already",
        ),
        (
            {"bfd": [{"name": "peer", "neighbor_ip": "203.0.113.12"}]},
            "keepalived_bfd[0].neighbor_ip",
            "'203.0.113.12' is lb2, a member of this pair: without it, the other could not be active",
        ),
        (
            {"bfd": [{"name": "gw", "neighbor_ip": "203.0.113.1", "max_hops": 2, "multihop": True}]}
            | {"version": "2.2"},
            "keepalived_bfd[0].multihop",
            "needs keepalived 2.3; this pair has 2.2",
        ),
        (
            {"scripts": [{"name": "a", "script": "/bin/true", "interval": 0.5}], "version": "1:2.2.7-1+b2"},
            "keepalived_scripts[0].interval",
            "'0.5' is not whole seconds, which keepalived 2.2 needs",
        ),
        (
            {"extra": ["vrrp_instance x {", "}"]},
            "keepalived_extra",
            "'vrrp_instance x {' opens a block that Evergate writes",
        ),
        (
            {"witnesses": ["203.0.113.21", "203.0.113.12"]},
            "keepalived_witnesses",
            "'203.0.113.12' is lb2, a member of this pair, which believes itself",
        ),
        (
            {"witnesses": ["2001:db8:113::7"]},
            "keepalived_witnesses",
            "'2001:db8:113::7' is a VIP, and the question is who holds it",
        ),
        ({"alarm": ["page", "/x"]}, "keepalived_alarm", "'page' is not an absolute path"),
        ({"promise": 0}, "keepalived_promise", "'0' is not between 0.01 and 3600"),
        (
            {"track_files": [{"name": "a", "path": "relative"}]},
            "keepalived_track_files[0].path",
            "'relative' is not an absolute path",
        ),
        (
            {"track_files": [{"name": "a", "path": "/a"}, {"name": "a", "path": "/b"}]},
            "keepalived_track_files[1].name",
            "'a' stands here a second time",
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


def test_scripts_may_be_fast_where_keepalived_can() -> None:
    scripts = [{"name": "a", "script": "/bin/true", "interval": 0.5}]
    assert KeepalivedConfig.from_data(data(scripts=scripts, version="2.3.3")).scripts[0].patience == 0.5


def test_the_two_families_may_have_the_same_router_id() -> None:
    addresses = {"lb1": "2001:db8:113::11", "lb2": "2001:db8:113::12"}
    six = {"name": "six", "interface": "svc0", "vips": ["2001:db8:113::64/64"], "addresses": addresses}
    instances = [INSTANCE | {"virtual_router_id": 100}, six | {"virtual_router_id": 100}]
    config = KeepalivedConfig.from_data(data(instances=instances))
    assert [config.router_id(each) for each in config.instances] == [100, 100]


def test_a_password_is_never_told(told: Told) -> None:
    ((_, problem, hint),) = told(
        KeepalivedConfig.from_data, data({"version": 2, "auth": {"auth_pass": "hunter2{hunter2"}})
    )
    assert "hunter2" not in problem + hint
    _, instance = parsed({"version": 2, "auth": {"auth_pass": "hunter2"}})
    assert "hunter2" not in repr(instance.auth)
