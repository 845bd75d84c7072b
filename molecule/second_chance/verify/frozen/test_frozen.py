"""The node that had the connections was frozen: nobody can answer them any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab import assert_whole

AT_ONCE = 200  # ms


def test_its_connections_are_reset_at_once_rather_than_left_hanging(
    client: Callable[[str], dict[str, Any]],
) -> None:
    kept = client("frozen")["after"]
    assert {each["outcome"] for each in kept} == {"ConnectionResetError"}
    assert len(kept) == 10
    assert max(each["ms"] for each in kept) < AT_ONCE


def test_the_pair_is_whole() -> None:
    assert_whole()
