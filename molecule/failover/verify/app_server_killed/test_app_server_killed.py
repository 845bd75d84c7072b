"""An app server is killed with its requests in flight."""

from __future__ import annotations

from lab import assert_whole, drill, host


def test_the_promise_was_kept() -> None:
    assert drill("app_server_killed").broken == ()


def test_the_pair_is_whole_again() -> None:
    assert_whole()


def test_every_request_was_answered() -> None:
    found = drill("app_server_killed").found
    assert found.new.requests + found.keep_alive.requests > 4000
    assert (found.new.failed, found.keep_alive.failed) == (0, 0)


def test_the_server_that_was_killed_serves_again() -> None:
    assert host("app1").service("shop").is_running
