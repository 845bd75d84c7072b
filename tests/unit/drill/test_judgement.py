"""Every promise, kept and broken, by recordings of the generator in conftest.py."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.evidence import Evidence
from evergate.drill.faults import FAULTS
from evergate.drill.judgement import Drill, judge
from evergate.drill.promises import Terms
from evergate.drill.recording import InvalidRecording

MOVING = [name for name, fault in FAULTS.items() if fault.promise.vip == "moves"]
TIMED = {name: fault.promise.outage for name, fault in FAULTS.items() if fault.promise.outage}
STRESSES = [name for name, fault in FAULTS.items() if fault.lasts == "stress"]
POOR_LINES = [name for name, fault in FAULTS.items() if fault.promise.felt_ms]
SERVERS = [name for name in FAULTS if name.startswith("app_server_")]


@pytest.fixture
def scene(scene: Any) -> Any:
    """A round with half the load, which is precise enough for a judgement."""
    return scene.but(rate=250.0)


def broken(scene: Any, tmp_path: Path, **terms: Any) -> str:
    return told(scene.write(tmp_path), **terms)


def told(*places: Path, **terms: Any) -> str:
    return "; ".join(judge([Evidence.read(place) for place in places], Terms(**terms)).broken)


def for_fault(scene: Any, fault: str, **changes: Any) -> Any:
    """Return the scene of a fault in which its promise is kept."""
    if fault in SERVERS:
        return scene.but(fault=fault, node="app1", outage=0.18, **changes)
    if fault in ("switchover", "haproxy_reloaded"):
        return scene.but(fault=fault, **{"outage": 0.0, "unheld": 0.0} | changes)
    quick = {"outage": 0.04, "unheld": 0.02} if fault == "keepalived_stopped" else {}
    killed = {"outage": 0.09, "unheld": 0.06} if "killed" in fault else {}
    return scene.but(fault=fault, **killed | quick | changes)


def edited(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def without_events(place: Path, kind: str) -> Path:
    lines = (place / "events.jsonl").read_text().splitlines()
    kept = [line for line in lines if json.loads(line)["event"] != kind]
    (place / "events.jsonl").write_text("".join(f"{line}\n" for line in kept))
    return place


def watched(place: Path, holders: dict[int, list[str]]) -> Path:
    """Give other holders to some samples of the watch, by number; 50 samples are a second."""
    lines = [json.loads(line) for line in (place / "watch.jsonl").read_text().splitlines()]
    for number, names in holders.items():
        lines[number + 1]["holders"] = names
    (place / "watch.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return place


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_that_costs_no_more_than_promised_keeps_its_promise(
    fault: str, scene: Any, tmp_path: Path
) -> None:
    assert broken(for_fault(scene, fault), tmp_path) == ""


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_drill_without_a_fault_breaks_its_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    place = without_events(for_fault(scene, fault).write(tmp_path), "fault")
    assert told(place) == "no fault was recorded, so nothing was shown"


@pytest.mark.parametrize("what", ["made", "healed"])
def test_a_fault_that_was_not_made_or_healed_is_told(what: str, scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="memory_pressed").write(tmp_path)
    failure = {"at": scene.started + 4, "event": "failure", "node": "lb1", "text": f"lb1: not {what}"}
    with (place / "events.jsonl").open("a") as events:
        events.write(f"{json.dumps(failure)}\n")
    assert told(place) == f"lb1: not {what}"


@pytest.mark.parametrize("fault", POOR_LINES)
def test_a_line_that_nobody_felt_to_be_poor_was_not(fault: str, scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault=fault, poor=0.002).write(tmp_path)
    assert re.fullmatch("a request in a hundred took [0-9] ms, .*, or late[?]", told(place))


@pytest.mark.parametrize("fault", list(TIMED))
def test_an_outage_longer_than_promised_is_told_in_ms(fault: str, scene: Any, tmp_path: Path) -> None:
    reasons = broken(for_fault(scene, fault, outage=0.62, unheld=0.1), tmp_path)
    assert re.search("new connections had no answer for 6[23][0-9] ms", reasons)
    assert f"promised: at most {TIMED[fault].max_ms:.0f} ms" in reasons


def test_the_median_of_the_rounds_is_judged_apart_from_the_longest(scene: Any, tmp_path: Path) -> None:
    long, short = scene.but(outage=0.15), scene.but(outage=0.05, unheld=0.04)
    rounds = [each.but(round=number).write(tmp_path) for number, each in enumerate((long, short, long), 1)]
    assert told(rounds[0]) == told(rounds[1]) == ""
    assert told(rounds[0], rounds[2], rounds[1]).startswith("new connections had no answer for 15")
    assert "in the median of 3 rounds; promised: at most 100 ms" in told(*rounds)


def test_what_a_round_broke_is_told_with_its_number(scene: Any, tmp_path: Path) -> None:
    rounds = [
        scene.but(round=1, outage=0.05),
        scene.but(round=2, outage=0.3),
        scene.but(round=3, outage=0.05),
    ]
    drill = judge([Evidence.read(each.write(tmp_path)) for each in rounds])
    (reason,) = drill.broken
    assert reason.startswith("round 2: new connections had no answer for 30")
    assert [each.kept for each in drill.rounds] == [True, False, True]
    assert drill.worst.number == 2


def test_the_worst_round_is_one_that_broke_a_promise_before_the_longest(scene: Any, tmp_path: Path) -> None:
    rounds = [scene.but(round=1, outage=0.19), scene.but(round=2, outage=0.05, split_samples=2)]
    drill: Drill = judge([Evidence.read(each.write(tmp_path)) for each in rounds])
    assert drill.worst.number == 2


def test_a_tolerance_lets_a_slow_machine_pass(scene: Any, tmp_path: Path) -> None:
    place = scene.but(outage=0.35).write(tmp_path)
    assert told(place) != ""
    assert told(place, tolerance=2) == ""
    assert told(place, profile="fast", tolerance=2) != ""
    assert told(place, profile="wan") == ""


@pytest.mark.parametrize("fault", MOVING)
def test_a_fault_that_did_not_move_the_vip_breaks_its_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    still = for_fault(scene, fault).but(other="lb1", unheld=0, outage=0)
    assert "the VIP did not move: held by lb1 before the fault, by lb1 after" in broken(still, tmp_path)


def test_a_vip_nobody_takes_over_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    assert "held by lb1 before the fault, by nobody after it" in broken(scene.but(unheld=99), tmp_path)


def test_a_vip_that_both_nodes_then_hold_has_not_moved(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    edited(place / "watch.jsonl", '"holders": ["lb2"]', '"holders": ["lb1", "lb2"]')
    assert "held by lb1 before the fault, by lb1 + lb2 after it" in told(place)


def test_a_fault_on_the_standby_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    edited(place / "events.jsonl", '"node": "lb1"', '"node": "lb2"')
    assert "lb1 held the VIP, not lb2, which was hit" in told(place)


@pytest.mark.parametrize("fault", ["haproxy_worker_killed", "haproxy_master_killed", "keepalived_killed"])
def test_what_systemd_brings_back_may_leave_the_vip_where_it_is(
    fault: str, scene: Any, tmp_path: Path
) -> None:
    assert broken(for_fault(scene, fault).but(other="lb1", unheld=0), tmp_path) == ""


def test_a_second_switch_is_flapping(scene: Any, tmp_path: Path) -> None:
    place = watched(scene.write(tmp_path), {number: ["lb1"] for number in range(500, 550)})
    assert "the VIP moved 3 times; promised: at most 1" in told(place)


def test_the_move_back_to_the_preferred_node_is_none(scene: Any, tmp_path: Path) -> None:
    place = watched(scene.write(tmp_path), {number: ["lb1"] for number in range(500, 605)})
    assert "the VIP moved 2 times; promised: at most 1" in told(place)
    assert told(place, preempt=True) == ""


def test_one_sample_with_two_holders_breaks_the_promise_of_a_node_that_was_never_lost(
    scene: Any, tmp_path: Path
) -> None:
    assert "two nodes answered for the VIP after the recovery for 20 ms; promised: at most 0 ms" in broken(
        scene.but(split_samples=1), tmp_path
    )


@pytest.mark.parametrize("fault", ["node_frozen", "node_powered_off", "node_cut_off"])
def test_a_returning_node_has_two_adverts_time_to_hear_of_its_successor(
    fault: str, scene: Any, tmp_path: Path
) -> None:
    returning = scene.but(fault=fault, split_samples=9)
    assert broken(returning, tmp_path) == ""
    assert "for 220 ms; promised: at most 200 ms" in broken(returning.but(split_samples=11), tmp_path)


def test_two_holders_before_the_recovery_break_the_promise_of_a_node(scene: Any, tmp_path: Path) -> None:
    place = watched(scene.but(fault="node_frozen").write(tmp_path), {300: ["lb1", "lb2"]})
    assert told(place) == (
        "two nodes answered for the VIP before the recovery for 20 ms; promised: at most 0 ms"
    )


def test_a_keepalived_that_hangs_cannot_give_its_addresses_up(scene: Any, tmp_path: Path) -> None:
    both = {number: ["lb1", "lb2"] for number in range(220, 400)}
    assert told(watched(scene.but(fault="keepalived_hung").write(tmp_path), both)) == ""


def test_a_vip_that_nobody_answers_for_breaks_the_promise_of_an_app_server(
    scene: Any, tmp_path: Path
) -> None:
    place = watched(for_fault(scene, "app_server_killed").write(tmp_path), {n: [] for n in range(100, 106)})
    assert told(place) == "nobody answered for the VIP for 120 ms; promised: at most 100 ms"


@pytest.mark.parametrize("fault", SERVERS)
def test_one_failed_request_breaks_the_app_servers_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    reasons = broken(for_fault(scene, fault).but(outage=0.4, failing_servers=True), tmp_path)
    assert "closed) on new connections; promised: 0" in reasons
    assert "closed) on kept connections; promised: 0" in reasons


@pytest.mark.parametrize("fault", ["switchover", "haproxy_reloaded"])
@pytest.mark.parametrize(("name", "kind"), [("new", "new"), ("keep_alive", "kept")])
def test_planned_work_costs_no_request(fault: str, name: str, kind: str, scene: Any, tmp_path: Path) -> None:
    place = for_fault(scene, fault).write(tmp_path)
    path = place / f"{name}.jsonl"
    path.write_text(path.read_text().replace('"ok", "status": 200', '"reset", "status": null', 1))
    assert told(place) == f"1 requests failed (1 reset) on {kind} connections; promised: 0"


@pytest.mark.parametrize("fault", [*SERVERS, *STRESSES, "app_servers_gone", "haproxy_reloaded"])
def test_a_vip_that_moves_for_no_reason_breaks_the_promise(fault: str, scene: Any, tmp_path: Path) -> None:
    place = for_fault(scene, fault).write(tmp_path)
    watched(place, {number: ["lb2"] for number in range(300, 605)})
    assert "the VIP did not stay with lb1: 1 moves, held by lb2" in told(place)


def test_a_stress_that_moves_the_vip_and_back_is_a_false_failover(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="packet_loss_20").write(tmp_path)
    watched(place, {number: ["lb2"] for number in range(300, 320)})
    assert "the VIP did not stay with lb1: 2 moves, held by lb1 in the end" in told(place)


def test_a_stress_may_lose_requests_and_answers_about_the_holder(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="packet_loss_20").write(tmp_path)
    watched(place, {number: [] for number in range(300, 320)})
    edited(place / "new.jsonl", '"ok", "status": 200', '"timeout", "status": null')
    assert told(place) == ""


@pytest.mark.parametrize("fault", SERVERS)
def test_an_app_server_that_went_on_answering_was_not_hit(fault: str, scene: Any, tmp_path: Path) -> None:
    assert "app1 went on answering" in broken(for_fault(scene, fault).but(back=0, rate=500.0), tmp_path)


def test_hitting_an_app_server_that_never_answered_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = for_fault(scene, "app_server_killed").write(tmp_path)
    for name in ("new", "keep_alive"):
        edited(place / f"{name}.jsonl", '"app1"', '"app4"')
    assert "app1 had answered nothing before the fault" in told(place)


def test_an_app_server_that_is_ejected_late_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    place = for_fault(scene, "app_server_hung", back=3.6).write(tmp_path)
    events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
    for event in events:
        event["at"] -= 1.7 if event["event"] == "fault" else 0
    (place / "events.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    reasons = told(place)
    assert reasons.startswith("app1 was ejected after 1")
    assert reasons.endswith("promised: at most 1500 ms")


def test_a_server_that_gets_its_full_share_at_once_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    reasons = broken(for_fault(scene, "app_server_killed").but(slow_start=False), tmp_path)
    assert reasons.startswith("app1 had 3")
    assert "in the first second of its return" in reasons


def test_a_return_that_was_not_seen_shows_no_slow_start(scene: Any, tmp_path: Path) -> None:
    gone = for_fault(scene, "app_server_killed").but(back=99)
    assert "app1 was not seen for 2 s after its return" in broken(gone, tmp_path)


def posts(place: Path, *ids: int) -> Path:
    (place / "posts.jsonl").write_text("".join(f'{{"server": "app1", "id": {each}}}\n' for each in ids))
    return place


def test_a_post_that_two_servers_executed_breaks_the_promise(scene: Any, tmp_path: Path) -> None:
    place = for_fault(scene, "app_server_slow").write(tmp_path)
    assert told(posts(place, 1, 2, 3)) == ""
    assert told(posts(place, 1, 2, 1, 1)) == "1 POSTs were executed more than once; promised: none"


def test_a_returning_node_costs_no_request(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="node_powered_off").write(tmp_path)
    lines = (place / "new.jsonl").read_text().splitlines()
    late = next(n for n, line in enumerate(lines[1:-1], 1) if json.loads(line)["at"] > scene.started + 9)
    lines[late] = lines[late].replace('"ok"', '"reset"')
    (place / "new.jsonl").write_text("\n".join(lines) + "\n")
    assert told(place) == "1 requests failed after the recovery; promised: 0"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unavailable": 502}, "had another status than 503, or none"),
        ({"unavailable_ms": 501.0}, "failed after 501 ms; promised: at most 500 ms"),
        ({"fault_at": 8.0, "recovery_at": 7.6}, "no request failed: were the servers gone?"),
        ({"recovery_at": 11.7}, "no request was answered after the recovery"),
    ],
)
def test_a_service_without_servers_says_so_at_once_and_comes_back(
    changes: dict[str, float], reason: str, scene: Any, tmp_path: Path
) -> None:
    scene = scene.but(fault="app_servers_gone", **changes)
    place = scene.write(tmp_path)
    if scene.recovery_at < scene.fault_at:
        without_events(place, "recovery")
    assert reason in told(place)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"split_seen": None}, "lb1 never told of the split; lb2 never told of the split"),
        ({"split_seen": 1.2}, "lb2 told of the split after 1200 ms; promised: at most 1000 ms"),
        ({"settled": 1.2}, "after the recovery it took 1200 ms until one node alone held the VIP"),
    ],
)
def test_a_split_that_is_known_late_or_lasts_breaks_the_promise(
    changes: dict[str, float | None], reason: str, scene: Any, tmp_path: Path
) -> None:
    assert reason in broken(scene.but(fault="split_brain", **changes), tmp_path)


def test_a_split_on_one_side_is_none(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="split_brain").write(tmp_path)
    edited(place / "events.jsonl", '"node": "lb2"', '"node": "lb1"')
    assert "the split was made on lb1 alone, so it was none" in told(place)


def test_a_fault_after_the_recordings_ended_shows_nothing(scene: Any, tmp_path: Path) -> None:
    assert "the fault lies outside the recordings" in broken(scene.but(fault_at=20, recovery_at=21), tmp_path)


def test_a_watcher_that_slept_through_the_fault_shows_nothing(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    head, *samples, end = map(json.loads, (place / "watch.jsonl").read_text().splitlines())
    awake = [sample for sample in samples if not 3.9 < sample["at"] - scene.started < 4.4]
    records = [head, *awake, end | {"samples": len(awake)}]
    (place / "watch.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert "nobody watched the VIP for 520 ms" in told(place)


def test_a_fault_nothing_is_promised_for_is_refused(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    place.parent.rename(tmp_path / "haproxy_kiled")
    with pytest.raises(InvalidRecording, match=r"'haproxy_kiled' is not a fault .* 'haproxy_killed'"):
        told(tmp_path / "haproxy_kiled" / "1")


def test_an_unusable_file_is_named(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    (place / "watch.jsonl").unlink()
    with pytest.raises(InvalidRecording, match=r"haproxy_killed/1/watch\.jsonl: No such file"):
        Evidence.read(place)


def test_what_the_nodes_tell_stands_beside_what_the_watcher_saw(scene: Any, tmp_path: Path) -> None:
    place = scene.but(fault="node_powered_off", fault_at=4.0).write(tmp_path)
    vip = "3: svc0    inet 203.0.113.10/24 scope global secondary svc0\\ "
    (place / "address-lb1.txt").write_text(f"{vip}\n[2026-09-21T14:1")
    (place / "address-lb2.txt").write_text(f"[2026-09-21T14:13:24.200000] {vip}\n")
    (place / "neighbour.txt").write_text(
        "[2026-09-21T14:13:24.250000] 203.0.113.10 dev svc0 lladdr 02:00:00:00:00:02 REACHABLE\n"
    )
    found = judge([Evidence.read(place)]).worst.found
    assert found.by_nodes is not None
    # What lost its power had the VIP until then, whatever its record lacks.
    assert (round(found.by_nodes.none_ms), found.by_nodes.two_ms) == (200, 0)
    assert found.learned_ms is not None
    assert round(found.learned_ms) == 250
