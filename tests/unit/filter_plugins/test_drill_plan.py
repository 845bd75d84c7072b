from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

EXPRESSION = "faults | drill_plan(own, repeat)"
OWN = {"node_frozen": {"inflict": "{{ freeze }} NODE", "heal": "thaw NODE"}}


def test_a_plan_lists_every_round(template: Callable[..., object]) -> None:
    plan = template(EXPRESSION, faults=["node_frozen", "switchover"], own=OWN, repeat="{{ 2 }}", freeze="x")
    assert isinstance(plan, list)
    assert [(step["name"], step["round"]) for step in plan] == [
        ("node_frozen", 1),
        ("node_frozen", 2),
        ("switchover", 1),
        ("switchover", 2),
    ]


def test_an_undefined_command_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'freeze' is undefined"):
        template(EXPRESSION, faults=["node_frozen"], own=OWN, repeat=1)


def test_every_problem_is_told(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError) as caught:
        template(EXPRESSION, faults=["haproxy_kiled", "app_server_slow"], own={}, repeat=0)
    assert "drill_faults[0]: 'haproxy_kiled' is not a fault" in str(caught.value)
    assert "drill_repeat: '0' is not between 1 and 100" in str(caught.value)
