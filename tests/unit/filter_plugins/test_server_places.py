from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, SPECS


def test_a_server_is_found_on_both_members(template: Callable[..., object]) -> None:
    expression = "hosts | server_places(specs, 'app1', 'drain')"
    found = template(expression, hosts=HOSTVARS, specs=SPECS, servers="web")
    assert found == {"lb1": ["shop/app1"], "lb2": ["shop/app1"]}


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template("hosts | server_places(specs, 'app1', 'drain')", hosts=HOSTVARS, specs=SPECS)


def test_an_unknown_server_is_told_by_name(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="no backend has a server 'app9'"):
        template("hosts | server_places(specs, 'app9', 'drain')", hosts=HOSTVARS, specs=SPECS, servers="web")
