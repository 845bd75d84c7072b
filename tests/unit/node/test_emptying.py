"""A HAProxy whose connections end in time, or not."""

from __future__ import annotations

from typing import cast

from fake_haproxy import System

from evergate.node.emptying import empty
from evergate.node.haproxy_master import Processes
from evergate.node.haproxy_system import System as Real


def reloading(*former: int | None) -> System:
    """Return a HAProxy that takes a reload, with so many former workers at each question."""
    system = System()

    def take() -> None:
        system.now_processes, system.now_worker = Processes(1, 0, 200), 200

    system.later[1] = take
    system.master.former = list(former)
    return system


def test_it_is_waited_until_the_former_workers_have_ended() -> None:
    system = reloading(None, 2, 1, 0)
    assert empty(60, cast(Real, system)) == 0
    assert (system.done, system.master.former) == (["reload"], [])


def test_patience_has_an_end() -> None:
    assert empty(3, cast(Real, reloading(*[1] * 99))) == 1


def test_a_haproxy_that_does_not_run_has_no_connections() -> None:
    system = System(active=False)
    assert empty(60, cast(Real, system)) == 0
    assert system.done == []
