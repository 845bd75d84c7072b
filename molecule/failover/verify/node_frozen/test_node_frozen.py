"""The active node stops between two instructions, and goes on later."""

from __future__ import annotations

from lab import LOAD_BALANCERS, assert_whole, drill


def test_the_promise_was_kept() -> None:
    assert drill("node_frozen").broken == ()


def test_the_pair_is_whole_again() -> None:
    assert_whole()


def test_one_node_alone_holds_the_vip_in_the_end() -> None:
    assert drill("node_frozen").found.whole.after in LOAD_BALANCERS
