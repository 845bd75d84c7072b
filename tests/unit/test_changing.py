from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from evergate.changing import turns
from evergate.errors import InvalidData


def host(
    *here: str,
    changed: bool = True,
    kind: str = "reload",
    pair: str = "one",
    reasons: Sequence[str] = (),
    **but: Any,
) -> dict[str, Any]:
    """Return a load balancer's variables after the previews; `here` are the VIPs that it holds."""
    return {
        "evergate_pair": pair,
        "group_names": ["load_balancers"],
        "__haproxy_preview": {"changed": changed, "kind": kind, "reasons": []},
        "__keepalived_preview": {
            "changed": False,
            "kind": "start" if kind == "start" else "nothing",
            "reasons": reasons,
        },
        "__holds": {"stdout": json.dumps(here)},
    } | but


def test_the_standby_comes_before_the_active_node() -> None:
    assert turns({"lb1": host("203.0.113.100"), "lb2": host()}, ["lb1", "lb2"])["all"] == ["lb2", "lb1"]


def test_pairs_come_one_after_another() -> None:
    hosts = {
        "lb1": host("203.0.113.100"),
        "lb3": host("203.0.113.100", pair="two"),
        "lb2": host(),
        "lb4": host(pair="two"),
    }
    found = turns(hosts, list(hosts))
    assert (found["all"], found["batches"]) == (["lb2", "lb1", "lb4", "lb3"], [1])


def test_who_stays_as_it_is_is_left_alone() -> None:
    found = turns({"lb1": host(changed=False, kind="nothing")}, ["lb1"])
    assert found == {"all": [], "batches": [1], "locked": []}


def test_who_serves_nothing_waits_for_nobody() -> None:
    hosts = {"lb1": host("203.0.113.100"), "lb2": host(kind="start")}
    found = turns(hosts, list(hosts))
    assert (found["all"], found["batches"]) == (["lb2", "lb1"], [1, 1])
    assert found["locked"] == ["lb1", "lb2"]


def test_nodes_that_would_not_count_each_others_adverts_change_together() -> None:
    cut = ["until all nodes have the change they do not count each other's adverts of shop"]
    hosts = {"lb1": host(reasons=cut), "lb2": host(reasons=cut), "lb3": host(pair="two")}
    found = turns(hosts, list(hosts))
    assert (found["all"], found["batches"]) == (["lb1", "lb2", "lb3"], [2, 1])


def test_a_run_without_the_other_node_does_not_cut_a_pair() -> None:
    cut = ["until all nodes have the change they do not count each other's adverts of shop"]
    hosts = {"lb1": host("203.0.113.100"), "lb2": host(reasons=cut), "lb3": host(pair="two")}
    with pytest.raises(InvalidData, match="lb2 would not count the adverts of lb1 any more"):
        turns(hosts, ["lb2", "lb3"])


def test_other_previews_are_judged_in_the_same_way() -> None:
    cut = ["until all nodes have the change they do not count each other's adverts of shop"]
    back = {"changed": True, "kind": "restart", "reasons": cut}
    hosts = {name: host(changed=False, __keepalived_changed=back) for name in ("lb1", "lb2")}
    assert turns(hosts, ["lb1", "lb2"], ["__keepalived_changed"])["batches"] == [2, 1]
