from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from ansible.errors import AnsibleUndefinedVariable


def seen(requests: int, failures: int) -> dict[str, str]:
    told = {"servers": {"shop/app1": "UP"}, "traffic": {"shop/app1": [requests, failures]}}
    return {"stdout": json.dumps(told)}


def test_a_canary_is_judged(template: Callable[..., object]) -> None:
    expression = "[before] | deployment_gate([after], 'app1', 1.0)"
    found = template(expression, before=seen(0, 0), after=seen(200, 3))
    assert found == {"passed": False, "words": "3 of 200 requests to app1 failed (1.5 %, 1 % may)"}


def test_a_look_that_is_undefined_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'looks' is undefined"):
        template("looks | deployment_gate(looks, 'app1', 1.0)")
