"""What became of the server that a fault hit: how it was ejected, and how it came back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from evergate.drill.recording import Request

FIRST = 1.0  # s after its return in which a server's share has to be small


@dataclass(frozen=True, slots=True)
class Fate:
    """One server's answers around a fault.

    answered_before: successful ones before it. silent_ms: its longest silence from the fault to the recovery
    (or end); ejected_ms: when that began, counted from the fault. first_share, later_share: its share of all
    answers within a second of its return and after that; None if it was not seen for two seconds.
    All mean nothing for a node that is no server.
    """

    answered_before: int = 0
    silent_ms: float = 0.0
    ejected_ms: float = 0.0
    first_share: float | None = None
    later_share: float | None = None


def fate(requests: Iterable[Request], name: str, fault: float, end: float, ended: float) -> Fate:
    """Return the server's fate; `end`: when the fault was over, `ended`: when the recording was."""
    good = [request for request in requests if request.ok]
    every = sorted(request.ended for request in good)
    own = sorted(request.ended for request in good if request.server == name)
    during = [fault, *(at for at in own if fault < at < end), max(end, fault)]
    began, over = max(pairwise(during), key=lambda pair: pair[1] - pair[0])
    back = next((at for at in own if at >= over), None)
    first, later = (None, None) if back is None else _shares(own, every, back, ended)
    return Fate(
        answered_before=bisect_right(own, fault),
        silent_ms=(over - began) * 1000,
        ejected_ms=(began - fault) * 1000,
        first_share=first,
        later_share=later,
    )


def _shares(own: list[float], every: list[float], back: float, ended: float) -> tuple[float | None, ...]:
    """Return the server's share of the answers in the first second it is back, and of those after."""
    if back + 2 * FIRST > ended:
        return None, None
    return _share(own, every, back, back + FIRST), _share(own, every, back + FIRST, ended)


def _share(own: list[float], every: list[float], start: float, end: float) -> float:
    total = bisect_left(every, end) - bisect_left(every, start)
    return (bisect_left(own, end) - bisect_left(own, start)) / total if total else 0.0
