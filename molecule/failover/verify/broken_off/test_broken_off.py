"""The faults of drills that were killed have healed, and nothing of them is left."""

from __future__ import annotations

import time

import pytest
from lab import LOAD_BALANCERS, PROJECT, assert_whole, host


@pytest.mark.parametrize("fault", ["node_cut_off", "node_frozen"])
def test_the_drill_was_broken_off_before_it_could_report(fault: str) -> None:
    assert not (PROJECT / "build" / "broken-off" / fault / "1" / "events.jsonl").exists()
    assert not (PROJECT / "build" / "broken-off" / "report.json").exists()


@pytest.mark.parametrize("node", LOAD_BALANCERS)
def test_no_fault_is_left(node: str) -> None:
    give_up = time.monotonic() + 10
    while host(node).service("evergate-drill-fault").is_running and time.monotonic() < give_up:
        time.sleep(0.2)
    assert not host(node).service("evergate-drill-fault").is_running
    assert "evergate_drill" not in host(node).check_output("nft list tables")


def test_the_pair_is_whole_again() -> None:
    assert_whole()
