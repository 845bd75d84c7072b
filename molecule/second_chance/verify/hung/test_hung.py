"""HAProxy was stopped on the node that had the connections, which handed the VIP over and lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab import assert_whole

AT_ONCE = 200  # ms


def test_what_was_handed_over_to_a_hung_haproxy_is_reset_at_once(
    client: Callable[[str], dict[str, Any]],
) -> None:
    kept = client("hung")["after"]
    assert {each["outcome"] for each in kept} == {"ConnectionResetError"}
    assert len(kept) == 10
    assert max(each["ms"] for each in kept) < AT_ONCE


def test_it_was_handed_over_by_the_node_that_holds_the_vip(
    nodes: Callable[[str], tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    before, after = nodes("hung"), nodes("hung_used")
    assert after[0]["passed_on"] - before[0]["passed_on"] >= 10


def test_the_pair_is_whole() -> None:
    assert_whole()
