"""A recording that is not whole and sound is refused, with the line and the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evergate.drill.recording import InvalidRecording, Run, Watching, read_events, read_executions

HEAD = {"prober": 1, "url": "http://203.0.113.10/", "rate": 2, "mode": "new", "deadline": 1, "slow": 0.5}
REQUEST = {"at": 101.0, "ms": 2.5, "outcome": "ok", "status": 200, "server": "app1", "late_ms": 0.1}
WATCHER = {"watcher": 1, "vip": "203.0.113.10", "interval": 0.02, "started": 100}
SAMPLE = {"at": 101.0, "holders": ["lb1"]}


def run_of(*requests: dict[str, Any], **end: Any) -> list[str]:
    records = [HEAD | {"started": 100}, *requests, {"ended": 103, "requests": len(requests)} | end]
    return [json.dumps(record) for record in records]


def watch_of(*samples: dict[str, Any], **end: Any) -> list[str]:
    return [
        json.dumps(record) for record in (WATCHER, *samples, {"ended": 103, "samples": len(samples)} | end)
    ]


def test_requests_come_back_in_the_order_they_were_due() -> None:
    run = Run.from_lines(run_of(REQUEST | {"at": 102}, REQUEST))
    assert [request.at for request in run.requests] == [101, 102]
    assert (run.rate, run.deadline, run.slow, run.started, run.ended) == (2, 1, 0.5, 100, 103)


def test_a_node_named_twice_in_a_sample_counts_once() -> None:
    watching = Watching.from_lines(watch_of(SAMPLE | {"holders": ["lb2", "lb1", "lb2"]}))
    assert watching.samples[0].holders == ("lb1", "lb2")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "the recording is empty"),
        (run_of(REQUEST)[:1], "line 1: the recording is cut short"),
        (run_of(REQUEST)[:2], "line 2: the recording is cut short"),
        (run_of(REQUEST)[1:], "line 1: this is not the beginning of a prober's recording"),
        (run_of(), "line 2: no requests were recorded"),
        (run_of(REQUEST, requests=2), "line 3: 2 requests were recorded, and 1 are here"),
        ([*run_of(REQUEST)[:1], '{"at": 101', *run_of(REQUEST)[2:]], "line 2 is not JSON"),
        ([*run_of(REQUEST)[:1], "[1]", *run_of(REQUEST)[2:]], "line 2 is not a JSON object"),
        (run_of(REQUEST) + run_of(REQUEST), "line 6: 1 requests were recorded, and 4 are here"),
        (run_of(REQUEST | {"ms": None}), "line 2: 'ms' should be a number, not None"),
        (run_of(REQUEST | {"ms": True}), "line 2: 'ms' should be a number, not True"),
        (run_of(REQUEST | {"ms": -1}), "line 2: 'ms' should be a number, not -1"),
        (run_of(REQUEST | {"ms": float("nan")}), "line 2: 'ms' should be a number"),
        (run_of(REQUEST | {"outcome": "fine"}), "line 2: 'outcome' should be one of ok, refused"),
        (run_of(REQUEST | {"server": 1}), "line 2: 'server' should be text, not 1"),
        (run_of(REQUEST | {"at": 99}), "a request lies outside the run"),
        (run_of(REQUEST | {"ms": 5000}), "a request lies outside the run"),
    ],
)
def test_a_run_that_is_not_whole_and_sound_is_refused(lines: list[str], problem: str) -> None:
    with pytest.raises(InvalidRecording, match=problem):
        Run.from_lines(lines)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (watch_of(SAMPLE)[:-1], "cut short"),
        (watch_of(), "no samples were recorded"),
        (watch_of(SAMPLE, samples=3), "3 samples were recorded, and 1 are here"),
        (watch_of(SAMPLE | {"holders": "lb1"}), "'holders' should be a list of names, not 'lb1'"),
        (watch_of(SAMPLE | {"holders": [1]}), "'holders' should be a list of names"),
        (watch_of(SAMPLE | {"at": 99}), "a sample lies outside the run"),
        (watch_of(SAMPLE | {"at": 104}), "a sample lies outside the run"),
    ],
)
def test_a_watch_that_is_not_whole_and_sound_is_refused(lines: list[str], problem: str) -> None:
    with pytest.raises(InvalidRecording, match=problem):
        Watching.from_lines(lines)


def test_events_come_back_in_the_order_of_time() -> None:
    events = [{"at": at, "event": "note", "node": "", "text": str(at)} for at in (3, 1, 2)]
    assert [event.at for event in read_events(map(json.dumps, events))] == [1, 2, 3]


def test_a_recovery_before_its_fault_is_refused() -> None:
    fault = {"at": 5, "event": "fault", "node": "lb1", "text": ""}
    with pytest.raises(InvalidRecording, match="the recovery comes before the fault"):
        read_events(map(json.dumps, (fault, fault | {"at": 0, "event": "recovery"})))


def test_an_event_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(
        InvalidRecording, match="line 1: 'event' should be one of fault, recovery, failure, note"
    ):
        read_events(['{"at": 1, "event": "boom", "node": "lb1", "text": ""}'])


def test_a_post_is_known_by_its_id_whether_number_or_text() -> None:
    lines = [
        json.dumps({"server": server, "id": name}) for server, name in (("a", 7), ("b", "7"), ("a", "x"))
    ]
    assert read_executions(lines) == {"7": 2, "x": 1}


def test_an_execution_without_an_id_is_refused() -> None:
    with pytest.raises(InvalidRecording, match="line 1: 'id' should be a number or text, not None"):
        read_executions(['{"server": "app1"}'])


def test_a_request_keeps_its_status_and_its_id() -> None:
    run = Run.from_lines(run_of(REQUEST | {"status": 503, "outcome": "status", "id": 5}))
    assert (run.requests[0].status, run.requests[0].id) == (503, "5")


def test_nodes_are_known_by_their_hardware_addresses() -> None:
    head, *rest = watch_of(SAMPLE)
    named = json.dumps(json.loads(head) | {"nodes": {"lb1": "02:00:00:00:00:AA"}})
    assert Watching.from_lines([named, *rest]).nodes == {"02:00:00:00:00:aa": "lb1"}
