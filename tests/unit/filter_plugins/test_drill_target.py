from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError

ROLES = Path(__file__).parents[3] / "roles"
SPECS = {
    role: yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text())
    for role in ("haproxy", "keepalived", "app_server")
}


def site(**changes: Any) -> dict[str, dict[str, Any]]:
    balancers = {
        "group_names": ["load_balancers"],
        "keepalived_instances": [
            {"name": "shop", "interface": "eth1", "vips": ["2001:db8::100/64", "203.0.113.100/24"]}
        ],
        "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
        "haproxy_backends": [{"name": "shop", "group": "app_servers", "port": 8000}],
        **changes,
    }
    apps = {
        "group_names": ["app_servers"],
        "app_server_name": "store",
        "app_server_version": "1",
        "app_server_source": "store.tar.gz",
        "app_server_command": "/usr/bin/store",
        "app_server_port": 8000,
    }
    return {
        "lb1": {**balancers, "inventory_hostname": "lb1", "evergate_address": "203.0.113.11"},
        "lb2": {**balancers, "inventory_hostname": "lb2", "evergate_address": "203.0.113.12"},
        "app1": {**apps, "inventory_hostname": "app1", "evergate_address": "203.0.113.21"},
    }


def test_a_drill_aims_at_the_first_pairs_ipv4_vip_and_its_servers(
    template: Callable[..., object],
) -> None:
    found = template("site | drill_target(specs)", site=site(keepalived_profile="fast"), specs=SPECS)
    assert found == {
        "pair": "load_balancers",
        "profile": "fast",
        "preempt": False,
        "nodes": [
            {"name": "lb1", "address": "203.0.113.11", "interface": "eth1"},
            {"name": "lb2", "address": "203.0.113.12", "interface": "eth1"},
        ],
        "vip": "203.0.113.100",
        "port": 80,
        "apps": [{"host": "app1", "service": "store", "port": 8000}],
    }


def test_an_unknown_pair_is_refused_with_the_nearest_name(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="there is no pair 'load_balancer'"):
        template("site | drill_target(specs, 'load_balancer')", site=site(), specs=SPECS)


def test_a_pair_without_plain_http_cannot_be_drilled(template: Callable[..., object]) -> None:
    tcp = site(haproxy_frontends=[], haproxy_backends=[])
    with pytest.raises(AnsibleError, match="have none that a drill can ask"):
        template("site | drill_target(specs)", site=tcp, specs=SPECS)
