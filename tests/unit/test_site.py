from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.site import checked_site, failover_budget, server_places

Told = Callable[..., list[tuple[str, str, str]]]
Hosts = dict[str, dict[str, Any]]

NAMES = {
    "haproxy": ["haproxy_frontends", "haproxy_backends", "haproxy_management_address", "haproxy_maxconn"],
    "keepalived": ["keepalived_instances"],
    "app_server": [
        f"app_server_{key}"
        for key in ("name", "version", "source", "command", "port", "environment", "stop_timeout")
    ],
}
SPECS: dict[str, dict[str, Any]] = {
    role: {"argument_specs": {"main": {"options": {name: {} for name in names}}}}
    for role, names in NAMES.items()
}
SPECS["haproxy"]["argument_specs"]["main"]["options"]["haproxy_stats_port"] = {"default": 8404}

BALANCER = {
    "group_names": ["load_balancers"],
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "app_servers", "port": 8080}],
    "keepalived_instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}],
}
APP = {
    "group_names": ["app_servers"],
    "app_server_name": "shop",
    "app_server_version": "1.0",
    "app_server_source": "examples/shop",
    "app_server_command": "/usr/bin/gunicorn shop:app",
    "app_server_port": 8080,
}


def site(**changed: dict[str, Any]) -> Hosts:
    """Return a small good site, with the named hosts changed or added."""
    hosts: Hosts = {
        "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
        "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
        "app1": APP | {"evergate_address": "203.0.113.21"},
        "app2": APP | {"evergate_address": "203.0.113.22"},
        "client": {"group_names": ["clients"]},
    }
    return hosts | {name: hosts.get(name, {}) | variables for name, variables in changed.items()}


def second_pair(vip: str, **instance: object) -> Hosts:
    """Return a small good site with a second pair, whose instance is called `other`."""
    other = {
        "evergate_pair": "other",
        "keepalived_instances": [{"name": "other", "interface": "svc0", "vips": [vip], **instance}],
        "haproxy_frontends": [{"name": "shop", "vip": "other", "port": 80, "default_backend": "shop"}],
    }
    network = vip.rsplit(".", 1)[0]
    return site(
        lb3=BALANCER | other | {"evergate_address": f"{network}.13"},
        lb4=BALANCER | other | {"evergate_address": f"{network}.14"},
    )


def refused(told: Told, hosts: Hosts) -> list[tuple[str, str]]:
    return [(path, problem) for path, problem, _ in told(checked_site, hosts, SPECS)]


def test_a_good_site_is_counted() -> None:
    assert checked_site(second_pair("203.0.113.101/24"), SPECS) == {
        "pairs": 2,
        "load_balancers": 4,
        "servers": 2,
        "frontends": 2,
        "backends": 2,
        "applications": 1,
    }


def test_a_misspelt_variable_is_told_with_the_nearest_one(told: Told) -> None:
    (problem,) = told(checked_site, site(lb1={"haproxy_frontend": []}), SPECS)
    assert problem == (
        "haproxy_frontend",
        "is not a variable of Evergate",
        "did you mean 'haproxy_frontends'?",
    )


def test_a_misspelt_variable_of_a_host_without_a_role_is_told_too(told: Told) -> None:
    assert refused(told, site(client={"evergate_adress": "203.0.113.31"})) == [
        ("evergate_adress", "is not a variable of Evergate")
    ]


def test_the_origin_of_a_misspelt_variable_is_its_name() -> None:
    name = "".join(["haproxy_", "frontend"])
    with pytest.raises(InvalidData) as caught:
        checked_site(site(lb1={name: []}), SPECS)
    assert caught.value.value is name


def test_variables_of_others_are_none_of_our_business() -> None:
    assert checked_site(site(lb1={"haproxyish": 1, "ansible_host": "198.51.100.11"}), SPECS)["pairs"] == 1


def test_a_problem_that_hosts_share_is_told_once(told: Told) -> None:
    wrong = {"haproxy_frontends": [BALANCER["haproxy_frontends"][0] | {"port": 0}]}  # type: ignore[index]
    assert refused(told, site(lb1=wrong, lb2=wrong)) == [
        ("haproxy_frontends[0].port", "'0' is not between 1 and 65535")
    ]


def test_a_wrong_vip_is_told_once_although_both_daemons_read_it(told: Told) -> None:
    wrong = {"keepalived_instances": [{"name": "shop", "interface": "svc0", "vips": ["198.51.100.300/24"]}]}
    assert refused(told, site(lb1=wrong, lb2=wrong)) == [
        ("keepalived_instances[0].vips[0]", "'198.51.100.300/24' is not an IP address with a prefix length")
    ]


def test_defaults_come_from_the_specs_and_hosts_override_them(told: Told) -> None:
    assert refused(told, site(lb1={"haproxy_stats_port": 8405})) == [
        ("haproxy_stats_port", "'8405' is haproxy_probe_port too")
    ]
    specs = {
        **SPECS,
        "more": {"argument_specs": {"main": {"options": {"haproxy_stats_port": {"default": 8405}}}}},
    }
    assert [each[0] for each in told(checked_site, site(), specs)] == ["haproxy_stats_port"]


def test_a_missing_variable_is_told_with_the_host_that_lacks_it() -> None:
    hosts = site()
    hosts["app1"] = {key: value for key, value in hosts["app1"].items() if key != "app_server_version"}
    hosts["app1"]["inventory_hostname"] = "".join(["ap", "p1"])
    with pytest.raises(InvalidData) as caught:
        checked_site(hosts, SPECS)
    assert str(caught.value) == "app_server_version: is missing"
    assert caught.value.value is hosts["app1"]["inventory_hostname"]


def test_a_refused_secret_is_located_by_its_variables_name() -> None:
    name = "".join(["app_server_", "environment"])
    with pytest.raises(InvalidData) as caught:
        checked_site(site(app1={name: {"KEY": "hunter2\n"}}), SPECS)
    (problem,) = caught.value.problems
    assert problem.value is name
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "path", "problem"),
    [
        ({"lb2": {"evergate_address": None}}, "evergate_address", "is missing on the host 'lb2'"),
        ({"lb2": {"evergate_address": "lb2"}}, "evergate_address of lb2", "'lb2' is not an IP address"),
        ({"client": {"evergate_address": "x"}}, "evergate_address of client", "'x' is not an IP address"),
        ({"lb2": {"evergate_pair": "b"}}, "keepalived_members", "a pair needs two members, here: lb1"),
        ({"lb1": {"evergate_pair": "a b"}}, "evergate_pair", "'a b' is not a name"),
    ],
)
def test_hosts_that_cannot_be_paired_are_refused(told: Told, changed: Hosts, path: str, problem: str) -> None:
    assert refused(told, site(**changed))[0] == (path, problem)


def test_a_site_without_load_balancers_is_told_which_group_to_make(told: Told) -> None:
    assert refused(told, {"app1": APP}) == [("load_balancers", "no host is in this group")]


def test_an_address_belongs_to_one_host(told: Told) -> None:
    assert refused(told, site(app2={"evergate_address": "203.0.113.21"})) == [
        ("evergate_address", "'203.0.113.21' of app2 is the address of app1 too")
    ]


def test_members_of_a_pair_agree_on_everything_but_the_interface(told: Told) -> None:
    vips = ["203.0.113.100/24"]
    slower = [{"name": "shop", "interface": "svc0", "vips": vips, "advert_int": 1}]
    assert refused(told, site(lb2={"keepalived_instances": slower})) == [
        ("keepalived_instances", "differs between lb1 and lb2, which are one pair")
    ]
    elsewhere = [{"name": "shop", "interface": "eth1", "vips": vips}]
    assert checked_site(site(lb2={"keepalived_instances": elsewhere}), SPECS)["pairs"] == 1


def test_members_of_a_pair_serve_the_same(told: Told) -> None:
    elsewhere = [{"name": "shop", "vip": "shop", "port": 8080, "default_backend": "shop"}]
    assert refused(told, site(lb2={"haproxy_frontends": elsewhere})) == [
        ("haproxy_frontends", "differs between lb1 and lb2, which are one pair")
    ]
    slower = [{"name": "shop", "group": "app_servers", "port": 8080, "timeout_server": "1m"}]
    assert refused(told, site(lb2={"haproxy_backends": slower})) == [
        ("haproxy_backends", "differs between lb1 and lb2, which are one pair")
    ]


def test_a_variable_that_all_hosts_have_makes_no_load_balancer_an_app_server() -> None:
    everybodys = {name: host | {"app_server_stop_timeout": "45s"} for name, host in site().items()}
    assert checked_site(everybodys, SPECS)["applications"] == 1


def test_an_app_server_without_an_application_is_told_what_to_write(told: Told) -> None:
    hosts = site(app3={"group_names": ["app_servers"], "evergate_address": "203.0.113.23"})
    assert ("app_server_name", "is missing") in refused(told, hosts)


def test_a_vip_is_no_hosts_address(told: Told) -> None:
    assert refused(told, site(client={"evergate_address": "203.0.113.100"})) == [
        ("keepalived_instances[0].vips", "'203.0.113.100/24' is the address of client")
    ]


def test_every_host_of_a_used_group_has_an_address(told: Told) -> None:
    assert refused(told, site(app2={"evergate_address": None})) == [
        ("haproxy_backends[0].group", "'app_servers' has the host app2, which has no evergate_address")
    ]


def test_two_pairs_may_not_share_a_vip(told: Told) -> None:
    assert refused(told, second_pair("203.0.113.100/24", virtual_router_id=9)) == [
        (
            "keepalived_instances[0].vips",
            "'203.0.113.100/24' of the pair other is a VIP of the pair load_balancers too",
        )
    ]


def test_two_pairs_may_not_share_a_virtual_router_id(told: Told) -> None:
    ((path, problem, hint),) = told(
        checked_site, second_pair("203.0.113.101/24", virtual_router_id=100), SPECS
    )
    assert path == "keepalived_instances[0].virtual_router_id"
    assert problem == "100 is used in one network by the pairs load_balancers (shop) and other (other)"
    assert hint == "write another virtual_router_id, 1 to 255, for other"


def test_two_pairs_may_share_a_virtual_router_id_in_networks_apart() -> None:
    assert checked_site(second_pair("198.51.100.100/24"), SPECS)["pairs"] == 2


def test_vrrps_versions_share_their_router_ids_and_its_address_families_do_not(told: Told) -> None:
    older = second_pair("203.0.113.101/24", virtual_router_id=100, version=2)
    assert refused(told, older)[0][0] == "keepalived_instances[0].virtual_router_id"
    addresses = {"lb3": "2001:db8:113::13", "lb4": "2001:db8:113::14"}
    vips = ["2001:db8:113::101/64", "203.0.113.101/24"]
    six = second_pair("203.0.113.101/24", virtual_router_id=100, vips=vips, addresses=addresses)
    assert checked_site(six, SPECS)["pairs"] == 2


def test_a_derived_router_id_is_as_good_as_a_given_one(told: Told) -> None:
    other = second_pair("203.0.113.101/24")
    given = [BALANCER["keepalived_instances"][0] | {"virtual_router_id": 101}]  # type: ignore[index]
    for name in ("lb1", "lb2"):
        other[name] = other[name] | {"keepalived_instances": given}
    assert refused(told, other) == [
        (
            "keepalived_instances[0].virtual_router_id",
            "101 is used in one network by the pairs load_balancers (shop) and other (other)",
        )
    ]


@pytest.mark.parametrize("key", ["vips_excluded", "extra_addresses"])
def test_whatever_moves_is_no_hosts_address(told: Told, key: str) -> None:
    moving: Any = "203.0.113.31/24"
    if key == "extra_addresses":
        moving = {"address": moving, "interface": "svc0"}
    instances = [BALANCER["keepalived_instances"][0] | {key: [moving]}]  # type: ignore[index]
    hosts = site(client={"evergate_address": "203.0.113.31"})
    for name in ("lb1", "lb2"):
        hosts[name] = hosts[name] | {"keepalived_instances": instances}
    assert refused(told, hosts) == [
        (f"keepalived_instances[0].{key}", "'203.0.113.31/24' is the address of client")
    ]


def test_members_of_a_pair_have_the_same_sync_groups(told: Told) -> None:
    second = {"name": "wiki", "interface": "svc0", "vips": ["203.0.113.102/24"]}
    instances = [*BALANCER["keepalived_instances"], second]  # type: ignore[misc]
    group = [{"name": "all", "instances": ["shop", "wiki"]}]
    hosts = site(lb1={"keepalived_instances": instances}, lb2={"keepalived_instances": instances})
    hosts["lb2"] |= {"keepalived_sync_groups": group}
    specs = SPECS | {"more": {"argument_specs": {"main": {"options": {"keepalived_sync_groups": {}}}}}}
    assert [each[:2] for each in told(checked_site, hosts, specs)] == [
        ("keepalived_instances", "differs between lb1 and lb2, which are one pair")
    ]


WITH_PROFILE = SPECS | {"more": {"argument_specs": {"main": {"options": {"keepalived_profile": {}}}}}}


def test_one_word_sets_the_profile_of_a_pair() -> None:
    fast = {"keepalived_profile": "fast"}
    (headline, *_) = failover_budget(site(lb1=fast, lb2=fast), WITH_PROFILE)
    assert headline.startswith("The pair load_balancers, with the profile fast: ")


def test_members_of_a_pair_have_the_same_profile(told: Told) -> None:
    hosts = site(lb2={"keepalived_profile": "fast"})
    assert [each[:2] for each in told(checked_site, hosts, WITH_PROFILE)] == [
        ("keepalived_profile", "differs between lb1 and lb2, which are one pair")
    ]


def test_a_profile_that_nobody_knows_is_told_once_although_both_roles_read_it(told: Told) -> None:
    quick = {"keepalived_profile": "quick"}
    assert told(checked_site, site(lb1=quick, lb2=quick), WITH_PROFILE) == [
        ("keepalived_profile", "'quick' is not known here", "write one of: standard, fast, wan")
    ]


def test_a_promise_that_cannot_be_kept_is_refused_and_others_are_shown(told: Told) -> None:
    specs = SPECS | {
        "more": {"argument_specs": {"main": {"options": {"keepalived_promise": {"default": 0.1}}}}}
    }
    paths = [path for path, _, _ in told(checked_site, site(), specs)]
    assert "keepalived_profile" in paths
    lines = failover_budget(site(), SPECS)
    assert lines[0].startswith("The pair load_balancers, with the profile standard: ")
    assert any("HAProxy hangs" in line for line in lines)


def test_a_server_is_found_wherever_its_name_stands() -> None:
    hosts = second_pair("203.0.113.101/24")
    admin = {"name": "admin", "servers": [{"name": "app1", "address": "203.0.113.21", "port": 9000}]}
    for name in ("lb1", "lb2"):
        hosts[name]["haproxy_backends"] = [*BALANCER["haproxy_backends"], admin]
        door = {"name": "admin", "vip": "shop", "port": 9000, "default_backend": "admin"}
        hosts[name]["haproxy_frontends"] = [*BALANCER["haproxy_frontends"], door]
    both, one = ["shop/app1", "admin/app1"], ["shop/app1"]
    found = server_places(hosts, SPECS, "app1", "maint")
    assert found == {"lb1": both, "lb2": both, "lb3": one, "lb4": one}
    assert server_places(hosts, SPECS, "admin/app1", "ready") == {
        name: ["admin/app1"] for name in ("lb1", "lb2")
    }


def test_servers_that_dns_knows_are_found_by_their_numbers() -> None:
    template = {"name": "app.example", "port": 80, "count": 2, "prefix": "web", "resolvers": "dns"}
    shop = {"haproxy_backends": [{"name": "shop", "template": template}]} | {
        "haproxy_resolvers": [{"name": "dns", "nameservers": [{"name": "one", "address": "203.0.113.53"}]}]
    }
    specs = SPECS | {"more": {"argument_specs": {"main": {"options": {"haproxy_resolvers": {}}}}}}
    found = server_places(site(lb1=shop, lb2=shop), specs, "web2", "drain")
    assert found == {"lb1": ["shop/web2"], "lb2": ["shop/web2"]}


def test_an_unknown_server_and_state_are_refused_with_what_there_is(told: Told) -> None:
    assert told(server_places, site(), SPECS, "database", "off") == [
        ("server", "no backend has a server 'database'", "the servers are: app1, app2"),
        ("state", "'off' is no state of a server", "write one of: ready, drain, maint"),
    ]
