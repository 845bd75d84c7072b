"""What the client has seen of the load that load_begins.yml and load_ends.yml put on the VIP."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from lab import PROJECT

from evergate.drill.recording import Run

DIRECTORY = PROJECT / "build" / "load"
_LATE = 250.0  # ms; a prober that was later than that has seen too little to judge by


def seen(mode: str) -> Run:
    """Return how every request of a mode went; the prober was there all along."""
    run = Run.from_lines((DIRECTORY / f"{mode}.jsonl").read_text().splitlines())
    assert max(request.late_ms for request in run.requests) <= _LATE, "this machine stood still"
    return run


def silences(run: Run) -> list[tuple[float, float]]:
    """Return when each answer came and how long none followed, less what the prober itself was late."""
    due = [request.at for request in run.requests]
    answered = sorted(request.ended for request in run.requests if request.ok)
    found = []
    for sooner, later in pairwise(answered):
        meanwhile = run.requests[bisect_left(due, sooner) : bisect_left(due, later)]
        late = max((request.late_ms for request in meanwhile), default=0.0) / 1000
        found.append((sooner, later - sooner - late))
    return found
