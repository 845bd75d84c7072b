"""Switchover, maintenance, deployments good and bad, an upgrade, a retirement: no client has noticed."""

from __future__ import annotations

import re

import pytest
from lab import APP_SERVERS, LOAD_BALANCERS, assert_whole, host
from load import seen, silences

MOVE = 0.04  # s: twice what is promised of a switchover, for the machine's noise
OUTAGE = 0.1  # s, while the machine is busy with a release
NEAR = 1.0  # s, between a move and what it costs
MOVED = re.compile(r"^([0-9.]+) .*Entering MASTER STATE$", re.MULTILINE)


@pytest.mark.parametrize(("mode", "rate"), [("new", 300), ("keep-alive", 100)])
def test_no_request_was_lost(mode: str, rate: int) -> None:
    run = seen(mode)
    assert len(run.requests) >= rate * (run.ended - run.started - 1)
    assert [request for request in run.requests if not request.ok] == []


def moves() -> list[float]:
    """Return when a node took the VIP."""
    journal = f"journalctl --unit=keepalived --output=short-unix --since=@{seen('new').started:.0f}"
    return [float(at) for node in LOAD_BALANCERS for at in MOVED.findall(host(node).check_output(journal))]


def test_new_connections_were_answered_all_along() -> None:
    gaps = silences(seen("new"))
    assert max(gap for _, gap in gaps) <= OUTAGE
    moved = moves()
    assert len(moved) >= 2
    assert max(gap for at, gap in gaps if any(abs(at - move) <= NEAR for move in moved)) <= MOVE


def test_the_inventorys_release_runs_and_those_that_failed_are_no_reason_to_refuse_site_yml() -> None:
    for server in APP_SERVERS:
        links = [host(server).file(f"/opt/shop/{name}").linked_to for name in ("current", "superseded")]
        assert links == ["/opt/shop/releases/1.1.0"] * 2


def test_old_releases_are_gone() -> None:
    kept = {server: set(host(server).check_output("ls /opt/shop/releases").split()) for server in APP_SERVERS}
    assert kept == {"app1": {"1.1.0", "1.2.0"}, "app2": {"1.1.0", "1.2.0"}, "app3": {"1.1.0", "1.2.0"}}


def test_every_server_serves_again() -> None:
    assert_whole()
