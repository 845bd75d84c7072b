"""A drained server stayed drained, and serves again since it was asked to."""

from __future__ import annotations

from lab import assert_whole


def test_the_pair_is_whole_and_every_server_answers() -> None:
    assert_whole()
