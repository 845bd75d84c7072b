from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evergate.doctor import Finding, Member, examine, report

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
VIP = "203.0.113.100"


def facts(**but: Any) -> dict[str, Any]:
    """Return what a standby in good health tells."""
    good = {"revision": 3, "changed": [], "damaged": []}
    return {
        "time": 1_795_000_000.0,
        "packages": {"haproxy": "3.0.11-1", "keepalived": "1:2.3.3-1"},
        "units": {"haproxy.service": "active", "evergate-second-chance.service": "missing"},
        "unfit": [],
        "holds": [],
        "vrrp": {"shop": "well"},
        "servers": {"shop/app1": "UP", "shop/app2": "UP"},
        "configurations": {"haproxy": good, "keepalived": good},
        "certificates": {"shop.pem": "Mar  1 00:00:00 2027 GMT"},
        "sysctl": {},
        "reboot": False,
    } | but


def found(standby: dict[str, Any] | None, active: dict[str, Any] | None = None, **of: Any) -> list[Finding]:
    members = [Member("lb1", active or facts(holds=[VIP])), Member("lb2", standby, **of)]
    return examine({"one": members}, {"one": [VIP]}, NOW)


def told(*arguments: Any, **of: Any) -> list[tuple[str, str, bool]]:
    return [(each.host, each.what, each.problem) for each in found(*arguments, **of)]


def test_a_site_in_good_health_has_no_finding() -> None:
    assert found(facts()) == []
    members = {"one": [Member("lb1", facts()), Member("lb2", facts())]}
    assert report(members, []) == {
        "ok": True,
        "lines": ["1 pair, 2 load balancers: no problems, 0 warnings"],
        "findings": [],
    }


@pytest.mark.parametrize(
    ("change", "what", "problem"),
    [
        ({"units": {"keepalived.service": "failed"}}, "keepalived.service is failed", True),
        ({"units": {"a.path": "active, not at boot"}}, "a.path would not start at boot", True),
        ({"unfit": ["maintenance"]}, "is in maintenance", False),
        ({"unfit": ["haproxy_answers"]}, "must not be active: /run/evergate/haproxy_answers", True),
        ({"vrrp": {"shop": "split"}}, "instance shop: split", True),
        ({"servers": None}, "HAProxy does not answer on its socket", True),
        ({"servers": {"shop/app1": "DOWN 1/2", "shop/app2": "UP"}}, "server shop/app1 is down", True),
        ({"sysctl": {"net.ipv4.ip_nonlocal_bind": "0, wanted 1"}},
         "net.ipv4.ip_nonlocal_bind is 0, wanted 1", True),
        ({"reboot": True}, "wants to be rebooted", False),
        ({"certificates": {"a.pem": "Nov 24 00:00:00 2026 GMT"}}, "certificate a.pem has expired", True),
        ({"certificates": {"a.pem": "Dec  1 00:00:00 2026 GMT"}},
         "certificate a.pem expires on 2026-12-01", False),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_node_is_told(change: dict[str, Any], what: str, problem: bool) -> None:
    assert told(facts(**change)) == [("lb2", what, problem)]


def test_a_configuration_that_was_changed_by_hand_or_never_proved_is_told() -> None:
    by_hand = {"revision": 3, "changed": ["/etc/haproxy/haproxy.cfg"], "damaged": ["000002"]}
    never = {"revision": None, "damaged": []}
    assert told(facts(configurations={"haproxy": by_hand, "keepalived": never})) == [
        ("lb2", "changed by hand: /etc/haproxy/haproxy.cfg", True),
        ("lb2", "kept configurations of haproxy are damaged: 000002", False),
        ("lb2", "no configuration of keepalived was ever proved", False),
    ]


def test_what_the_inventory_would_change_is_told() -> None:
    assert told(facts(), drift=("haproxy would be reloaded",)) == [
        ("lb2", "is not as the inventory has it: haproxy would be reloaded", True)
    ]


def test_a_vip_has_one_holder() -> None:
    assert told(facts(holds=[VIP])) == [("lb1, lb2", f"{VIP} is held by lb1 and lb2", True)]
    assert told(facts(), facts()) == [("lb1, lb2", f"{VIP} is held by nobody", True)]


def test_a_node_that_was_not_reached_may_hold_the_vip() -> None:
    assert told(None, facts()) == [("lb2", "cannot be reached", True)]


def test_members_that_differ_are_told_together() -> None:
    other = facts(
        time=1_795_000_007.0,
        packages={"haproxy": "3.0.12-1", "keepalived": "1:2.3.3-1"},
        servers={"shop/app1": "DRAIN", "shop/app2": "UP 1/2"},
    )
    assert told(other) == [
        ("lb1, lb2", "server shop/app1 is ready on lb1, drain on lb2", True),
        ("lb1, lb2", "haproxy is 3.0.11-1 on lb1, 3.0.12-1 on lb2", False),
        ("lb1, lb2", "clocks differ by 7 s", False),
    ]


def test_the_report_is_a_table_with_a_sum_and_says_whether_all_is_well() -> None:
    findings = found(facts(reboot=True, units={"haproxy": "failed"}))
    members = {"one": [Member("lb1", facts()), Member("lb2", facts())]}
    told = report(members, findings)
    assert not told["ok"]
    assert told["lines"] == [
        "pair  host           what                  what to do",
        "one   lb2   problem  haproxy is failed     journalctl --unit haproxy says why",
        "one   lb2   warning  wants to be rebooted  maintain_node.yml -e state=begin, reboot, -e state=end",
        "1 pair, 2 load balancers: 1 problem, 1 warnings",
    ]
    assert told["findings"][0]["what"] == "haproxy is failed"
    assert report(members, findings[1:])["ok"]
