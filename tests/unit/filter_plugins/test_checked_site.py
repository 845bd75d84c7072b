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
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": "{{ port }}", "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "web", "port": 8080}],
    "keepalived_instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}],
}
HOSTVARS = {
    "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
    "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
    "app1": {"group_names": ["web"], "evergate_address": "203.0.113.21"},
}


def test_a_good_site_is_counted(template: Callable[..., object]) -> None:
    assert template("hosts | checked_site(specs)", hosts=HOSTVARS, specs=SPECS, port=80) == {
        "pairs": 1,
        "load_balancers": 2,
        "servers": 1,
        "frontends": 1,
        "backends": 1,
        "applications": 0,
    }


def test_an_undefined_port_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'port' is undefined"):
        template("hosts | checked_site(specs)", hosts=HOSTVARS, specs=SPECS)


def test_what_two_hosts_share_is_told_once(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError) as caught:
        template("hosts | checked_site(specs)", hosts=HOSTVARS, specs=SPECS, port=0)
    assert str(caught.value).count("haproxy_frontends[0].port: '0' is not between 1 and 65535") == 1
