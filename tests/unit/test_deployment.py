from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from evergate.deployment import deployment, failure, gate

Told = Callable[..., list[tuple[str, str, str]]]

SPECS: dict[str, dict[str, Any]] = {
    role: {"argument_specs": {"main": {"options": {f"{role}_{name}": {} for name in names}}}}
    for role, names in {
        "haproxy": ["frontends", "backends"],
        "keepalived": ["instances"],
        "app_server": ["name", "version", "source", "command", "port", "health_path"],
    }.items()
}
BALANCER = {
    "group_names": ["load_balancers"],
    "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
    "haproxy_backends": [{"name": "shop", "group": "app_servers", "port": 8000}],
    "keepalived_instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}],
}
NAMES = ("app1", "app2", "app3", "app4")
PLACES = [f"shop/{name}" for name in NAMES]


def app(number: int, **changes: Any) -> dict[str, Any]:
    """Return an app server's variables, as they are when release 1.1.0 runs and 1.2.0 is wanted."""
    source = "/builds/shop-1.2.0.tar.gz"
    return {
        "group_names": ["app_servers"],
        "evergate_address": f"203.0.113.2{number}",
        "app_server_name": "shop",
        "app_server_version": "1.1.0",
        "app_server_source": "/builds/shop-1.1.0.tar.gz",
        "app_server_command": "/usr/bin/shop",
        "app_server_port": 8000,
        "app_version": "1.2.0",
        "__deploy_files": {"source": source, "before": "", "after": "", "there": [source]},
        "__deploy_current": {"stat": {"exists": True, "lnk_target": "releases/1.1.0"}},
    } | changes


def site(everywhere: dict[str, Any] | None = None, **servers: dict[str, Any]) -> dict[str, Any]:
    """Return a site of two load balancers and four app servers; `everywhere` is of all app servers."""
    apps = {
        name: app(number, **(everywhere or {}), **servers.get(name, {}))
        for number, name in enumerate(NAMES, start=1)
    }
    return {
        "lb1": BALANCER | {"evergate_address": "203.0.113.11"},
        "lb2": BALANCER | {"evergate_address": "203.0.113.12"},
        **apps,
    }


def files(**changes: Any) -> dict[str, Any]:
    return {"__deploy_files": app(1)["__deploy_files"] | changes}


def current(release: str) -> dict[str, Any]:
    return {"__deploy_current": {"stat": {"exists": True, "lnk_target": f"releases/{release}"}}}


def look(**states: str) -> dict[str, str]:
    told = dict.fromkeys(PLACES, "UP") | {f"shop/{name}": state for name, state in states.items()}
    return {"stdout": json.dumps({"unfit": [], "holds": [], "servers": told})}


LOOKS = {"lb1": look(), "lb2": look()}


def batches(plan: dict[str, Any]) -> list[list[str]]:
    return [batch["servers"] for batch in plan["batches"]]


def test_the_canary_is_alone_and_the_others_follow_by_halves() -> None:
    plan = deployment(site(), SPECS, LOOKS)
    assert batches(plan) == [["app1"], ["app2", "app3"], ["app4"]]
    assert plan["serial"] == [1, 2, 1]
    assert plan["canary"] == "app1"
    assert plan["words"] == [
        "shop 1.2.0 goes to app1, then to app2 and app3, then to app4.",
        "app1 is the canary: it serves for 30 s, and goes back if more than 1 % of its requests fail.",
    ]


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        (1, [["app3"], ["app1"], ["app2"], ["app4"]]),
        ("1%", [["app3"], ["app1"], ["app2"], ["app4"]]),
        ("100%", [["app3"], ["app1", "app2", "app4"]]),
        ("9999", [["app3"], ["app1", "app2", "app4"]]),
    ],
)
def test_canary_and_batch_are_the_operators(batch: Any, expected: list[list[str]]) -> None:
    hosts = site({"deploy_canary": "app3", "deploy_batch": batch})
    assert batches(deployment(hosts, SPECS, LOOKS)) == expected


def test_a_batch_knows_every_load_balancer_and_a_server_who_asks_it() -> None:
    plan = deployment(site(), SPECS, LOOKS)
    assert plan["batches"][1]["balancers"] == {"lb1": ["app2", "app3"], "lb2": ["app2", "app3"]}
    url = "http://203.0.113.22:8000/healthz"
    assert plan["servers"]["app2"] == {"from": "1.1.0", "url": url, "asked_by": "lb1"}


def test_an_ipv6_address_stands_in_brackets() -> None:
    hosts = site(app1={"evergate_address": "2001:db8:113::21", "app_server_health_path": "/up"})
    plan = deployment(hosts, SPECS, LOOKS)
    assert plan["servers"]["app1"]["url"] == "http://[2001:db8:113::21]:8000/up"


def test_who_runs_the_release_is_left_alone() -> None:
    plan = deployment(site(app1=current("1.2.0")), SPECS, LOOKS)
    assert plan["canary"] == "app2"
    plan = deployment(site(current("1.2.0")), SPECS, LOOKS)
    assert (plan["batches"], plan["serial"], plan["canary"]) == ([], [1], "")
    assert plan["words"] == ["shop 1.2.0 runs on app1 and app2 and app3 and app4 already."]


@pytest.mark.parametrize("state", ["MAINT", "DRAIN"])
def test_who_is_out_of_one_load_balancer_keeps_its_release_even_if_it_is_not_reached(state: str) -> None:
    hosts = site(app2={"__deploy_current": {"unreachable": True}})
    plan = deployment(hosts, SPECS, LOOKS | {"lb2": look(app2=state)})
    assert batches(plan) == [["app1"], ["app3", "app4"]]
    assert plan["words"][-1].startswith("app2 is out (shop/app2 on lb2) and keeps what it has: maintain_node")


def test_a_server_that_is_down_gets_the_release() -> None:
    plan = deployment(site(), SPECS, LOOKS | {"lb1": look(app2="DOWN")})
    assert batches(plan)[1] == ["app2", "app3"]


def test_a_bare_server_has_nothing_to_go_back_to() -> None:
    plan = deployment(site(app1={"__deploy_current": {"stat": {"exists": False}}}), SPECS, LOOKS)
    assert plan["servers"]["app1"]["from"] == ""


def test_a_server_and_a_load_balancer_that_are_not_reached_are_told(told: Told) -> None:
    hosts = site(app2={"__deploy_current": {"unreachable": True}})
    looks = {"lb1": LOOKS["lb1"], "lb2": {"unreachable": True}}
    problems = [problem for _, problem, _ in told(deployment, hosts, SPECS, looks)]
    assert problems == ["lb2 was not reached", "app2 was not reached"]


def test_a_load_balancer_without_an_answer_or_without_the_server_is_told(told: Told) -> None:
    silent = {"stdout": json.dumps({"unfit": [], "holds": [], "servers": {}})}
    older = {"stdout": json.dumps({"unfit": [], "holds": [], "servers": dict.fromkeys(PLACES[:3], "UP")})}
    found = told(deployment, site(), SPECS, {"lb1": silent, "lb2": older})
    hint = "every load balancer has to know who is out: bring it back first"
    assert [each[1:] for each in found] == [
        ("lb1 has a HAProxy that does not answer", hint),
        ("lb2 does not have the server shop/app4 yet", "run site.yml first"),
    ]


def test_a_batch_may_not_be_all_that_is_up(told: Told) -> None:
    looks = LOOKS | {"lb2": look(app1="DOWN", app4="UP 1/2")}
    assert batches(deployment(site(), SPECS, looks)) == [["app1"], ["app2", "app3"], ["app4"]]
    looks = LOOKS | {"lb2": look(app1="DOWN", app4="DOWN")}
    problems = [problem for _, problem, _ in told(deployment, site(), SPECS, looks)]
    assert problems == ["no other server of backend shop is up on lb2"]
    assert batches(deployment(site({"deploy_batch": 1}), SPECS, looks))[1:3] == [["app2"], ["app3"]]


@pytest.mark.parametrize(
    ("changes", "path", "problem"),
    [
        ({"app_version": "../1.2"}, "app_version", "'../1.2' is not a version"),
        ({"app_version": 1.2}, "app_version", "'1.2' is a number"),
        (files(there=[]), "app_source", "'/builds/shop-1.2.0.tar.gz' is not there"),
        (files(before="/no.yml"), "deploy_before", "'/no.yml' is not there"),
        ({"app": "blog"}, "app", "no host runs 'blog'"),
        ({"deploy_canary": "app9"}, "deploy_canary", "'app9' does not run it"),
        ({"deploy_batch": "0"}, "deploy_batch", "'0' is no size of a batch"),
        ({"deploy_batch": "101%"}, "deploy_batch", "'101%' is no size of a batch"),
        ({"deploy_batch": True}, "deploy_batch", "'true' is no size of a batch"),
        ({"deploy_pause": "-1"}, "deploy_pause", "'-1' is not a number of seconds"),
        ({"deploy_keep": 0}, "deploy_keep", "'0' is not between 1 and 1000"),
        ({"deploy_max_error_percent": "101"}, "deploy_max_error_percent", "'101' is no percentage"),
    ],
)
def test_what_is_wrong_is_told_without_a_look_at_any_host(
    told: Told, changes: dict[str, Any], path: str, problem: str
) -> None:
    (found,) = told(deployment, site(changes), SPECS)
    assert found[:2] == (path, problem)
    assert found[2]


def test_a_source_of_every_version_cannot_be_known_to_hold_the_wanted_one(told: Told) -> None:
    source = "/builds/shop.tar.gz"
    same = {"app_server_source": source, **files(source=source, there=[source])}
    ((path, problem, hint),) = told(deployment, site(same), SPECS)
    assert (path, problem.partition(", so")[0]) == (
        "app_server_source",
        "'/builds/shop.tar.gz' is the source of every version",
    )
    assert "-e app_source=" in hint and "{{ app_server_version }}" in hint
    assert deployment(site(same | {"app_source": source}), SPECS)["version"] == "1.2.0"
    assert deployment(site(same | {"app_version": "1.1.0"}), SPECS)["version"] == "1.1.0"


def test_of_two_applications_one_has_to_be_named(told: Told) -> None:
    hosts = site(app4={"app_server_name": "blog"})
    assert told(deployment, hosts, SPECS) == [
        ("app", "is not given, and there are several", "say which: -e app=NAME, one of shop, blog")
    ]
    for host in NAMES:
        hosts[host]["app"] = "blog"
    assert batches(deployment(hosts, SPECS, LOOKS)) == [["app4"]]


def test_whom_the_playbook_has_not_looked_at_gets_nothing() -> None:
    hosts = site()
    del hosts["app1"]["__deploy_files"]
    assert batches(deployment(hosts, SPECS, LOOKS)) == [["app2"], ["app3"], ["app4"]]


def test_without_an_application_there_is_nothing_to_deploy(told: Told) -> None:
    hosts = {name: host for name, host in site().items() if name.startswith("lb")}
    hosts |= {"web": {"group_names": ["app_servers_of_others"], "evergate_address": "203.0.113.30"}}
    for name in ("lb1", "lb2"):
        backends = [{"name": "shop", "group": "app_servers_of_others", "port": 80}]
        hosts[name] = hosts[name] | {"haproxy_backends": backends}
    assert told(deployment, hosts, SPECS)[0][:2] == ("app", "no host runs an application")


def seen(requests: int, failures: int, state: str = "UP", *, others: int = 0) -> dict[str, str]:
    """Return the result of a look: what app1 was asked, and how often others failed."""
    traffic = {"shop/app1": [requests, failures], "shop/app2": [others, others]}
    return {"stdout": json.dumps({"servers": {"shop/app1": state, "shop/app2": "DOWN"}, "traffic": traffic})}


@pytest.mark.parametrize(
    ("after", "passed", "words"),
    [
        (seen(1100, 20), True, "10 of 1000 requests to app1 failed (1 %, 1 % may)"),
        (seen(1100, 21), False, "11 of 1000 requests to app1 failed (1.1 %, 1 % may)"),
        (seen(1100, 10, others=99), True, "0 of 1000 requests to app1 failed (0 %, 1 % may)"),
        (
            seen(1100, 10, "DOWN"),
            False,
            "0 of 1000 requests to app1 failed (0 %, 1 % may); shop/app1 is DOWN",
        ),
        (seen(100, 20), False, "10 of 10 requests to app1 failed (100 %, 1 % may); so few"),
        (seen(199, 10), True, "0 of 99 requests to app1 failed (0 %, 1 % may); so few say little"),
        (seen(199, 11), False, "1 of 99 requests to app1 failed (1.01 %, 1 % may); so few say little"),
        (seen(100, 10), True, "0 of 0 requests to app1 failed (0 %, 1 % may); so few say little"),
        (seen(50, 0), True, "0 of 50 requests to app1 failed"),  # HAProxy was reloaded
    ],
)
def test_the_canary_is_judged_by_what_failed_meanwhile(
    after: dict[str, str], passed: bool, words: str
) -> None:
    found = gate([seen(100, 10)], [after], "app1", 1.0)
    assert found["passed"] is passed
    assert found["words"].startswith(words)


def test_how_few_are_too_few_depends_on_what_may_fail() -> None:
    assert "so few" in gate([seen(0, 0)], [seen(19, 0)], "app1", 5.0)["words"]
    assert "so few" not in gate([seen(0, 0)], [seen(20, 1)], "app1", 5.0)["words"]
    assert gate([seen(0, 0)], [seen(20, 1)], "app1", 5.0)["passed"]
    assert not gate([seen(0, 0)], [seen(200, 1)], "app1", 0.0)["passed"]


def test_the_gate_adds_up_all_load_balancers() -> None:
    found = gate([seen(0, 0), seen(0, 0)], [seen(150, 0), seen(50, 3)], "app1", 1.0)
    assert found == {"passed": False, "words": "3 of 200 requests to app1 failed (1.5 %, 1 % may)"}


def test_a_load_balancer_that_was_lost_meanwhile_is_no_witness() -> None:
    lost = {"unreachable": True, "__balancer": "lb2"}
    found = gate([seen(0, 0), seen(0, 0)], [seen(500, 0), lost], "app1", 1.0)
    assert found == {
        "passed": False,
        "words": "0 of 500 requests to app1 failed (0 %, 1 % may); lb2 was not reached",
    }


def test_a_failure_is_told_in_its_own_words_and_once_with_what_every_server_runs() -> None:
    plan = deployment(site(), SPECS, LOOKS)
    items = [{"failed": False}, {"failed": True, "stderr": "no\n"}]
    hosts: dict[str, dict[str, Any]] = {
        "app2": {"ansible_failed_result": {"msg": "One or more items failed", "results": items}},
        "app3": {"ansible_failed_result": {"msg": "no", "stderr": ""}},
    }
    assert failure(hosts, plan, "app3").splitlines() == [
        "shop 1.2.0 was not deployed to app2 and app3:",
        "no",
        "app2 and app3 went back to 1.1.0.",
        "It stays on app1: give the mended one another version.",
        "Nothing was done to app4.",
    ]


def test_a_failure_without_words_and_without_a_former_release_is_told_too() -> None:
    bare = {"__deploy_current": {"stat": {"exists": False}}}
    plan = deployment(site(bare | {"deploy_batch": "100%"}), SPECS, LOOKS)
    told = failure({"app1": {"ansible_failed_result": {}}}, plan, "app1").splitlines()
    assert told[1:4] == [
        "it did not say why",
        "app1 went back to nothing.",
        "Nothing was done to app2 and app3 and app4.",
    ]
    told = failure({name: {} for name in NAMES}, plan, "app4").splitlines()
    assert told[1] == "no reason was told"
    assert "app4" in told[0] and "Nothing" not in "".join(told)
