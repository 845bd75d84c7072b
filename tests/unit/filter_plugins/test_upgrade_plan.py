from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, LOOKS, SPECS

EXPRESSION = "hosts | upgrade_plan(specs, looks, {'reboot': false}, false)"


def test_what_it_takes_is_told(template: Callable[..., object]) -> None:
    found = template(EXPRESSION, hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")
    assert isinstance(found, dict)
    assert found["turns"] == []


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template(EXPRESSION, hosts=HOSTVARS, specs=SPECS, looks=LOOKS)


def test_what_is_in_the_way_is_refused(template: Callable[..., object]) -> None:
    told = {"__upgrade_look": {"told": {"missing": ["haproxyy"]}}}
    hosts = HOSTVARS | {"lb1": HOSTVARS["lb1"] | told}
    with pytest.raises(AnsibleError, match="haproxyy is not installed on lb1"):
        template(EXPRESSION, hosts=hosts, specs=SPECS, looks=LOOKS, servers="web")
