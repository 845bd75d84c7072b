"""A site with a pair of load balancers and two servers, and what its nodes tell before an operation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evergate.errors import InvalidData

SPECS: dict[str, dict[str, Any]] = {
    role: {"argument_specs": {"main": {"options": {name: {} for name in names}}}}
    for role, names in {
        "haproxy": ["haproxy_frontends", "haproxy_backends"],
        "keepalived": ["keepalived_instances"],
    }.items()
}
INSTANCE = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}
BALANCER = {
    "group_names": ["load_balancers"],
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "web", "port": 8080}],
    "keepalived_instances": [INSTANCE],
}
HOSTS: dict[str, dict[str, Any]] = {
    "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
    "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
    "app1": {"group_names": ["web"], "evergate_address": "203.0.113.21"},
    "app2": {"group_names": ["web"], "evergate_address": "203.0.113.22"},
}
UP = {"shop/app1": "UP", "shop/app2": "UP 1/2"}


def look(*holds: str, unfit: tuple[str, ...] = (), servers: dict[str, str] | None = None) -> dict[str, str]:
    """Return the result of a look at a node."""
    told = {"unfit": unfit, "holds": holds, "servers": UP if servers is None else servers}
    return {"stdout": json.dumps(told)}


LOOKS = {"lb1": look("203.0.113.100"), "lb2": look()}


def refusal(function: Any, *arguments: Any) -> list[tuple[str, str | None]]:
    """Return what is wrong, and the hints."""
    with pytest.raises(InvalidData) as refused:
        function(*arguments)
    return [(f"{each.path}: {each.problem}", each.hint) for each in refused.value.problems]


def with_instance(**changes: Any) -> dict[str, dict[str, Any]]:
    changed = {"keepalived_instances": [INSTANCE | changes]}
    return {name: host | changed if name.startswith("lb") else host for name, host in HOSTS.items()}


def second_pair() -> dict[str, dict[str, Any]]:
    """Return the site with another pair beside the first."""
    instance = {"name": "blog", "interface": "svc0", "vips": ["203.0.113.200/24"]}
    frontend = {"name": "blog", "vip": "blog", "port": 80, "default_backend": "shop"}
    other = BALANCER | {"keepalived_instances": [instance], "haproxy_frontends": [frontend]}
    first = {name: host | {"evergate_pair": "one"} for name, host in HOSTS.items() if name.startswith("lb")}
    return HOSTS | first | {
        "lb3": other | {"evergate_address": "203.0.113.13", "evergate_pair": "two"},
        "lb4": other | {"evergate_address": "203.0.113.14", "evergate_pair": "two"},
    }  # fmt: skip
