"""Twenty packets of connections that nobody has came while each node took the other for their owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab import VIPS, assert_whole


def test_a_packet_is_passed_on_once_by_the_holder_and_by_the_other_node_never(
    nodes: Callable[[str], tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    before, after = nodes("before_strangers"), nodes("after_strangers")
    assert [after[i]["passed_on"] - before[i]["passed_on"] for i in (0, 1)] == [20, 0]


def test_the_client_is_told_once_that_there_is_no_such_connection(
    client: Callable[[str], dict[str, Any]],
) -> None:
    assert client("strangers")["resets"] == {vip: [1] * 10 for vip in VIPS}


def test_the_pair_is_whole() -> None:
    assert_whole()
