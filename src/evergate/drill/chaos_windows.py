"""What each fault of a run of chaos excuses, and when: the promises of the drill as stretches of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evergate.drill.chaos import is_alone, settling
from evergate.drill.chaos_recording import Made, Recording
from evergate.drill.promises import Promise, Terms

TAKES = 1.0  # s from the moment noted until a fault is in force, or healed
SERVERS_BACK = 2.0  # s after the last server was started until HAProxy uses it again
UNDER_WAY = 0.1  # s; a fault's time is noted before its commands run


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; start and end in epoch s."""

    start: float
    end: float

    def touches(self, start: float, end: float) -> bool:
        return start <= self.end and end >= self.start

    def overlap(self, start: float, end: float) -> float:
        """Return how many seconds of a stretch lie inside."""
        return max(0.0, min(end, self.end) - max(start, self.start))


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault that was made, and what is promised for it.

    start, end: from the first host's hit to the beginning of the last one's healing. declared: while all
    nodes or all servers are gone, and until they are back; None for other faults. disturbed: when the fault
    and its healing may keep clients waiting. losing: when requests may fail.
    """

    made: Made
    promise: Promise
    start: float
    struck: float
    end: float
    declared: Window | None
    disturbed: tuple[Window, ...]
    losing: tuple[Window, ...]

    @property
    def title(self) -> str:
        return self.made.title

    @property
    def hits_nodes(self) -> bool:
        """Return whether load balancers are hit, so that the VIP may move."""
        return self.made.where not in ("app_server", "app_servers")

    @property
    def settled(self) -> float:
        """When the next fault may begin at the earliest."""
        return self.end + settling(self.made.fault)

    @property
    def serverless(self) -> Window | None:
        """When 503 is the answer."""
        return self.declared if self.promise.unavailable_ms is not None else None

    @property
    def split(self) -> Window | None:
        """When the pair has two halves that know nothing of each other."""
        return self.declared if self.promise.unavailable_ms is None else None

    def may_have_two(self, start: float, end: float, accuracy: float) -> bool:
        """Return whether two nodes may answer for the VIP all the time from start to end."""
        promise = self.promise
        if self.split is not None:
            return end - start - self.split.overlap(start, end) <= accuracy
        after = promise.two_ms or 0
        if promise.two_during_ms is None:
            return start >= self.start and end <= self.end + TAKES + after / 1000 + accuracy
        returns = after > 0 and self.end <= start <= self.settled
        return returns and (end - start) * 1000 <= after + accuracy * 1000


def hits(recording: Recording, terms: Terms) -> tuple[Hit, ...]:
    """Return the faults that were made, in the order of time, with their promises under these terms."""
    found = [_hit(made, recording.ended, terms) for made in recording.made if made.begun is not None]
    return tuple(sorted(found, key=lambda hit: hit.start))


def touched(windows: Iterable[Window], start: float, end: float) -> bool:
    """Return whether one of the windows and the stretch have a moment in common."""
    return any(window.touches(start, end) for window in windows)


def _hit(made: Made, ended: float, terms: Terms) -> Hit:
    promise = made.fault.promise.under(terms)
    start = made.begun or 0.0
    end = ended if made.healed is None else made.healed
    disturbed = _disturbed(promise, start, end)
    return Hit(
        made=made,
        promise=promise,
        start=start,
        struck=made.struck or start,
        end=end,
        declared=_declared(made, promise, start, end, terms),
        disturbed=disturbed,
        losing=() if promise.failed_new == 0 else disturbed,
    )


def _declared(made: Made, promise: Promise, start: float, end: float, terms: Terms) -> Window | None:
    if not is_alone(made.where):
        return None
    back = SERVERS_BACK * terms.tolerance if promise.settled_ms is None else promise.settled_ms / 1000
    return Window(start, end + back)


def _disturbed(promise: Promise, start: float, end: float) -> tuple[Window, ...]:
    """Return the times after the fault, and after its healing unless nothing may be lost then."""
    if promise.outage is None:
        return ()
    lasts = TAKES + promise.outage.max_ms / 1000
    made, healed = Window(start, start + lasts), Window(end, end + lasts)
    return (made,) if promise.failed_after == 0 else (made, healed)
