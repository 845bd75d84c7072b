"""One drill's four recordings together, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Self, TypeVar

from evergate.drill.recording import Event, InvalidRecording, Run, Watching, read_events
from evergate.drill.summary import Ownership, Summary, fared, held

_BEFORE = 1.0  # s; the holder hit by a fault is looked up this long before it, lest its time be noted late

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was recorded while one fault was made; `fault` is the directory's name."""

    fault: str
    events: tuple[Event, ...]
    new: Run
    keep_alive: Run
    watching: Watching

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Return the drill recorded in the directory; raise InvalidRecording with the file's name."""
        return cls(
            fault=directory.name,
            events=_read(directory / "events.jsonl", read_events),
            new=_read(directory / "new.jsonl", Run.from_lines),
            keep_alive=_read(directory / "keep_alive.jsonl", Run.from_lines),
            watching=_read(directory / "watch.jsonl", Watching.from_lines),
        )

    def first(self, kind: str) -> Event | None:
        """Return the first event of that kind."""
        return next((event for event in self.events if event.event == kind), None)

    @property
    def started(self) -> float:
        """When all three observers were at work."""
        return max(self.new.started, self.keep_alive.started, self.watching.started)

    @property
    def ended(self) -> float:
        """When the first of the observers ended."""
        return min(self.new.ended, self.keep_alive.ended, self.watching.ended)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one drill shows.

    whole: who held the VIP while it was watched; during: from just before the fault to the recovery (or end).
    answered_before: answers of the node that was hit, before it was; silent_ms: its longest silence from then
    to the recovery (or end). Both are 0 without a fault, and mean nothing for a node that is no server.
    """

    new: Summary
    keep_alive: Summary
    whole: Ownership
    during: Ownership
    answered_before: int
    silent_ms: float


def findings(evidence: Evidence) -> Findings:
    """Return what the recordings show."""
    watching, fault, recovery = evidence.watching, evidence.first("fault"), evidence.first("recovery")
    start = max(watching.started, fault.at - _BEFORE) if fault else watching.started
    end = min(watching.ended, recovery.at) if recovery else watching.ended
    before, silent_ms = _answers_of(evidence, fault, end) if fault else (0, 0.0)
    return Findings(
        new=fared(evidence.new),
        keep_alive=fared(evidence.keep_alive),
        whole=held(watching, watching.started, watching.ended),
        during=held(watching, start, max(start, end)),
        answered_before=before,
        silent_ms=silent_ms,
    )


def _answers_of(evidence: Evidence, fault: Event, end: float) -> tuple[int, float]:
    """Return how often the node hit had answered, and for how many ms it then did not."""
    requests = chain(evidence.new.requests, evidence.keep_alive.requests)
    ends = sorted(request.ended for request in requests if request.ok and request.server == fault.node)
    after = [fault.at, *(at for at in ends if fault.at < at < end), max(end, fault.at)]
    silent = max(later - earlier for earlier, later in pairwise(after))
    return sum(at <= fault.at for at in ends), silent * 1000


def _read(path: Path, parse: Callable[[list[str]], T]) -> T:
    try:
        return parse(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError, InvalidRecording) as error:
        raise InvalidRecording(
            f"{path}: {error.strerror if isinstance(error, OSError) else error}"
        ) from error
