from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, LOOKS, SPECS


def test_who_hands_over_to_whom_is_told(template: Callable[..., object]) -> None:
    expression = "hosts | switchover(specs, looks, none, none)"
    found = template(expression, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
    assert isinstance(found, dict)
    assert (found["from"], found["to"]) == ("lb1", ["lb2"])


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template("hosts | switchover(specs, looks)", hosts=HOSTVARS, specs=SPECS, looks=LOOKS)


def test_a_node_that_holds_nothing_is_refused(template: Callable[..., object]) -> None:
    expression = "hosts | switchover(specs, looks, none, 'lb2')"
    with pytest.raises(AnsibleError, match="lb2 holds no VIP"):
        template(expression, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
