from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, LOOKS, SPECS

EXPRESSION = "hosts | retirement(specs, looks, none, 'lb2')"


def test_what_it_takes_is_told(template: Callable[..., object]) -> None:
    found = template(EXPRESSION, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
    assert isinstance(found, dict)
    assert found["hosts"] == ["lb2"]


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template(EXPRESSION, hosts=HOSTVARS, specs=SPECS, looks=LOOKS)


def test_a_name_that_is_none_is_refused(template: Callable[..., object]) -> None:
    expression = EXPRESSION.replace("lb2", "lb9")
    with pytest.raises(AnsibleError, match="'lb9' is no load balancer"):
        template(expression, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
