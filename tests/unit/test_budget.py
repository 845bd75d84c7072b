from __future__ import annotations

from typing import Any

import pytest

from evergate import budget, profiles
from evergate.errors import Problem
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig


def moving(
    promise: float | None = None, changed: dict[str, Any] | None = None, **instance: Any
) -> KeepalivedConfig:
    members = [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}]
    shop = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], **instance}
    data = {"node": "lb1", "members": members, "instances": [shop], "promise": promise}
    return KeepalivedConfig.from_data(data | (changed or {}))


def balancing(**backend: Any) -> HaproxyConfig:
    servers = [{"name": "a", "address": "203.0.113.21", "port": 80}]
    front = {
        "name": "shop",
        "binds": [{"address": "203.0.113.11", "port": 80}],
        "default_backend": "shop",
    }
    backends = [{"name": "shop", "servers": servers, **backend}]
    return HaproxyConfig.from_data({"frontends": [front], "backends": backends})


def seconds(config: KeepalivedConfig) -> dict[str, float]:
    return {each.failure: each.seconds for each in budget.reactions(config, config.instances[0])}


def test_the_defaults_react_within_a_third_of_a_second() -> None:
    found = seconds(moving())
    skew = 0.03 * 3 / 256
    assert found["the active node is lost"] == pytest.approx(0.3 + skew)
    assert found["HAProxy dies"] == pytest.approx(0.05 + skew)
    assert found["HAProxy hangs"] == pytest.approx(0.21 + skew)
    assert found["a planned switchover"] == pytest.approx(skew)


# For each profile the longest that the loss of a node, a hang and a death may last, and a planned switchover.
PROMISED = {
    "standard": (0.5, 0.4, 0.2, 0.02),
    "fast": (0.2, 0.2, 0.1, 0.02),
    "wan": (2.5, 2.0, 0.5, 0.02),
}


@pytest.mark.parametrize("profile", profiles.PROFILES)
def test_every_profile_leaves_room_within_what_is_promised_of_it(profile: str) -> None:
    found = seconds(moving(changed={"profile": profile}))
    failures = ("the active node is lost", "HAProxy hangs", "HAProxy dies", "a planned switchover")
    for failure, promised in zip(failures, PROMISED[profile], strict=True):
        assert found[failure] < promised, failure


def test_the_old_version_has_a_skew_of_whole_seconds() -> None:
    assert seconds(moving(version=2, advert_int=2))["the active node is lost"] == pytest.approx(6 + 3 / 256)


def test_scripts_and_neighbours_count_where_they_are_tracked() -> None:
    trackers = {
        "scripts": [{"name": "s", "script": "/bin/true", "interval": 1, "timeout": 0.5, "fall": 3}],
        "bfd": [{"name": "gw", "neighbor_ip": "203.0.113.1", "min_rx": 100, "multiplier": 4}],
    }
    found = seconds(moving(changed=trackers))
    assert found["s fails"] == pytest.approx(3.5, abs=0.01)
    assert found["gw is lost"] == pytest.approx(0.4, abs=0.01)
    assert {"s fails", "gw is lost"}.isdisjoint(
        seconds(moving(changed=trackers, track_script=[], track_bfd=[]))
    )


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ({}, 0.3 + 2 * (0.25 + 0.15) + 0.1),
        ({"server_defaults": {"inter": "2s", "fall": 3}}, 2 + 3 * 0.4 + 2 * 0.1),
        ({"server_defaults": {"inter": "100ms", "fastinter": "50ms"}}, 0.1 + 2 * (0.1 + 0.15) + 0.05),
        ({"timeout_check": "1s", "timeout_connect": "100ms"}, 0.3 + 2 * 1.1 + 0.1),
        ({"servers": [{"name": "a", "address": "203.0.113.21", "port": 80, "fall": 1}]}, 0.3 + 0.4),
    ],
)
def test_a_silent_server_is_used_until_its_checks_have_failed(
    backend: dict[str, Any], expected: float
) -> None:
    assert budget.ejections(balancing(**backend)) == {"shop": pytest.approx(expected)}


def test_a_server_that_is_not_checked_has_no_budget() -> None:
    assert budget.ejections(balancing(check={"type": "none"})) == {}


def broken(config: KeepalivedConfig, **backend: Any) -> list[Problem]:
    return list(budget.broken_promises(config, balancing(**backend)))


def test_no_promise_cannot_be_broken() -> None:
    assert not broken(moving(advert_int=20))


def test_a_promise_that_is_kept_is_no_problem() -> None:
    assert not broken(moving(promise=2))


def test_a_profile_that_is_too_slow_is_told_once_whatever_the_number_of_instances() -> None:
    shop = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}
    instances = [shop, {**shop, "name": "wiki", "vips": ["203.0.113.101/24"]}]
    found = {str(each): each for each in broken(moving(1, {"profile": "wan", "instances": instances}))}
    assert sorted(each.problem.partition(": ")[2] for each in found.values()) == [
        "HAProxy hangs can take 1.7 s, but keepalived_promise is 1 s",
        "a silent server can take 1.2 s, but keepalived_promise is 1 s",
        "the active node is lost can take 2 s, but keepalived_promise is 1 s",
    ]
    first = next(iter(found.values()))
    assert (first.path, first.value) == ("keepalived_profile", "wan")
    assert first.hint == "promise more, or choose a faster profile; the fastest is fast"


SLOW_SCRIPT = {"scripts": [{"name": "s", "script": "/bin/true", "interval": 2}]}
SLOW_NEIGHBOUR = {"bfd": [{"name": "gw", "neighbor_ip": "203.0.113.1", "min_tx": 1000}]}


@pytest.mark.parametrize(
    ("config", "backend", "path", "what", "hint"),
    [
        (
            moving(2, advert_int=1),
            {},
            "keepalived_instances[0].advert_int",
            "lost can take 3.01 s",
            "advert_int",
        ),
        (moving(2, SLOW_SCRIPT), {}, "keepalived_scripts[0].interval", "s sees can take 6 s", "interval"),
        (
            moving(2, SLOW_NEIGHBOUR),
            {},
            "keepalived_bfd[0].multiplier",
            "its loss can take 3 s",
            "multiplier",
        ),
        (
            moving(2),
            {"server_defaults": {"inter": "5s"}},
            "haproxy_backends[0].server_defaults",
            "a silent server can take 5.9 s",
            "inter, fall, timeout_check or timeout_connect",
        ),
    ],
)
def test_a_broken_promise_is_told_with_what_to_lower(
    config: KeepalivedConfig, backend: dict[str, Any], path: str, what: str, hint: str
) -> None:
    (problem,) = broken(config, **backend)
    assert problem.path == path
    assert f"{what}, but keepalived_promise is 2 s" in problem.problem
    assert problem.hint == f"promise more, or lower {hint}"


def test_the_table_tells_every_failure_and_the_promise() -> None:
    lines = budget.table("main", moving(promise=2), balancing())
    assert lines[0] == (
        "The pair main, with the profile standard: seconds until clients are served again, at worst"
    )
    assert "       0.30  the active node is lost: 10 adverts every 0.03 s and the standby's skew" in lines
    assert "       0.05  HAProxy dies: a question is refused, one every 0.05 s" in lines
    assert "       0.21  HAProxy hangs: 2 questions stay open for 0.08 s" in lines
    assert "       1.20  in the backend shop" in lines
    assert lines[-1] == "  promised: 2 s"
    assert budget.table("main", moving(), balancing())[-1] == "  promised: nothing (keepalived_promise)"
