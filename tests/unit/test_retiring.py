from __future__ import annotations

import pytest
from operated_site import HOSTS, LOOKS, SPECS, look, refusal, second_pair

from evergate.retiring import retirement

VIP = "203.0.113.100"


def test_a_node_goes_and_its_partner_stays() -> None:
    assert retirement(HOSTS, SPECS, LOOKS, None, "lb1") == {
        "pair": "load_balancers",
        "hosts": ["lb1"],
        "partners": ["lb2"],
        "vips": [],
    }


def test_of_a_pair_the_standby_goes_first() -> None:
    found = retirement(HOSTS, SPECS, LOOKS, "load_balancers", None, "true")
    assert (found["hosts"], found["partners"], found["vips"]) == (["lb2", "lb1"], [], [VIP])


@pytest.mark.parametrize(
    ("pair", "node", "problem"),
    [
        (None, None, "node: is not given, and no pair either"),
        ("load_balancers", "lb1", "node: is given, and a pair as well"),
    ],
)
def test_either_a_pair_or_a_node_is_asked_for(pair: str | None, node: str | None, problem: str) -> None:
    ((found, hint),) = refusal(retirement, HOSTS, SPECS, None, pair, node)
    assert found == problem
    assert "-e node=NAME" in hint


def test_vips_do_not_go_down_unasked() -> None:
    ((problem, hint),) = refusal(retirement, HOSTS, SPECS, None, "load_balancers")
    assert problem == f"retire_confirmed: nobody would answer on {VIP}"
    assert hint == "-e retire_confirmed=true if that is meant"


@pytest.mark.parametrize(
    ("pair", "node", "problem", "hint"),
    [
        ("onee", None, "pair: there is no pair 'onee'", "did you mean 'one'?"),
        (None, "lb9", "node: 'lb9' is no load balancer", "did you mean 'lb4'?"),
        (None, "app1", "node: 'app1' is no load balancer", "the load balancers are: lb1, lb2, lb3, lb4"),
    ],
)
def test_a_name_that_is_none_is_refused(pair: str | None, node: str | None, problem: str, hint: str) -> None:
    ((found, told),) = refusal(retirement, second_pair(), SPECS, None, pair, node)
    assert (found, told[:12]) == (problem, hint[:12])


def test_a_node_does_not_go_while_its_partner_is_not_fit() -> None:
    looks = LOOKS | {"lb2": look(unfit=("HAProxy does not answer",))}
    ((problem, _),) = refusal(retirement, HOSTS, SPECS, looks, None, "lb1")
    assert problem == "node: lb2 would be left, and is not fit: HAProxy does not answer"


def test_a_node_that_was_not_reached_is_told() -> None:
    ((problem, _),) = refusal(retirement, HOSTS, SPECS, LOOKS | {"lb2": {}}, None, "lb2")
    assert problem == "node: lb2 was not reached, and nothing can be removed there"
