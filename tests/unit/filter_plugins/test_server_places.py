from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

SPECS = {
    "haproxy": {"argument_specs": {"main": {"options": {"haproxy_frontends": {}, "haproxy_backends": {}}}}},
    "keepalived": {"argument_specs": {"main": {"options": {"keepalived_instances": {}}}}},
}
BALANCER = {
    "group_names": ["load_balancers"],
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "{{ servers }}", "port": 8080}],
    "keepalived_instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}],
}
HOSTVARS = {
    "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
    "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
    "app1": {"group_names": ["web"], "evergate_address": "203.0.113.21"},
}


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
