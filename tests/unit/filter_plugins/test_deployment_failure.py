from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleUndefinedVariable

PLAN = {"name": "shop 1.2.0", "batches": [{"servers": ["app1"]}], "servers": {"app1": {"from": "1.1.0"}}}


def test_the_reason_is_told(template: Callable[..., object]) -> None:
    hosts = {"app1": {"ansible_failed_result": {"msg": "it is {{ what }}"}}}
    expression = "hosts | deployment_failure(plan, 'app1')"
    found = template(expression, hosts=hosts, plan=PLAN, what="broken")
    assert str(found).startswith(
        "shop 1.2.0 was not deployed to app1:\nit is broken\napp1 went back to 1.1.0."
    )


def test_an_undefined_plan_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'plan' is undefined"):
        template("hosts | deployment_failure(plan, 'app1')", hosts={})
