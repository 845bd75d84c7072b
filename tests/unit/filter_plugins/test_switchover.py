from __future__ import annotations

import json
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
LOOKS = {
    name: {"stdout": json.dumps({"unfit": [], "holds": holds, "servers": {}})}
    for name, holds in (("lb1", ["203.0.113.100"]), ("lb2", []))
}


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
