from __future__ import annotations

from typing import Any

import pytest
from operated_site import HOSTS, LOOKS, SPECS, look, refusal, second_pair, with_instance

from evergate.operations import maintenance, switchover


def test_the_node_that_holds_the_vips_hands_them_to_the_fit_one() -> None:
    found = switchover(HOSTS, SPECS, LOOKS)
    assert (found["from"], found["to"], found["vips"]) == ("lb1", ["lb2"], ["203.0.113.100"])


def test_a_standby_that_is_not_ready_is_told_with_the_reason() -> None:
    looks = LOOKS | {"lb2": look(unfit=("HAProxy does not answer",))}
    assert refusal(switchover, HOSTS, SPECS, looks) == [
        (
            "node: lb2 is not ready to take over: HAProxy does not answer",
            "look at journalctl --unit haproxy --unit keepalived there",
        )
    ]


@pytest.mark.parametrize("looks", [{"lb1": LOOKS["lb1"]}, LOOKS | {"lb2": {"unreachable": True}}])
def test_a_standby_that_was_not_reached_is_not_ready(looks: dict[str, Any]) -> None:
    ((problem, _),) = refusal(switchover, HOSTS, SPECS, looks)
    assert problem == "node: lb2 is not ready to take over: it was not reached"


def test_the_standby_has_nothing_to_hand_over() -> None:
    assert refusal(switchover, HOSTS, SPECS, LOOKS, None, "lb2") == [
        ("node: lb2 holds no VIP, so there is nothing to hand over", "it is the standby already")
    ]


def test_where_nobody_holds_a_vip_there_is_nothing_to_switch() -> None:
    ((problem, _),) = refusal(switchover, HOSTS, SPECS, LOOKS | {"lb1": look()})
    assert problem == "node: no node holds a VIP"


def test_of_two_holders_one_has_to_be_named() -> None:
    looks = LOOKS | {"lb2": look("203.0.113.101")}
    assert refusal(switchover, HOSTS, SPECS, looks) == [
        ("node: is not given, and lb1 and lb2 hold VIPs", "say whose are to move: -e node=NAME")
    ]
    assert switchover(HOSTS, SPECS, looks, None, "lb2")["from"] == "lb2"


def test_a_preferred_node_that_preempts_cannot_be_switched_away_from() -> None:
    ((problem, hint),) = refusal(switchover, with_instance(preempt=True), SPECS, LOOKS)
    assert problem == "instance shop: prefers lb1 and preempts: the VIPs would come back at once"
    assert hint and "maintain_node.yml -e node=lb1" in hint
    found = switchover(with_instance(preempt=True, preferred="lb2"), SPECS, LOOKS)
    assert found["from"] == "lb1"


def test_of_two_pairs_one_has_to_be_named() -> None:
    looks = LOOKS | {"lb3": look("203.0.113.200"), "lb4": look()}
    assert refusal(switchover, second_pair(), SPECS, looks) == [
        ("pair: is not given, and there are several", "say which: -e pair=NAME, one of one, two")
    ]
    assert switchover(second_pair(), SPECS, looks, "two")["from"] == "lb3"
    assert switchover(second_pair(), SPECS, looks, None, "lb1")["pair"] == "one"


@pytest.mark.parametrize(
    ("pair", "node", "problem", "hint"),
    [
        ("thre", None, "pair: there is no pair 'thre'", "the pairs are: one, two"),
        ("one", "lb3", "node: 'lb3' is no load balancer of that pair", "did you mean 'lb3'?"),
        (None, "app1", "node: 'app1' is no load balancer", "the load balancers are: lb1, lb2, lb3, lb4"),
    ],
)
def test_who_is_not_there_is_told(pair: Any, node: Any, problem: str, hint: str) -> None:
    ((found, found_hint),) = refusal(switchover, second_pair(), SPECS, LOOKS, pair, node)
    assert found.startswith(problem)
    assert found_hint


def test_a_load_balancer_goes_out_when_another_is_fit_and_comes_back_anyway() -> None:
    out = {"kind": "load_balancer", "to": ["lb2"], "places": {}, "drains": []}
    assert maintenance(HOSTS, SPECS, LOOKS, "lb1", "begin") == out
    broken = LOOKS | {"lb2": look(unfit=("it is in maintenance",))}
    ((problem, _),) = refusal(maintenance, HOSTS, SPECS, broken, "lb1", "begin")
    assert problem == "node: lb2 is not ready to take over: it is in maintenance"
    assert maintenance(HOSTS, SPECS, broken, "lb1", "end")["to"] == []


def test_an_app_server_goes_out_of_every_load_balancer_that_has_it() -> None:
    places = {"lb1": ["shop/app1"], "lb2": ["shop/app1"]}
    assert maintenance(HOSTS, SPECS, LOOKS, "app1", "begin") == {
        "kind": "app_server",
        "to": [],
        "places": places,
        "drains": ["lb1", "lb2"],
    }


def test_a_server_that_is_out_already_is_not_drained_which_would_bring_it_back() -> None:
    looks = LOOKS | {"lb2": look(servers={"shop/app1": "MAINT", "shop/app2": "UP"})}
    assert maintenance(HOSTS, SPECS, looks, "app1", "begin")["drains"] == ["lb1"]


def test_the_last_server_stays() -> None:
    looks = LOOKS | {"lb2": look(servers={"shop/app1": "UP", "shop/app2": "DOWN", "other/app2": "UP"})}
    assert refusal(maintenance, HOSTS, SPECS, looks, "app1", "begin") == [
        (
            "node: no other server of backend shop is up on lb2",
            "bring one up first, or all requests would be answered with 503",
        )
    ]
    assert maintenance(HOSTS, SPECS, looks, "app1", "end")["kind"] == "app_server"


def test_a_state_that_is_none_and_a_node_that_is_none_are_told() -> None:
    assert refusal(maintenance, HOSTS, SPECS, LOOKS, "lb1", "start") == [
        ("state: 'start' is no state of maintenance", "write begin or end")
    ]
    ((problem, hint),) = refusal(maintenance, HOSTS, SPECS, LOOKS, "app9", "begin")
    assert problem == "server: no backend has a server 'app9'"
    assert hint
