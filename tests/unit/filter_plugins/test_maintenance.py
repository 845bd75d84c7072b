from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, LOOKS, SPECS


def test_what_it_takes_is_told(template: Callable[..., object]) -> None:
    expression = "hosts | maintenance(specs, looks, 'lb1', 'begin')"
    found = template(expression, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
    assert isinstance(found, dict)
    assert (found["kind"], found["to"]) == ("load_balancer", ["lb2"])


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template(
            "hosts | maintenance(specs, looks, 'lb1', 'begin')", hosts=HOSTVARS, specs=SPECS, looks=LOOKS
        )


def test_a_state_that_is_none_is_refused(template: Callable[..., object]) -> None:
    expression = "hosts | maintenance(specs, looks, 'lb1', 'start')"
    with pytest.raises(AnsibleError, match="is no state of maintenance"):
        template(expression, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
