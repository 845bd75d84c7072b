"""A switchover, the maintenance of both load balancers and of an app server: no client has noticed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lab import LOAD_BALANCERS, PROJECT, assert_whole, host

from evergate.drill.recording import Run

OUTAGE = 0.04  # s: twice what is promised of a switchover, for the machine's noise


def run(mode: str) -> Run:
    """Return what the client has seen."""
    lines = (PROJECT / "build" / "operations" / f"{mode}.jsonl").read_text().splitlines()
    return Run.from_lines(lines)


@pytest.mark.parametrize(("mode", "rate"), [("new", 300), ("keep-alive", 100)])
def test_no_request_was_lost(mode: str, rate: int) -> None:
    requests = run(mode).requests
    assert len(requests) >= rate * 119
    assert [request for request in requests if not request.ok] == []


def test_new_connections_were_answered_all_along() -> None:
    answered = sorted(request.ended for request in run("new").requests)
    assert max(later - sooner for sooner, later in pairwise(answered)) <= OUTAGE


def test_the_vip_has_moved_meanwhile() -> None:
    since = f"--since=@{run('new').started:.0f}"
    told = [host(node).check_output("journalctl --unit keepalived %s", since) for node in LOAD_BALANCERS]
    assert sum(journal.count("Entering MASTER STATE") for journal in told) >= 2


def test_every_server_serves_again() -> None:
    assert_whole()
