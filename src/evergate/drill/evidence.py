"""The recordings of one round together, and what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Self, TypeVar

from evergate.drill.addresses import Change, Holding, Learned, changes, holding, learned, stopped
from evergate.drill.recording import (
    Event,
    InvalidRecording,
    Request,
    Run,
    Watching,
    read_events,
    read_executions,
)
from evergate.drill.server import Fate, fate
from evergate.drill.summary import Ownership, Segment, Summary, fared, held

SPLIT_SEEN = "split seen"  # how a node's note begins that tells of another holder
_BEFORE = 1.0  # s; the holder hit by a fault is looked up this long before it, lest its time be noted late
_UNDER_WAY = 0.1  # s; a fault's time is noted before its commands run
_UNHELD = 0.1  # s; a late answer is no loss of the VIP, five missed samples are

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was recorded in one round of a fault, in DIRECTORY/<fault>/<round>.

    post, executions: the POSTs sent and how often each was executed, by its id. addresses: how each node had
    the VIP, by its own record. learned: the client's neighbour table. None or empty: not recorded.
    """

    fault: str
    round: int
    events: tuple[Event, ...]
    new: Run
    keep_alive: Run
    watching: Watching
    post: Run | None
    executions: Counter[str] | None
    addresses: dict[str, tuple[Change, ...]]
    learned: tuple[Learned, ...]

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Return the round recorded in the directory; raise InvalidRecording with the file's name."""
        if not directory.name.isdecimal():
            raise InvalidRecording(f"{directory} should be the number of a round")
        watching = _read(directory / "watch.jsonl", Watching.from_lines)
        vip = watching.vip
        return cls(
            fault=directory.parent.name,
            round=int(directory.name),
            events=_read(directory / "events.jsonl", read_events),
            new=_read(directory / "new.jsonl", Run.from_lines),
            keep_alive=_read(directory / "keep_alive.jsonl", Run.from_lines),
            watching=watching,
            post=_read_if_there(directory / "post.jsonl", Run.from_lines),
            executions=_read_if_there(directory / "posts.jsonl", read_executions),
            addresses={
                path.stem.removeprefix("address-"): _read(path, lambda lines: changes(lines, vip))
                for path in sorted(directory.glob("address-*.txt"))
            },
            learned=_read_if_there(directory / "neighbour.txt", lambda lines: learned(lines, vip)) or (),
        )

    def first(self, kind: str) -> Event | None:
        """Return the first event of that kind."""
        return next((event for event in self.events if event.event == kind), None)

    def last(self, kind: str) -> Event | None:
        """Return the last event of that kind; a fault that hits several hosts has several."""
        return next((event for event in reversed(self.events) if event.event == kind), None)

    @property
    def failures(self) -> Iterator[str]:
        """What the drill could not do that it should have done, in words."""
        return (event.text for event in self.events if event.event == "failure")

    @property
    def started(self) -> float:
        """When all three observers were at work."""
        return max(self.new.started, self.keep_alive.started, self.watching.started)

    @property
    def ended(self) -> float:
        """When the first of the observers ended."""
        return min(self.new.ended, self.keep_alive.ended, self.watching.ended)

    @property
    def requests(self) -> Iterator[Request]:
        """Every request that may be repeated: those on new connections, then those on kept ones."""
        return chain(self.new.requests, self.keep_alive.requests)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one round shows.

    whole, during, after: who answered for the VIP while it was watched, from just before the fault to the
    first recovery (or end), and from then on. by_nodes: who had it by their own record. learned_ms: when,
    counted from the fault, the client's neighbour table first named another node. settled_ms: how long after
    the last recovery two nodes still answered for the VIP, or none. split_seen_ms: when each node that was
    hit told of another holder, None if it never did. felt_ms: what the slowest hundredth of the requests on
    new connections took that were due between fault and recovery. failed_after, answered_after: requests due
    after the last recovery. cut_short: failures without a 503 of what the last servers were about to answer
    when they were hit. executed_twice: POSTs executed more than once. None: not recorded.
    """

    new: Summary
    keep_alive: Summary
    post: Summary | None
    whole: Ownership
    during: Ownership
    after: Ownership
    by_nodes: Holding | None
    learned_ms: float | None
    settled_ms: float
    split_seen_ms: dict[str, float | None]
    felt_ms: float
    failed_after: int
    answered_after: int
    cut_short: int
    executed_twice: int | None
    server: Fate

    @property
    def failed(self) -> int:
        """Requests that failed, on new and on kept connections."""
        return self.new.failed + self.keep_alive.failed

    @property
    def otherwise(self) -> int:
        """Requests that failed without being told so by the status 503, though somebody could have."""
        return self.failed - self.new.unavailable - self.keep_alive.unavailable - self.cut_short


def findings(evidence: Evidence, stops_node: bool = False, reboots: bool = False) -> Findings:
    """Return what the recordings show.

    `stops_node`: the node hit could not write what befell it; `reboots`: it came back without what it had.
    """
    watching, fault = evidence.watching, evidence.first("fault")
    recovery, last = evidence.first("recovery"), evidence.last("recovery")
    start = max(watching.started, fault.at - _BEFORE) if fault else watching.started
    end = max(start, min(watching.ended, recovery.at)) if recovery else watching.ended
    well = last.at if last else evidence.ended
    whole = held(watching, watching.started, watching.ended)
    returned = [request for request in evidence.requests if request.at > well]
    executions = evidence.executions
    return Findings(
        new=fared(evidence.new),
        keep_alive=fared(evidence.keep_alive),
        post=fared(evidence.post) if evidence.post else None,
        whole=whole,
        during=held(watching, start, end),
        after=held(watching, end, max(end, watching.ended)),
        by_nodes=_by_nodes(evidence, fault if stops_node else None, None if reboots else recovery),
        learned_ms=_learned_ms(evidence, fault),
        settled_ms=_settled_ms(whole.timeline, well),
        split_seen_ms=_split_seen(evidence),
        felt_ms=_felt_ms(evidence.new.requests, fault.at if fault else end, end),
        failed_after=sum(not request.ok for request in returned),
        answered_after=sum(request.ok for request in returned),
        cut_short=_cut_short(evidence),
        executed_twice=None if executions is None else sum(count > 1 for count in executions.values()),
        server=fate(evidence.requests, fault.node, fault.at, end, evidence.ended) if fault else Fate(),
    )


def _by_nodes(evidence: Evidence, stop: Event | None, goes_on: Event | None) -> Holding | None:
    until = goes_on.at if goes_on else None
    nodes = {
        name: stopped(each, stop.at, until) if stop and stop.node == name else each
        for name, each in evidence.addresses.items()
    }
    return holding(nodes, evidence.started, evidence.ended) if nodes else None


def _learned_ms(evidence: Evidence, fault: Event | None) -> float | None:
    """Return when the client first sent to another node than the one hit, in ms after the fault."""
    if fault is None:
        return None
    named = ((at, evidence.watching.nodes.get(mac, mac)) for at, mac in evidence.learned)
    return next(((at - fault.at) * 1000 for at, node in named if at >= fault.at and node != fault.node), None)


def _cut_short(evidence: Evidence) -> int:
    """Return how many failures nobody could answer with a 503: their server had them when it went."""
    fault = evidence.last("fault")
    until = fault.at + _UNDER_WAY if fault else evidence.started
    return sum(
        not request.ok and request.status is None and request.at <= until for request in evidence.requests
    )


def _settled_ms(timeline: tuple[Segment, ...], recovery: float) -> float:
    """Return for how many ms after the recovery it was not yet so that one node alone held the VIP."""
    unsettled = [
        segment.end
        for segment in timeline
        if len(segment.holders) > 1 or (not segment.holders and segment.end - segment.start > _UNHELD)
    ]
    return max(0.0, max(unsettled, default=recovery) - recovery) * 1000


def _split_seen(evidence: Evidence) -> dict[str, float | None]:
    """Return when each node that was hit told of another holder, in ms after the last one was hit."""
    faults = [event for event in evidence.events if event.event == "fault"]
    notes = [
        event for event in evidence.events if event.event == "note" and event.text.startswith(SPLIT_SEEN)
    ]
    first, last = faults[0].at if faults else 0.0, faults[-1].at if faults else 0.0
    seen: dict[str, float | None] = {}
    for node in sorted({event.node for event in faults}):
        told = next((note.at for note in notes if note.node == node and note.at >= first), None)
        seen[node] = None if told is None else max(0.0, told - last) * 1000
    return seen


def _felt_ms(requests: Iterable[Request], start: float, end: float) -> float:
    """Return what a request in a hundred of those due between the two took at least; 0 without any."""
    took = sorted(request.ms for request in requests if start <= request.at < end)
    return took[-1 - len(took) // 100] if took else 0.0


def _read_if_there(path: Path, parse: Callable[[list[str]], T]) -> T | None:
    return _read(path, parse) if path.exists() else None


def _read(path: Path, parse: Callable[[list[str]], T]) -> T:
    try:
        # A node that lost its power leaves whatever it had in its buffers.
        errors = "replace" if path.suffix == ".txt" else "strict"
        return parse(path.read_text(encoding="utf-8", errors=errors).splitlines())
    except (OSError, UnicodeDecodeError, InvalidRecording) as error:
        raise InvalidRecording(
            f"{path}: {error.strerror if isinstance(error, OSError) else error}"
        ) from error
