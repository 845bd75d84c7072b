"""Which rounds a drill has."""

from __future__ import annotations

import pytest

from evergate.drill.plan import plan
from evergate.errors import InvalidData

OWN = {"node_frozen": {"inflict": "freeze NODE", "heal": "thaw NODE", "text": "frozen solid"}}


def refused(names: object, own: object = OWN, repeat: object = 2) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        plan(names, own, repeat)
    return [f"{problem}; {problem.hint}" for problem in caught.value.problems]


def test_every_fault_has_its_rounds_one_after_the_other() -> None:
    steps = plan(["haproxy_killed", "node_frozen"], OWN, 2)
    assert [(step["name"], step["round"]) for step in steps] == [
        ("haproxy_killed", 1),
        ("haproxy_killed", 2),
        ("node_frozen", 1),
        ("node_frozen", 2),
    ]


def test_a_round_says_where_it_is_made_and_what_it_is() -> None:
    assert plan(["node_frozen"], OWN, 1) == [
        {
            "name": "node_frozen",
            "round": 1,
            "where": "controller",
            "text": "frozen solid",
            "lasts": "fault",
            "title": "Node frozen",
            "seconds": None,
        }
    ]


def test_a_stress_is_made_once_whatever_the_others_are() -> None:
    assert [step["round"] for step in plan(["packet_loss_20", "switchover"], {}, 3)] == [1, 1, 2, 3]


def test_a_repeat_that_a_template_made_a_text_counts() -> None:
    assert len(plan(["switchover"], {}, "5")) == 5


def test_a_misspelt_fault_is_refused_with_the_nearest() -> None:
    assert refused(["haproxy_kiled"]) == [
        "drill_faults[0]: 'haproxy_kiled' is not a fault; did you mean 'haproxy_killed'?"
    ]


def test_a_fault_that_nothing_says_how_to_make_is_refused() -> None:
    (problem,) = refused(["switchover", "node_frozen"], {})
    assert problem.startswith("drill_faults[1]: 'node_frozen' can't be made from inside a machine; say in ")
    assert "drill_own_faults" in problem


def test_a_fault_named_twice_is_refused() -> None:
    (problem,) = refused(["switchover", "switchover"])
    assert problem.startswith("drill_faults[1]: 'switchover' stands there twice; write it once; drill_repeat")


@pytest.mark.parametrize("repeat", [0, 101, "many", True, None, 1.5])
def test_a_repeat_that_is_no_count_of_rounds_is_refused(repeat: object) -> None:
    assert refused(["switchover"], repeat=repeat)[0].startswith("drill_repeat: ")


def test_a_drill_without_faults_is_refused() -> None:
    assert refused([])[0].startswith("drill_faults: is empty")


def test_all_problems_are_told_at_once() -> None:
    told = refused(["nothing", "app_server_slow"], {"app_server_slow": {}}, 0)
    assert [problem.split(":")[0] for problem in told] == [
        "drill_own_faults.app_server_slow.inflict",
        "drill_own_faults.app_server_slow.heal",
        "drill_faults[0]",
        "drill_repeat",
    ]
