"""What a recording amounts to: how requests fared, and who held the VIP. Pure functions of the lines."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from evergate.drill.recording import Request, Run, Sample, Watching


@dataclass(frozen=True, slots=True)
class Summary:
    """How the requests of one run fared.

    requests = ok + failed; failed_by_kind: outcome → count; unavailable: those that failed with the status
    503; failed_max_ms: how long the slowest to fail took; slow: ok, but slower than the run's `slow`.
    outage_ms: the longest stretch without a successful answer, that is between the ends of two successive
    ones, or from the run's start to the first or from the last to the run's end; it lies between
    outage_start and outage_end (epoch seconds). median_ms and max_ms are of the successful answers, counted
    from when each was due; 0 where there is none. late_ms: the prober's own worst delay, contained in the
    figures before. servers: name → successful answers, by name.
    """

    requests: int
    ok: int
    failed: int
    failed_by_kind: dict[str, int]
    unavailable: int
    failed_max_ms: float
    slow: int
    outage_ms: float
    outage_start: float
    outage_end: float
    median_ms: float
    max_ms: float
    late_ms: float
    servers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time (epoch seconds) in which every sample had the same holders."""

    start: float
    end: float
    holders: tuple[str, ...]

    @property
    def ms(self) -> float:
        return (self.end - self.start) * 1000


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who held the VIP within a window of time.

    before, after: who held it at the window's start and end ("lb1 + lb2" for two, "" for nobody).
    none_ms, two_ms: the longest stretch without a holder and with two or more, accurate to one interval.
    samples: in the window; two_samples: those with two or more holders. blind_ms: the longest stretch without
    a sample. moves: how often the VIP passed from one sole holder to another. timeline: without a gap.
    """

    before: str
    after: str
    samples: int
    none_ms: float
    two_ms: float
    two_samples: int
    blind_ms: float
    moves: int
    timeline: tuple[Segment, ...]


def summarise(lines: Iterable[str]) -> Summary:
    """Return how the requests the prober recorded fared; raise InvalidRecording."""
    return fared(Run.from_lines(lines))


def holders(lines: Iterable[str], start: float, end: float) -> Ownership:
    """Return who held the VIP between two epoch seconds, by the watcher's record; raise InvalidRecording."""
    return held(Watching.from_lines(lines), start, end)


def fared(run: Run) -> Summary:
    """Return how the requests of the run fared."""
    good = [request for request in run.requests if request.ok]
    bad = [request for request in run.requests if not request.ok]
    failed = Counter(request.outcome for request in bad)
    took = [request.ms for request in good]
    outage = outage_of(run, good)
    return Summary(
        requests=len(run.requests),
        ok=len(good),
        failed=failed.total(),
        failed_by_kind=dict(sorted(failed.items())),
        unavailable=sum(request.status == 503 for request in bad),
        failed_max_ms=max((request.ms for request in bad), default=0.0),
        slow=sum(ms > run.slow * 1000 for ms in took),
        outage_ms=(outage[1] - outage[0]) * 1000,
        outage_start=outage[0],
        outage_end=outage[1],
        median_ms=statistics.median(took) if took else 0.0,
        max_ms=max(took, default=0.0),
        late_ms=max(request.late_ms for request in run.requests),
        servers=dict(sorted(Counter(request.server for request in good if request.server).items())),
    )


def outage_of(run: Run, answers: Iterable[Request]) -> tuple[float, float]:
    """Return start and end of the longest stretch of the run in which none of the answers ended."""
    ends = sorted(request.ended for request in answers)
    return max(pairwise([run.started, *ends, run.ended]), key=lambda pair: pair[1] - pair[0])


def held(watching: Watching, start: float, end: float) -> Ownership:
    """Return who held the VIP between two epoch seconds.

    A sample speaks for the time until the next one; the one before `start` speaks for the window's beginning.
    """
    timeline = _timeline(watching, start, end)
    inside = [sample for sample in watching.samples if start <= sample.at < end]
    sole = [segment.holders for segment in timeline if len(segment.holders) == 1]
    times = [start, *(sample.at for sample in inside), end]
    return Ownership(
        before=" + ".join(timeline[0].holders) if timeline else "",
        after=" + ".join(timeline[-1].holders) if timeline else "",
        samples=len(inside),
        none_ms=longest(timeline, lambda count: count == 0),
        two_ms=longest(timeline, lambda count: count > 1),
        two_samples=sum(len(sample.holders) > 1 for sample in inside),
        blind_ms=max(later - earlier for earlier, later in pairwise(times)) * 1000,
        moves=sum(earlier != later for earlier, later in pairwise(sole)),
        timeline=timeline,
    )


def _timeline(watching: Watching, start: float, end: float) -> tuple[Segment, ...]:
    samples = [sample for sample in watching.samples if sample.at < end]
    following = [*samples[1:], Sample(end, ())] if samples else []
    segments: list[Segment] = []
    for sample, after in zip(samples, following, strict=True):
        if after.at <= start:
            continue
        if segments and segments[-1].holders == sample.holders:
            segments[-1] = Segment(segments[-1].start, after.at, sample.holders)
        else:
            segments.append(Segment(max(sample.at, start), after.at, sample.holders))
    return tuple(segments)


def longest(timeline: Iterable[Segment], counts: Callable[[int], bool]) -> float:
    """Return the longest unbroken time, in ms, in which the number of holders was such."""
    longest = current = 0.0
    for segment in timeline:
        current = current + segment.ms if counts(len(segment.holders)) else 0.0
        longest = max(longest, current)
    return longest
