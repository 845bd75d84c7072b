"""What is promised under which terms."""

from __future__ import annotations

import pytest

from evergate.drill.faults import FAULTS
from evergate.drill.promises import Limit, Terms


def limit(fault: str, **terms: float | str | bool) -> Limit | None:
    return FAULTS[fault].promise.under(Terms(**terms)).outage  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("faults", "standard", "fast"),
    [
        ("node_frozen node_powered_off node_cut_off", (350, 500), (100, 200)),
        ("haproxy_killed haproxy_worker_killed haproxy_master_killed", (100, 200), (60, 100)),
        ("haproxy_hung haproxy_worker_hung haproxy_exhausted", (250, 400), (150, 200)),
        ("keepalived_killed keepalived_hung", (350, 500), (100, 200)),
        ("keepalived_stopped", (60, 60), (60, 60)),
        ("switchover", (20, 20), (20, 20)),
    ],
)
def test_an_outage_is_promised_with_every_profile(
    faults: str, standard: tuple[float, float], fast: tuple[float, float]
) -> None:
    for fault in faults.split():
        assert limit(fault) == Limit(*standard)
        assert limit(fault, profile="fast") == Limit(*fast)


def test_a_wide_area_takes_eight_times_as_long_for_a_node_or_a_hang_and_four_times_for_the_rest() -> None:
    assert limit("node_frozen", profile="wan") == Limit(2800, 4000)
    assert limit("haproxy_hung", profile="wan") == Limit(2000, 3200)
    assert limit("haproxy_killed", profile="wan") == Limit(400, 800)


def test_a_tolerance_stretches_every_time_and_no_count() -> None:
    terms = Terms(tolerance=2)
    assert limit("node_frozen", tolerance=2) == Limit(700, 1000)
    app = FAULTS["app_server_killed"].promise.under(terms)
    assert (app.ejected_ms, app.unheld_ms, app.failed_new, app.moves) == (3000, 200, 0, 0)
    split = FAULTS["split_brain"].promise.under(terms)
    assert (split.split_seen_ms, split.settled_ms) == (2000, 2000)
    assert FAULTS["app_servers_gone"].promise.under(terms).unavailable_ms == 1000
    assert FAULTS["node_frozen"].promise.under(terms).two_ms == 400


def test_a_preferred_node_may_take_the_vip_back_where_it_may_move_at_all() -> None:
    terms = Terms(preempt=True)
    assert FAULTS["node_powered_off"].promise.under(terms).moves == 2
    assert FAULTS["app_server_killed"].promise.under(terms).moves == 0
    assert FAULTS["split_brain"].promise.under(terms).moves is None
