"""What prober, watcher, servers and drill wrote down, read back; or InvalidRecording, never a wrong figure.

Times are seconds since the epoch unless a name says otherwise (`…_ms`: milliseconds).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, Self

FAILURES = ("refused", "unreachable", "reset", "closed", "timeout", "status", "invalid")
EVENTS = ("fault", "recovery", "failure", "note")
_ROUNDING = 0.001  # s; times are written to the microsecond, a run's bounds as they come


class InvalidRecording(Exception):
    """The recording is truncated, empty or garbled; the message says where and how."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it was due, how long it took from then, what became of it, who answered.

    status: of the answer, None without one. id: what a POST is known by, None for other requests.
    """

    at: float
    ms: float
    outcome: str
    server: str | None
    late_ms: float
    status: int | None = None
    id: str | None = None

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"

    @property
    def ended(self) -> float:
        return self.at + self.ms / 1000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the prober; rate per second, deadline and slow in seconds, requests in the order due."""

    url: str
    mode: str
    rate: float
    deadline: float
    slow: float
    started: float
    ended: float
    requests: tuple[Request, ...]

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Self:
        """Return the run the prober recorded; raise InvalidRecording."""
        head, body, end = _frame(lines, "prober", "requests")
        requests = tuple(sorted((_request(line) for line in body), key=lambda request: request.at))
        started, ended = head.number("started"), end.number("ended")
        if requests[0].at < started - _ROUNDING or max(item.ended for item in requests) > ended + _ROUNDING:
            end.refuse("a request lies outside the run")
        numbers = {name: head.number(name) for name in ("rate", "deadline", "slow")}
        return cls(
            **numbers,
            url=head.text("url"),
            mode=head.choice("mode", ("new", "keep-alive", "post")),
            started=started,
            ended=ended,
            requests=requests,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """Who answered for the VIP when it was asked for at that time."""

    at: float
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """One run of the watcher; interval in seconds, samples in the order asked, nodes: MAC → name."""

    vip: str
    interval: float
    started: float
    ended: float
    samples: tuple[Sample, ...]
    nodes: dict[str, str]

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Self:
        """Return the run the watcher recorded; raise InvalidRecording."""
        head, body, end = _frame(lines, "watcher", "samples")
        samples = (Sample(line.number("at"), line.names("holders")) for line in body)
        ordered = tuple(sorted(samples, key=lambda sample: sample.at))
        started, ended = head.number("started"), end.number("ended")
        if ordered[0].at < started - _ROUNDING or ordered[-1].at > ended + _ROUNDING:
            end.refuse("a sample lies outside the run")
        nodes = {str(mac).lower(): str(name) for name, mac in head.mapping("nodes").items()}
        return cls(head.text("vip"), head.number("interval"), started, ended, ordered, nodes)


@dataclass(frozen=True, slots=True)
class Event:
    """Something the drill did: a `fault`, its `recovery`, a `failure` to do either, or a `note`.

    `node` may be empty.
    """

    at: float
    event: str
    node: str
    text: str


def read_events(lines: Iterable[str]) -> tuple[Event, ...]:
    """Return the drill's events in the order of time; none is no error here. Raise InvalidRecording."""
    records = (_Line.parse(number, line) for number, line in enumerate(lines, 1))
    events = (
        Event(line.number("at"), line.choice("event", EVENTS), line.text("node"), line.text("text"))
        for line in records
    )
    ordered = tuple(sorted(events, key=lambda event: event.at))
    kinds = [event.event for event in ordered if event.event in ("fault", "recovery")]
    if "fault" in kinds and kinds[0] == "recovery":
        raise InvalidRecording("the recovery comes before the fault")
    return ordered


def read_executions(lines: Iterable[str]) -> Counter[str]:
    """Return how often the servers executed each POST, by its id; raise InvalidRecording.

    A line is `{"server", "id"}`, written by the server when it executes the request.
    """
    return Counter(_Line.parse(number, line).identity() for number, line in enumerate(lines, 1))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line's JSON object, and which line it is for the error's sake."""

    position: int
    data: dict[str, Any]

    @classmethod
    def parse(cls, position: int, line: str) -> Self:
        try:
            data = json.loads(line)
        except ValueError as error:
            raise InvalidRecording(f"line {position} is not JSON: {line[:40]!r}") from error
        if not isinstance(data, dict):
            raise InvalidRecording(f"line {position} is not a JSON object: {line[:40]!r}")
        return cls(position, data)

    def refuse(self, problem: str) -> NoReturn:
        raise InvalidRecording(f"line {self.position}: {problem}")

    def number(self, name: str) -> float:
        """Return a finite number that is not negative."""
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            self.refuse(f"{name!r} should be a number, not {value!r}")
        return float(value)

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if not isinstance(value, str):
            self.refuse(f"{name!r} should be text, not {value!r}")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a mapping, empty if there is none."""
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            self.refuse(f"{name!r} should be a mapping, not {value!r}")
        return value

    def identity(self) -> str:
        """Return the id of a POST, which may be a number or a text."""
        value = self.data.get("id")
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.refuse(f"'id' should be a number or text, not {value!r}")
        return str(value)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in choices:
            self.refuse(f"{name!r} should be one of {', '.join(choices)}, not {value!r}")
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, sorted, each once."""
        value = self.data.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(f"{name!r} should be a list of names, not {value!r}")
        return tuple(sorted(set(value)))


def _frame(lines: Iterable[str], kind: str, counted: str) -> tuple[_Line, list[_Line], _Line]:
    """Return the first line, those between and the last, which has to count them."""
    records = [_Line.parse(number, line) for number, line in enumerate(lines, 1)]
    if not records:
        raise InvalidRecording("the recording is empty")
    if records[0].data.get(kind) != 1:
        records[0].refuse(f"this is not the beginning of a {kind}'s recording")
    head, body, end = records[0], records[1:-1], records[-1]
    if "ended" not in end.data:
        end.refuse("the recording is cut short: its last line is missing")
    if end.number(counted) != len(body):
        end.refuse(f"{end.data[counted]} {counted} were recorded, and {len(body)} are here")
    if not body:
        end.refuse(f"no {counted} were recorded")
    return head, body, end


def _request(line: _Line) -> Request:
    server, status = line.data.get("server"), line.data.get("status")
    return Request(
        at=line.number("at"),
        ms=line.number("ms"),
        outcome=line.choice("outcome", ("ok", *FAILURES)),
        server=None if server is None else line.text("server"),
        late_ms=line.number("late_ms"),
        status=None if status is None else round(line.number("status")),
        id=line.identity() if "id" in line.data else None,
    )
