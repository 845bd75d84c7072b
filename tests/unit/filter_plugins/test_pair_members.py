from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

HOSTVARS = {
    "lb1": {"group_names": ["load_balancers"], "evergate_address": "203.0.113.11"},
    "lb2": {"group_names": ["load_balancers"], "evergate_address": "{{ address }}"},
}


def test_a_pair_has_its_members_in_order(template: Callable[..., object]) -> None:
    members = template("(hosts | pair_members).lb2", hosts=HOSTVARS, address="203.0.113.12")
    assert members == [
        {"name": "lb1", "address": "203.0.113.11"},
        {"name": "lb2", "address": "203.0.113.12"},
    ]


def test_an_undefined_address_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'address' is undefined"):
        template("hosts | pair_members", hosts=HOSTVARS)


def test_a_member_without_an_address_is_refused(template: Callable[..., object]) -> None:
    hosts = {"lb1": HOSTVARS["lb1"], "lb2": {"group_names": ["load_balancers"]}}
    with pytest.raises(AnsibleError, match="is missing on the host 'lb2'"):
        template("hosts | pair_members", hosts=hosts)
