from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

EXPRESSION = "faults | chaos_plan(own, seed, minutes, apps)"
OWN = {"node_frozen": {"inflict": "{{ freeze }} NODE", "heal": "thaw NODE"}}
APPS = ["app1", "app2"]


def test_a_plan_lists_the_faults_and_how_they_are_made(template: Callable[..., object]) -> None:
    variables = {"faults": ["node_frozen"], "own": OWN, "seed": "{{ 7 }}", "minutes": "1", "apps": APPS}
    plan = template(EXPRESSION, **variables, freeze="podman pause")
    assert isinstance(plan, list)
    assert [event["number"] for event in plan] == [*range(1, len(plan) + 1)]
    assert plan[0]["own"]["node_frozen"]["inflict"] == "podman pause NODE"


def test_an_undefined_command_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'freeze' is undefined"):
        template(EXPRESSION, faults=["node_frozen"], own=OWN, seed=1, minutes=1, apps=APPS)


def test_a_wrong_seed_is_told_with_its_name(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="drill_chaos_seed: 'x' is not a whole number"):
        template(EXPRESSION, faults=["switchover"], own={}, seed="x", minutes=1, apps=APPS)
