from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from evergate import inventory

Told = Callable[..., list[tuple[str, str, str]]]

HOSTVARS: dict[str, dict[str, object]] = {
    "app1": {"group_names": ["app_servers"], "evergate_address": "203.0.113.21"},
    "lb2": {"group_names": ["load_balancers"], "evergate_address": "203.0.113.12"},
    "lb1": {"group_names": ["load_balancers"], "evergate_address": "203.0.113.11"},
    "lb3": {"group_names": ["load_balancers"], "evergate_address": "203.0.113.13", "evergate_pair": "b"},
}


class OnlyOurs(Mapping[str, object]):
    """Variables of which those with other prefixes must not be looked up: each look-up is a template."""

    def __init__(self, variables: Mapping[str, object]) -> None:
        self._variables = dict(variables, vault_password="hunter2")

    def __getitem__(self, name: str) -> object:
        assert name != "vault_password"
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_members_of_a_pair_keep_the_inventorys_order() -> None:
    assert inventory.pair_members(HOSTVARS)["lb1"] == [
        {"name": "lb2", "address": "203.0.113.12"},
        {"name": "lb1", "address": "203.0.113.11"},
    ]


def test_evergate_pair_sets_pairs_apart() -> None:
    assert inventory.pair_members(HOSTVARS)["lb3"] == [{"name": "lb3", "address": "203.0.113.13"}]


def test_a_load_balancer_without_an_address_is_named(told: Told) -> None:
    hostvars = HOSTVARS | {"lb1": {"group_names": ["load_balancers"]}}
    assert [each[:2] for each in told(inventory.pair_members, hostvars)] == [
        ("evergate_address", "is missing on the host 'lb1'")
    ]


def test_groups_hold_only_hosts_with_an_address() -> None:
    groups = inventory.host_groups(HOSTVARS | {"app2": {"group_names": ["app_servers", "spare"]}})
    assert groups["app_servers"] == [{"name": "app1", "address": "203.0.113.21"}]
    assert groups["spare"] == []


def test_no_variable_of_somebody_else_is_looked_up() -> None:
    hostvars = {name: OnlyOurs(variables) for name, variables in HOSTVARS.items()}
    assert inventory.host_groups(hostvars) == inventory.host_groups(HOSTVARS)
