"""Reloads of a HAProxy that takes them, refuses them, or dies of them."""

from __future__ import annotations

import pytest
from fake_haproxy import System

from evergate.node.haproxy_master import Processes
from evergate.node.haproxy_reload import reload
from evergate.node.service import Refused

ALERT = "[ALERT]    (1) : Binding [c:1] for frontend web: cannot bind socket (Address already in use)\n"


def becomes(system: System, processes: Processes | None, worker: int | None) -> None:
    system.now_processes, system.now_worker = processes, worker


def test_a_reload_is_over_when_the_new_worker_answers() -> None:
    system = System()
    system.later[1] = lambda: becomes(system, Processes(1, 0, 200), 100)  # the old one still answers
    system.later[2] = lambda: becomes(system, Processes(1, 0, 200), 200)
    reload(system)
    assert (system.done, round(system.time)) == (["reload"], 2)


def test_a_master_that_keeps_its_worker_has_refused_and_says_why() -> None:
    system = System()
    system.master.said = ALERT
    system.later[1] = lambda: becomes(system, Processes(1, 1, 100), 100)
    with pytest.raises(Refused, match=r"did not start: Binding .*Address already in use\)$"):
        reload(system)


def test_what_a_master_of_2_6_does_not_say_is_in_the_journal_a_little_later() -> None:
    system = System()
    system.later[1] = lambda: becomes(system, Processes(1, 1, 100), 100)
    system.later[1.3] = lambda: setattr(system, "log", f"{ALERT}[ALERT]    (100) : backend 'b' is down\n")
    with pytest.raises(Refused, match=r"Address already in use\)$"):
        reload(system)


def test_without_the_masters_socket_the_workers_number_tells() -> None:
    system = System(now_processes=None)
    system.later[1] = lambda: becomes(system, None, 200)
    reload(system)
    assert round(system.time) == 1


def test_without_it_a_refused_reload_is_told_by_no_new_worker_in_a_minute() -> None:
    with pytest.raises(Refused, match="it does not say why"):
        reload(System(now_processes=None))


def test_a_haproxy_that_died_of_it_is_not_waited_for() -> None:
    system = System()

    def die() -> None:
        becomes(system, None, None)
        system.active = False

    system.later[1] = die
    with pytest.raises(Refused, match="did not start"):
        reload(system)
    assert system.time < 5


def test_one_that_is_dead_is_started() -> None:
    system = System(active=False, now_processes=None, now_worker=None)
    system.reload = lambda: setattr(system, "active", True)
    system.later[1] = lambda: becomes(system, Processes(0, 0, 300), 300)
    reload(system)
    assert system.done == ["restart"]


def test_what_the_units_own_check_refuses_is_said_by_haproxy() -> None:
    def refuse() -> list[str]:
        raise Refused("parsing [haproxy.cfg:3] : unknown keyword")

    with pytest.raises(Refused, match="unknown keyword"):
        reload(System(reload=lambda: "Job for haproxy.service failed.", checked=refuse))


def test_what_systemd_refuses_is_said_by_systemd() -> None:
    with pytest.raises(Refused, match="could not reload it: Unit is masked"):
        reload(System(reload=lambda: "Unit is masked."))
