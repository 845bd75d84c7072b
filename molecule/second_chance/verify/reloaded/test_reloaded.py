"""An operator's firewall, keepalived and HAProxy were reloaded between the move and the next request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lab import LOAD_BALANCERS, assert_whole, host

OWN = {f"table {family} evergate_second_chance" for family in ("inet", "ip", "ip6")}


def test_connections_made_before_the_move_are_answered_after_the_reload(
    client: Callable[[str], dict[str, Any]],
) -> None:
    kept = client("reloaded")
    assert Counter(each["outcome"] for each in kept["before"] + kept["after"]) == {"200": 20}


def test_the_tables_stood_beside_the_operators(
    nodes: Callable[[str], tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for node in nodes("reloaded"):
        assert set(node["tables"]) == {*OWN, "table inet operator"}


@pytest.mark.parametrize("node", LOAD_BALANCERS)
def test_the_operators_table_is_what_it_was(node: str) -> None:
    before, after = (
        host(node).file(f"/run/lab/operator_{when}").content_string for when in ("before", "after")
    )
    assert "ct state invalid drop" in before
    assert before == after


@pytest.mark.parametrize("node", LOAD_BALANCERS)
def test_the_tables_outlive_the_operators(node: str) -> None:
    assert set(host(node).check_output("nft list tables").splitlines()) == OWN


def test_the_pair_is_whole() -> None:
    assert_whole()
