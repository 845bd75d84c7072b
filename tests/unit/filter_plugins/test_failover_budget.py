from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

SPECS = {
    "haproxy": {"argument_specs": {"main": {"options": {"haproxy_frontends": {}, "haproxy_backends": {}}}}},
    "keepalived": {"argument_specs": {"main": {"options": {"keepalived_instances": {}}}}},
}
INSTANCE = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], "advert_int": "{{ interval }}"}
BALANCER = {
    "group_names": ["load_balancers"],
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "web", "port": 8080}],
    "keepalived_instances": [INSTANCE],
}
HOSTVARS = {
    "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
    "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
    "app1": {"group_names": ["web"], "evergate_address": "203.0.113.21"},
}


def test_the_table_is_a_list_of_lines(template: Callable[..., object]) -> None:
    lines = template("hosts | failover_budget(specs)", hosts=HOSTVARS, specs=SPECS, interval=1)
    assert isinstance(lines, list)
    assert "       3.01  the active node is lost: 3 adverts every 1 s and the standby's skew" in lines


def test_an_undefined_interval_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'interval' is undefined"):
        template("hosts | failover_budget(specs)", hosts=HOSTVARS, specs=SPECS)


def test_a_wrong_interval_is_told_with_its_path(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match=r"keepalived_instances\[0\]\.advert_int: '0' is not between"):
        template("hosts | failover_budget(specs)", hosts=HOSTVARS, specs=SPECS, interval=0)
