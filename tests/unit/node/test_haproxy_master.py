"""The master's table of processes, as 2.6 and 3.0 print it."""

from __future__ import annotations

import pytest

from evergate.node.haproxy_master import Master, Processes, parsed, verdict

TABLE = """\
#<PID>          <type>          <reloads>       <uptime>        <version>
16864           master          {master}   0d00h00m09s     2.6.12-1+deb12u4
# workers
17046           worker          2               0d00h00m07s     2.6.12-1+deb12u4
# old workers
16867           worker          3               0d00h00m09s     2.6.12-1+deb12u4
# programs

"""
BEFORE = Processes(2, 0, 17046)


def test_the_worker_is_the_one_that_takes_connections() -> None:
    assert parsed(TABLE.format(master="3 [failed: 2]")) == Processes(3, 2, 17046)


def test_a_master_that_counts_no_failures_is_understood() -> None:
    assert parsed(TABLE.format(master="3")) == Processes(3, 0, 17046)


def test_former_workers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Master, "_ask", lambda self, command: TABLE.format(master="3"))
    assert Master().leaving() == 1


def test_another_answer_is_none() -> None:
    with pytest.raises(OSError, match="does not tell its processes"):
        parsed("Permission denied\n")


@pytest.mark.parametrize(
    ("now", "took"),
    [
        (Processes(2, 0, 17046), None),
        (Processes(3, 0, 17415), True),
        (Processes(3, 1, 17046), False),
        (Processes(4, 2, 17046), False),
        (Processes(3, 0, None), False),
    ],
)
def test_a_reload_took_if_a_new_worker_came_and_none_failed(now: Processes, took: bool | None) -> None:
    assert verdict(BEFORE, now) is took


def test_a_reload_that_follows_a_failed_one_counts_for_itself() -> None:
    assert verdict(Processes(3, 2, 17046), Processes(4, 0, 17415)) is True
