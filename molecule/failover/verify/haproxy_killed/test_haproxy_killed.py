"""The active node's HAProxy is killed."""

from __future__ import annotations

from lab import assert_whole, drill


def test_the_promise_was_kept() -> None:
    assert drill("haproxy_killed").broken == ()


def test_the_pair_is_whole_again() -> None:
    assert_whole()


def test_the_vip_stays_with_the_successor() -> None:
    recorded = drill("haproxy_killed")
    assert recorded.found.whole.after == recorded.found.during.after
    assert recorded.found.whole.moves == 1
