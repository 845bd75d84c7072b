"""The VIP was handed over; then 200 new connections were made, and ten old ones were used again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from lab import assert_whole

Client = Callable[[str], dict[str, Any]]
Nodes = Callable[[str], tuple[dict[str, Any], dict[str, Any]]]


def outcomes(answers: list[dict[str, Any]]) -> Counter[str]:
    return Counter(each["outcome"] for each in answers)


def test_connections_made_before_the_move_are_answered_after_it(client: Client) -> None:
    kept = client("moved")
    assert outcomes(kept["before"]) == outcomes(kept["after"]) == {"200": 10}


def test_they_have_stayed_where_they_were(client: Client, nodes: Nodes) -> None:
    new_holder, old_holder = nodes("new")
    ports = set(client("moved")["ports"])
    assert ports <= set(old_holder["ports"])
    assert not ports & set(new_holder["ports"])


def test_each_of_their_requests_was_passed_on_by_the_node_that_does_not_know_them(nodes: Nodes) -> None:
    before, after = nodes("new"), nodes("asked")
    assert after[0]["passed_on"] - before[0]["passed_on"] >= 10
    assert [after[i]["connections"] - before[i]["connections"] for i in (0, 1)] == [0, 0]


def test_new_connections_are_answered_by_the_new_holder_and_by_no_other(client: Client, nodes: Nodes) -> None:
    before, after = nodes("moved"), nodes("new")
    assert outcomes(client("new")["new"]) == {"200": 200}
    assert [after[i]["connections"] - before[i]["connections"] for i in (0, 1)] == [200, 0]


def test_not_one_packet_of_a_new_connection_is_passed_on(nodes: Nodes) -> None:
    before, after = nodes("moved"), nodes("new")
    assert [after[i]["passed_on"] - before[i]["passed_on"] for i in (0, 1)] == [0, 0]


def test_the_pair_is_whole() -> None:
    assert_whole()
