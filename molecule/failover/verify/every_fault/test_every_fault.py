"""Every fault of the lab's inventory was made, survived, and cost no more than promised."""

from __future__ import annotations

import pytest
import yaml
from lab import PROJECT, assert_whole, debian, drill

FAULTS = yaml.safe_load((PROJECT / "inventories/lab/group_vars/clients/drill.yml").read_text())[
    "drill_faults"
]
each_fault = pytest.mark.parametrize("fault", FAULTS)


@each_fault
def test_every_promise_was_kept(fault: str) -> None:
    assert drill(fault).broken == ()


@each_fault
def test_every_round_was_made_under_the_full_load(fault: str) -> None:
    rounds = drill(fault).rounds
    assert len(rounds) == (1 if debian() == 12 else 3)
    for each in rounds:
        assert each.evidence.new.rate == 500
        assert each.evidence.keep_alive.rate == 100
        assert each.found.new.requests > 3000


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.startswith("app_server_")])
def test_no_post_was_executed_twice(fault: str) -> None:
    for each in drill(fault).rounds:
        assert each.found.post is not None
        assert each.found.post.ok > 50
        assert each.found.executed_twice == 0


def test_the_pair_is_whole_again() -> None:
    assert_whole()
