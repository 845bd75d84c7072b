"""Which faults chaos makes: the same for the same seed, and never more at once than the service can bear."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergate.drill.chaos import GAP, GAP_AFTER_STOP, LASTS, LEAD, chaos
from evergate.drill.faults import FAULTS
from evergate.drill.script import script
from evergate.errors import InvalidData

APPS = ["app1", "app2", "app3"]
OWN = {
    name: {"inflict": f"break {name}", "heal": f"mend {name}"}
    for name, fault in FAULTS.items()
    if fault.inflict is None
}
Plan = list[dict[str, Any]]

SEEDS = st.integers(0, 2**32 - 1)
NAMES = st.lists(st.sampled_from([*FAULTS]), min_size=1, unique=True).filter(
    lambda names: any(FAULTS[name].lasts == "fault" for name in names)
)
HOSTS = st.lists(st.sampled_from([f"app{number}" for number in range(9)]), min_size=2, unique=True)
plans = settings(deadline=None)(given(SEEDS, NAMES, HOSTS, st.integers(1, 59)))


def refused(*arguments: object) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        chaos(*arguments)  # type: ignore[arg-type]
    return [f"{problem.path}: {problem.problem}" for problem in caught.value.problems]


def end(event: dict[str, Any]) -> float:
    return float(event["at"]) + float(event["seconds"])


def overlapping(plan: Plan) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(one, other) for one, other in combinations(plan, 2) if other["at"] < end(one)]


@plans
def test_the_same_seed_makes_the_same_plan(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    assert chaos(names, OWN, seed, minutes, apps) == chaos(names, OWN, str(seed), str(minutes), tuple(apps))


@plans
def test_two_faults_overlap_only_on_a_load_balancer_and_an_app_server(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    for pair in overlapping(chaos(names, OWN, seed, minutes, apps)):
        of_server = [event for event in pair if event["host"] is not None]
        assert len(of_server) == 1
        assert {event["where"] for event in pair} <= {"app_server", "active", "standby", "controller"}


@plans
def test_what_takes_all_nodes_or_all_servers_stands_alone(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    for pair in overlapping(chaos(names, OWN, seed, minutes, apps)):
        assert not {"nodes", "app_servers"} & {event["where"] for event in pair}


@plans
def test_never_more_than_two_faults_at_once(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    plan = chaos(names, OWN, seed, minutes, apps)
    for event in plan:
        assert sum(other["at"] <= event["at"] < end(other) for other in plan) <= 2


@plans
def test_the_pair_has_time_to_heal_before_the_next_fault(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    plan = chaos(names, OWN, seed, minutes, apps)
    for one, other in pairwise(event for event in plan if event["host"] is None):
        gap = GAP_AFTER_STOP if FAULTS[one["name"]].stops_node else GAP
        assert other["at"] - end(one) >= gap[0] - 0.1  # as exactly as the plan is written


@plans
def test_a_plan_fits_into_its_minutes_with_the_time_to_settle(
    seed: int, names: list[str], apps: list[str], minutes: int
) -> None:
    plan = chaos(names, OWN, seed, minutes, apps)
    assert [event["number"] for event in plan] == [*range(1, len(plan) + 1)]
    assert [event["at"] for event in plan] == sorted(event["at"] for event in plan)
    assert plan[0]["at"] >= LEAD
    assert max(map(end, plan)) + GAP[0] <= minutes * 60 + 0.1
    assert all(LASTS[0] <= event["seconds"] <= LASTS[1] for event in plan)


@plans
def test_a_stress_is_never_made(seed: int, names: list[str], apps: list[str], minutes: int) -> None:
    plan = chaos(names, OWN, seed, minutes, apps)
    assert {event["name"] for event in plan} <= {name for name in names if FAULTS[name].lasts == "fault"}


def test_half_an_hour_makes_every_fault() -> None:
    names = [name for name, fault in FAULTS.items() if fault.lasts == "fault"]
    plan = chaos(names, OWN, 1, 30, APPS)
    assert {event["name"] for event in plan} == set(names)


def test_another_seed_makes_another_plan() -> None:
    assert chaos([*FAULTS], OWN, 1, 10, APPS) != chaos([*FAULTS], OWN, 2, 10, APPS)


def test_sometimes_two_faults_overlap() -> None:
    assert overlapping(chaos([*FAULTS], OWN, 1, 10, APPS))


def test_every_fault_of_a_plan_can_be_made() -> None:
    places = {"node": "lb1", "interface": "eth0", "peers": ["203.0.113.2"], "log": "/run/chaos.jsonl"}
    places |= {"app_service": "shop", "app_port": 8000}
    for event in chaos([*FAULTS], OWN, 3, 30, APPS):
        assert script(event["name"], event["own"], places | {"seconds": event["seconds"]})


def test_a_long_fault_is_made_short_unless_the_inventory_has_its_own() -> None:
    (event, *_) = chaos(["haproxy_reloaded"], {}, 1, 1, [])
    assert event["title"] == "HAProxy reloaded 10 times"
    own = {"haproxy_reloaded": {"inflict": "reload", "heal": "true"}}
    (event, *_) = chaos(["haproxy_reloaded"], own, 1, 1, [])
    assert (event["title"], event["own"]) == ("HAProxy reloaded 100 times", own)


def test_nothing_but_stress_is_refused() -> None:
    assert refused(["cpu_starved"], {}, 1, 1, APPS) == ["drill_faults: have nothing but stress"]


@pytest.mark.parametrize("fault", ["app_server_killed", "app_servers_gone"])
def test_the_last_app_server_is_never_taken(fault: str) -> None:
    assert refused([fault], {}, 1, 1, ["app1"]) == [f"drill_faults: '{fault}' needs two app servers in chaos"]


@pytest.mark.parametrize(
    ("seed", "minutes", "path"),
    [
        (-1, 1, "drill_chaos_seed"),
        ("x", 1, "drill_chaos_seed"),
        (1, 0, "drill_chaos_minutes"),
        (1, 60, "drill_chaos_minutes"),
    ],
)
def test_a_seed_or_a_length_that_is_none_is_refused(seed: object, minutes: object, path: str) -> None:
    assert refused(["switchover"], {}, seed, minutes, APPS)[0].startswith(f"{path}: ")


def test_a_fault_that_nothing_says_how_to_make_is_refused() -> None:
    assert "can't be made from inside a machine" in refused(["node_frozen"], {}, 1, 1, APPS)[0]
