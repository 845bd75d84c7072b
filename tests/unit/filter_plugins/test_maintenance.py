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
