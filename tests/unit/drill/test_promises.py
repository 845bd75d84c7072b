"""Every promise, kept and broken, by recordings of the generator in conftest.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.evidence import Evidence
from evergate.drill.promises import PROMISES, judge
from evergate.drill.recording import InvalidRecording


def broken(scene: Any, tmp_path: Path) -> str:
    return "; ".join(judge(Evidence.read(scene.write(tmp_path))).broken)


def app(scene: Any, **changes: Any) -> Any:
    return scene.but(fault="app_server_killed", node="app1", **changes)


def without_events(place: Path, kind: str) -> Evidence:
    kept = [
        line
        for line in (place / "events.jsonl").read_text().splitlines()
        if json.loads(line)["event"] != kind
    ]
    (place / "events.jsonl").write_text("".join(f"{line}\n" for line in kept))
    return Evidence.read(place)


@pytest.mark.parametrize("fault", ["haproxy_killed", "haproxy_hung", "node_frozen", "node_cut_off"])
def test_a_quick_failover_keeps_its_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    assert broken(scene.but(fault=fault), tmp_path) == ""


def test_a_killed_app_server_that_costs_nothing_keeps_its_promise(scene: Any, tmp_path: Path) -> None:
    assert broken(app(scene), tmp_path) == ""


@pytest.mark.parametrize("fault", [fault for fault, promise in PROMISES.items() if promise.outage_ms])
def test_an_outage_longer_than_promised_is_told_in_ms(fault: str, scene: Any, tmp_path: Path) -> None:
    reasons = broken(scene.but(fault=fault, outage=1.2, unheld=1.1), tmp_path)
    assert "new connections had no answer for 120" in reasons
    assert "promised: at most 1000 ms" in reasons


@pytest.mark.parametrize("fault", list(PROMISES))
def test_a_drill_without_a_fault_breaks_its_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    node = "lb1" if PROMISES[fault].vip_moves else "app1"
    evidence = without_events(scene.but(fault=fault, node=node).write(tmp_path), "fault")
    assert judge(evidence).broken == ("no fault was recorded, so nothing was shown",)


@pytest.mark.parametrize("fault", [fault for fault, promise in PROMISES.items() if promise.vip_moves])
def test_a_fault_that_did_not_move_the_vip_breaks_its_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    still = scene.but(fault=fault, other="lb1", unheld=0, outage=0)
    assert "the VIP did not move: held by lb1 before the fault, by lb1 after" in broken(still, tmp_path)


def test_a_vip_nobody_takes_over_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    assert "held by lb1 before the fault, by nobody after it" in broken(scene.but(unheld=99), tmp_path)


def test_a_vip_that_both_nodes_then_hold_has_not_moved(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    (place / "watch.jsonl").write_text(
        (place / "watch.jsonl").read_text().replace('["lb2"]', '["lb1", "lb2"]')
    )
    assert "held by lb1 before the fault, by lb1 + lb2 after it" in "; ".join(
        judge(Evidence.read(place)).broken
    )


def test_a_fault_on_the_standby_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    events = (place / "events.jsonl").read_text().replace('"node": "lb1"', '"node": "lb2"')
    (place / "events.jsonl").write_text(events)
    assert "lb1 held the VIP, not lb2, which was hit" in judge(Evidence.read(place)).broken


def test_one_sample_with_two_holders_breaks_the_promise_of_a_node_that_was_never_lost(
    scene: Any, tmp_path: Path
) -> None:
    assert "two nodes answered for the VIP for 20 ms; promised: at most 0 ms" in broken(
        scene.but(split_samples=1), tmp_path
    )


@pytest.mark.parametrize("fault", ["node_frozen", "node_cut_off"])
def test_a_returning_node_has_two_adverts_time_to_hear_of_its_successor(
    fault: str, scene: Any, tmp_path: Path
) -> None:
    returning = scene.but(fault=fault, split_samples=9)
    assert broken(returning, tmp_path) == ""
    assert "for 220 ms; promised: at most 200 ms" in broken(returning.but(split_samples=11), tmp_path)


def test_two_holders_before_the_recovery_break_every_promise(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="node_frozen").write(tmp_path)
    watch = (place / "watch.jsonl").read_text().splitlines()
    second = next(number for number, line in enumerate(watch) if '["lb2"]' in line)
    watch[second] = watch[second].replace('["lb2"]', '["lb1", "lb2"]')
    (place / "watch.jsonl").write_text("\n".join(watch) + "\n")
    assert judge(Evidence.read(place)).broken == (
        "two nodes answered for the VIP before the recovery, in 1 samples",
    )


def test_a_vip_that_nobody_answers_for_breaks_the_promise_of_an_app_server(
    scene: Any, tmp_path: Path
) -> None:
    place = app(scene).write(tmp_path)
    watch = (place / "watch.jsonl").read_text().splitlines()
    gone = [line.replace('["lb1"]', "[]") for line in watch[100:106]]
    (place / "watch.jsonl").write_text("\n".join([*watch[:100], *gone, *watch[106:]]) + "\n")
    assert "nobody answered for the VIP for 120 ms; promised: at most 100 ms" in "; ".join(
        judge(Evidence.read(place)).broken
    )


def test_one_failed_request_breaks_the_app_servers_promise(scene: Any, tmp_path: Path) -> None:
    reasons = broken(app(scene, outage=0.4, failing_servers=True), tmp_path)
    assert "closed) on new connections; promised: 0" in reasons
    assert "closed) on kept connections; promised: 0" in reasons


def test_a_vip_that_moves_for_an_app_server_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    place = app(scene).write(tmp_path)
    watch = scene.write(tmp_path / "moved") / "watch.jsonl"
    (place / "watch.jsonl").write_text(watch.read_text())
    assert "the VIP did not stay with lb1: 1 moves, held by lb2" in "; ".join(
        judge(Evidence.read(place)).broken
    )


def test_an_app_server_that_went_on_answering_was_not_killed(scene: Any, tmp_path: Path) -> None:
    place = app(scene).write(tmp_path)
    for name in ("new", "keep_alive"):
        other = scene.but(outage=0).write(tmp_path / "whole") / f"{name}.jsonl"
        (place / f"{name}.jsonl").write_text(other.read_text())
    assert "app1 went on answering" in "; ".join(judge(Evidence.read(place)).broken)


def test_killing_an_app_server_that_never_answered_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = app(scene).write(tmp_path)
    for name in ("new", "keep_alive"):
        text = (place / f"{name}.jsonl").read_text().replace('"app1"', '"app4"')
        (place / f"{name}.jsonl").write_text(text)
    assert "app1 had answered nothing before the fault" in "; ".join(judge(Evidence.read(place)).broken)


def test_a_fault_after_the_recordings_ended_shows_nothing(scene: Any, tmp_path: Path) -> None:
    assert "the fault lies outside the recordings" in broken(scene.but(fault_at=20, recovery_at=21), tmp_path)


def test_a_watcher_that_slept_through_the_fault_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    head, *samples, end = map(json.loads, (place / "watch.jsonl").read_text().splitlines())
    awake = [sample for sample in samples if not 3.9 < sample["at"] - scene.started < 4.4]
    records = [head, *awake, end | {"samples": len(awake)}]
    (place / "watch.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert "nobody watched the VIP for 520 ms" in judge(Evidence.read(place)).broken


def test_a_fault_nothing_is_promised_for_is_refused(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path).rename(tmp_path / "cable_chewed")
    with pytest.raises(
        InvalidRecording, match="'cable_chewed' is not a fault with a promise: haproxy_killed"
    ):
        judge(Evidence.read(place))


def test_an_unusable_file_is_named(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    (place / "watch.jsonl").unlink()
    with pytest.raises(InvalidRecording, match=r"haproxy_killed/watch\.jsonl: No such file"):
        Evidence.read(place)
