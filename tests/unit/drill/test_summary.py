"""The figures, from recordings small enough to reckon by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evergate.drill.summary import holders, summarise

START = 1000.0


def run_of(*requests: tuple[float, float, str], ended: float = 1010.0, **other: Any) -> list[str]:
    """Return a run's lines; a request is when it was due (s after the start), its ms and its outcome."""
    head = {"prober": 1, "url": "http://203.0.113.10/", "rate": 1, "mode": "new", "deadline": 1, "slow": 0.5}
    body = [
        {"at": START + at, "ms": ms, "outcome": outcome, "server": "app1", "late_ms": 0.5} | other
        for at, ms, outcome in requests
    ]
    records = [head | {"started": START}, *body, {"ended": ended, "requests": len(body)}]
    return [json.dumps(record) for record in records]


def watch_of(*samples: str) -> list[str]:
    """Return a watch's lines, a sample every 0.1 s, each the holders' numbers: "1", "2", "12" or ""."""
    body = [
        {"at": START + number / 10, "holders": [f"lb{digit}" for digit in sample]}
        for number, sample in enumerate(samples)
    ]
    head = {"watcher": 1, "vip": "203.0.113.10", "interval": 0.1, "started": START}
    return [json.dumps(record) for record in (head, *body, {"ended": START + 9, "samples": len(body)})]


def test_an_outage_lies_between_the_ends_of_two_good_answers() -> None:
    run = [(0, 100, "ok"), (1, 900, "refused"), (2, 10, "timeout"), (3, 400, "ok"), (4, 10, "ok")]
    summary = summarise(run_of(*run, ended=1004.1))
    assert summary.outage_ms == pytest.approx(3300)
    assert (summary.outage_start, summary.outage_end) == (1000.1, 1003.4)


def test_an_outage_at_the_start_counts_from_the_start() -> None:
    assert summarise(run_of((0, 1, "reset"), (4, 10, "ok"), ended=1005)).outage_ms == pytest.approx(4010)


def test_an_outage_at_the_end_counts_to_the_end() -> None:
    assert summarise(run_of((0, 0, "ok"), (4, 10, "reset"), ended=1005)).outage_ms == pytest.approx(5000)


def test_a_run_without_a_good_answer_is_one_outage() -> None:
    summary = summarise(run_of((0, 10, "reset"), ended=1007))
    assert summary.outage_ms == pytest.approx(7000)
    assert (summary.ok, summary.median_ms, summary.max_ms, summary.servers) == (0, 0, 0, {})


def test_a_slow_answer_in_flight_is_no_answer_until_it_ends() -> None:
    assert summarise(run_of((0, 0, "ok"), (1, 3000, "ok"), ended=1004)).outage_ms == pytest.approx(4000)


def test_failures_are_counted_by_kind_and_slow_answers_are_no_failures() -> None:
    run = [(0, 1, "ok"), (1, 500, "ok"), (2, 501, "ok"), (3, 900, "reset"), (4, 1, "status"), (5, 1, "reset")]
    summary = summarise(run_of(*run))
    assert (summary.requests, summary.ok, summary.failed, summary.slow) == (6, 3, 3, 1)
    assert summary.failed_by_kind == {"reset": 2, "status": 1}
    assert (summary.unavailable, summary.failed_max_ms) == (0, 900)
    assert (summary.median_ms, summary.max_ms, summary.late_ms) == (500, 501, 0.5)
    assert summary.servers == {"app1": 3}


def test_an_answer_without_a_server_name_counts_for_no_server() -> None:
    assert summarise(run_of((0, 1, "ok"), server=None)).servers == {}


def test_a_move_is_seen_with_the_time_nobody_held_the_vip() -> None:
    ownership = holders(watch_of("1", "1", "", "", "2", "2"), START, START + 0.6)
    assert (ownership.before, ownership.after, ownership.moves, ownership.samples) == ("lb1", "lb2", 1, 6)
    assert ownership.none_ms == pytest.approx(200)
    assert (ownership.two_ms, ownership.two_samples) == (0, 0)
    stretches = [(round(item.start - START, 3), item.holders) for item in ownership.timeline]
    assert stretches == [(0, ("lb1",)), (0.2, ()), (0.4, ("lb2",))]


def test_two_holders_are_counted_and_are_no_move_of_their_own() -> None:
    ownership = holders(watch_of("1", "12", "12", "2", "12", "1"), START, START + 0.6)
    assert (ownership.two_samples, ownership.moves) == (3, 2)
    assert ownership.two_ms == pytest.approx(200)


def test_a_change_of_who_the_two_holders_are_does_not_end_the_stretch() -> None:
    assert holders(watch_of("1", "12", "23", "1"), START, START + 0.4).two_ms == pytest.approx(200)


def test_the_window_takes_its_first_holder_from_the_sample_before_it() -> None:
    ownership = holders(watch_of("1", "2", "1", "1"), START + 0.15, START + 0.3)
    assert (ownership.before, ownership.after, ownership.samples) == ("lb2", "lb1", 1)
    assert ownership.timeline[0].start == START + 0.15


def test_the_window_ends_before_the_sample_at_its_end() -> None:
    assert holders(watch_of("1", "1", "2"), START, START + 0.2).after == "lb1"


def test_two_holders_at_the_end_are_both_named_and_nobody_is_empty() -> None:
    assert holders(watch_of("", "12"), START, START + 0.2).before == ""
    assert holders(watch_of("", "12"), START, START + 0.2).after == "lb1 + lb2"


def test_a_watcher_that_slept_says_for_how_long() -> None:
    assert holders(watch_of("1", "1"), START, START + 0.9).blind_ms == pytest.approx(800)


def test_an_answer_that_says_unavailable_is_counted_apart() -> None:
    run = [(0, 1, "ok"), (1, 5, "status"), (2, 9, "status")]
    assert summarise(run_of(*run, status=503)).unavailable == 2
    assert summarise(run_of(*run, status=502)).unavailable == 0
