from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

HOSTVARS = {
    "app1": {"group_names": ["app_servers", "blue"], "evergate_address": "{{ address }}"},
    "app2": {"group_names": ["app_servers"]},
}


def test_groups_list_the_hosts_that_have_an_address(template: Callable[..., object]) -> None:
    app1 = {"name": "app1", "address": "203.0.113.21"}
    groups = template("hosts | host_groups", hosts=HOSTVARS, address="203.0.113.21")
    assert groups == {"app_servers": [app1], "blue": [app1]}


def test_an_undefined_address_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'address' is undefined"):
        template("hosts | host_groups", hosts=HOSTVARS)


def test_a_pair_without_a_proper_name_is_refused(template: Callable[..., object]) -> None:
    hostvars = {"lb1": {"group_names": ["load_balancers"], "evergate_pair": "a pair"}}
    with pytest.raises(AnsibleError, match="evergate_pair: 'a pair' is not a name"):
        template("hosts | host_groups", hosts=hostvars)
