"""Whether a run of chaos kept every promise all along, and if not, when and why: in words, with numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evergate.drill.chaos_recording import Made, Recording
from evergate.drill.chaos_windows import UNDER_WAY, Hit, Window, hits, touched
from evergate.drill.judgement import MAX_BLIND_MS
from evergate.drill.promises import Terms
from evergate.drill.recording import Request
from evergate.drill.summary import Ownership, Segment, held, longest

STEADY_MS = 100.0  # longest outage, and longest time without a holder, when nothing is broken
_LEAST_GAP = 0.005  # s; no promise is as short
_TOGETHER = 1.0  # s; failures closer to each other than this are told as one


@dataclass(frozen=True, slots=True)
class Violation:
    """What was broken, in words, and when (epoch s)."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One fault with what was seen from its beginning until the pair had settled or the next one began.

    outage_ms, none_ms, two_ms: the longest stretch without an answer, without a holder, with two of them.
    """

    made: Made
    outage_ms: float = 0.0
    failed: int = 0
    none_ms: float = 0.0
    two_ms: float = 0.0
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Chaos:
    """One run and the judgement on it."""

    recording: Recording
    terms: Terms
    rows: tuple[Row, ...]
    violations: tuple[Violation, ...]

    @property
    def kept(self) -> bool:
        return not self.violations


@dataclass(frozen=True, slots=True)
class _Run:
    """What all invariants are looked up in.

    gaps: stretches without an answer on a new connection, by their start and end. failed: the requests that
    were, in the order of time, with True for those on kept connections.
    """

    recording: Recording
    terms: Terms
    hits: tuple[Hit, ...]
    gaps: tuple[tuple[float, float], ...]
    failed: tuple[tuple[Request, bool], ...]
    whole: Ownership

    @property
    def steady_ms(self) -> float:
        return STEADY_MS * self.terms.tolerance

    @property
    def accuracy(self) -> float:
        """How exactly the watcher sees, in s."""
        return self.recording.watching.interval


def judge(recording: Recording, terms: Terms | None = None) -> Chaos:
    """Return the judgement on a run of chaos, its violations in the order of time."""
    terms = terms or Terms()
    run = _run(recording, terms)
    checks = (_unproven, _wrong, _failed, _outages, _unheld, _doubled, _moved, _split_unseen, _left_behind)
    violations = [violation for check in checks for violation in check(run)]
    return Chaos(
        recording=recording,
        terms=terms,
        rows=tuple(_row(run, made) for made in recording.made),
        violations=tuple(sorted(violations, key=lambda violation: violation.at)),
    )


def _run(recording: Recording, terms: Terms) -> _Run:
    new, kept = recording.new, recording.keep_alive
    answers = sorted(request.ended for request in new.requests if request.ok)
    failed = [(request, False) for request in new.requests if not request.ok]
    failed += [(request, True) for request in kept.requests if not request.ok]
    return _Run(
        recording=recording,
        terms=terms,
        hits=hits(recording, terms),
        gaps=tuple(
            gap for gap in pairwise([new.started, *answers, new.ended]) if gap[1] - gap[0] > _LEAST_GAP
        ),
        failed=tuple(sorted(failed, key=lambda each: each[0].at)),
        whole=held(recording.watching, recording.watching.started, recording.watching.ended),
    )


def _unproven(run: _Run) -> Iterator[Violation]:
    """Yield why the recordings cannot show that all was well."""
    recording = run.recording
    if not run.hits:
        yield Violation(recording.started, "no fault was made, so nothing was shown")
    for made in recording.made:
        at = made.begun or recording.started + made.at
        if made.begun is None:
            yield Violation(at, f"{made.title} was not made: {made.why or 'nothing was noted of it'}")
        elif made.healed is None:
            yield Violation(at, f"{made.title} on {' and '.join(made.nodes)} was never healed")
        elif not recording.started <= made.begun <= made.healed <= recording.ended:
            yield Violation(at, f"{made.title} lies outside the recordings")
        yield from (Violation(at, f"{made.title}: {failure}") for failure in made.failures)
    if run.whole.blind_ms > MAX_BLIND_MS * run.terms.tolerance:
        yield Violation(recording.started, f"nobody watched the VIP for {run.whole.blind_ms:.0f} ms")


def _wrong(run: _Run) -> Iterator[Violation]:
    """Yield the requests that were answered, and wrongly: no fault excuses that."""
    wrong = [request for request, _ in run.failed if _is_wrong(run, request)]
    for burst in _bursts(wrong):
        yield Violation(burst[0].at, f"{_kinds(burst)} answered wrongly{_after(run, burst[0].at)}")


def _is_wrong(run: _Run, request: Request) -> bool:
    if request.outcome == "status":
        return not (request.status == 503 and _declared(run, request))
    return request.outcome == "invalid"


def _failed(run: _Run) -> Iterator[Violation]:
    """Yield the requests that failed when none may, or otherwise than they may."""
    lost = [
        request
        for request, kept in run.failed
        if not _is_wrong(run, request) and not any(_excuses(run, hit, request, kept) for hit in run.hits)
    ]
    for burst in _bursts(lost):
        yield Violation(burst[0].at, f"{_kinds(burst)} failed{_after(run, burst[0].at)}")


def _declared(run: _Run, request: Request) -> bool:
    return any(
        hit.declared is not None and hit.declared.touches(request.at, request.ended) for hit in run.hits
    )


def _excuses(run: _Run, hit: Hit, request: Request, kept: bool) -> bool:
    """Return whether the request may fail because of the fault."""
    if hit.split is not None:
        return hit.split.touches(request.at, request.ended)
    if hit.serverless is not None:
        cut_short = hit.start <= request.ended and request.at <= hit.struck + UNDER_WAY
        return hit.serverless.touches(request.at, request.ended) if request.status == 503 else cut_short
    # A kept connection learns only with its next request that its node is gone.
    late = run.recording.kept_s if kept else 0.0
    return touched(hit.losing, request.at - late, request.ended)


def _outages(run: _Run) -> Iterator[Violation]:
    """Yield the stretches without an answer that are longer than the faults of that moment may cost."""
    for start, end in run.gaps:
        ms = _undeclared_ms(start, end, (hit.declared for hit in run.hits))
        limits = _limits(run, start, end)
        limit = sum(limits) if limits else run.steady_ms
        if ms > limit:
            yield Violation(start, f"nothing was answered for {_promised(ms, limit)}{_after(run, start)}")


def _unheld(run: _Run) -> Iterator[Violation]:
    """Yield the stretches in which nobody answered for the VIP for longer than the faults' longest outage."""
    for start, end in _stretches(run.whole.timeline, lambda count: count == 0):
        ms = _undeclared_ms(start, end, (hit.split for hit in run.hits))
        limit = max([run.steady_ms, *_limits(run, start, end)])
        if ms > limit + run.accuracy * 1000:
            yield Violation(
                start, f"nobody answered for the VIP for {_promised(ms, limit)}{_after(run, start)}"
            )


def _limits(run: _Run, start: float, end: float) -> list[float]:
    """Return the longest outage, in ms, of each fault that disturbs clients in that stretch."""
    return [
        hit.promise.outage.max_ms
        for hit in run.hits
        if hit.promise.outage is not None and touched(hit.disturbed, start, end)
    ]


def _undeclared_ms(start: float, end: float, windows: Iterable[Window | None]) -> float:
    """Return how much of the stretch lies outside the windows, in ms; they have no moment in common."""
    inside = sum(window.overlap(start, end) for window in windows if window is not None)
    return (end - start - inside) * 1000


def _doubled(run: _Run) -> Iterator[Violation]:
    """Yield the stretches in which two nodes answered for the VIP and may not."""
    for start, end in _stretches(run.whole.timeline, lambda count: count > 1):
        if not any(hit.may_have_two(start, end, run.accuracy) for hit in run.hits):
            ms = (end - start) * 1000
            yield Violation(start, f"two nodes answered for the VIP for {ms:.0f} ms{_after(run, start)}")


def _moved(run: _Run) -> Iterator[Violation]:
    """Yield how often the VIP moved that should have stayed, or stayed that should have moved."""
    at_nodes = [hit for hit in run.hits if hit.hits_nodes]
    moves = _moves(run.whole.timeline)
    for at in (at for at in moves if not at_nodes or at < at_nodes[0].start):
        yield Violation(at, "the VIP moved before any load balancer was hit")
    untils = [*(hit.start for hit in at_nodes[1:]), run.recording.ended]
    for hit, until in zip(at_nodes, untils, strict=False):
        count = sum(hit.start <= at < until for at in moves)
        if hit.promise.moves is not None and count > hit.promise.moves:
            yield Violation(
                hit.start,
                f"the VIP moved {count} times after {hit.title}; promised: at most {hit.promise.moves}",
            )
        if hit.promise.vip == "moves" and not count:
            yield Violation(hit.start, f"{hit.title} on {' and '.join(hit.made.nodes)}: the VIP did not move")


def _split_unseen(run: _Run) -> Iterator[Violation]:
    """Yield which node did not tell of a split in time."""
    for hit in run.hits:
        limit = hit.promise.split_seen_ms
        for node in sorted(set(hit.made.nodes)) if limit is not None else ():
            told = [note.at for note in run.recording.splits if note.node == node and note.at >= hit.start]
            ms = (min(told) - hit.struck) * 1000 if told else None
            if ms is None or min(told) > hit.settled:
                yield Violation(hit.start, f"{node} never told of the split")
            elif limit is not None and ms > limit:
                yield Violation(hit.start, f"{node} told of the split after {_promised(ms, limit)}")


def _left_behind(run: _Run) -> Iterator[Violation]:
    """Yield what is not as it was when it is all over."""
    end, before, after = run.recording.ended, run.recording.before, run.recording.after
    for host, state in after.items():
        former = before[host]
        yield from (
            Violation(end, f"{host}: {text}")
            for text in (
                *(f"{unit} has failed" for unit in sorted(state.failed)),
                *(f"{each}: not fit to be active" for each in state.unfit),
                *(f"{each} is left behind" for each in state.left),
                *(f"{name} has changed" for name in _changed(former.files, state.files)),
            )
        )
    holders = [host for host in run.recording.nodes if after[host].holds]
    if len(holders) != 1:
        yield Violation(end, f"the VIP is held by {' and '.join(holders) or 'nobody'} in the end")


def _changed(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """Return the files that differ; each is written as checksum and name."""
    return sorted({line.partition(" ")[2].strip() for line in before ^ after})


def _row(run: _Run, made: Made) -> Row:
    hit = next((hit for hit in run.hits if hit.made.number == made.number), None)
    if hit is None:
        return Row(made)
    start = hit.start
    # One that took longer than planned leaves less time: what follows it has a row of its own.
    end = min([hit.settled, *(each.start for each in run.hits if each.start > hit.end)])
    seen = [
        Segment(max(start, each.start), min(end, each.end), each.holders)
        for each in run.whole.timeline
        if each.start < end and each.end > start
    ]
    return Row(
        made=made,
        outage_ms=max((b - a for a, b in run.gaps if a < end and b > start), default=0.0) * 1000,
        failed=sum(request.at < end and request.ended > start for request, _ in run.failed),
        none_ms=longest(seen, lambda count: count == 0),
        two_ms=longest(seen, lambda count: count > 1),
        moves=sum(start <= at < end for at in _moves(run.whole.timeline)),
    )


def _stretches(timeline: Iterable[Segment], counts: Callable[[int], bool]) -> list[tuple[float, float]]:
    """Return the unbroken stretches in which the number of holders was such, by their start and end."""
    found: list[tuple[float, float]] = []
    for segment in timeline:
        if not counts(len(segment.holders)):
            continue
        if found and found[-1][1] == segment.start:
            found[-1] = (found[-1][0], segment.end)
        else:
            found.append((segment.start, segment.end))
    return found


def _moves(timeline: Iterable[Segment]) -> list[float]:
    """Return when the VIP came from one sole holder to another."""
    sole = [segment for segment in timeline if len(segment.holders) == 1]
    return [later.start for earlier, later in pairwise(sole) if earlier.holders != later.holders]


def _bursts(requests: Iterable[Request]) -> list[list[Request]]:
    """Return requests in the order of time, those together that follow each other closely."""
    found: list[list[Request]] = []
    for request in requests:
        if found and request.at - found[-1][-1].at <= _TOGETHER:
            found[-1].append(request)
        else:
            found.append([request])
    return found


def _kinds(requests: Sequence[Request]) -> str:
    kinds = Counter(
        f"status {request.status}" if request.outcome == "status" else request.outcome for request in requests
    )
    words = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{len(requests)} request{'s' if len(requests) > 1 else ''} ({words})"


def _after(run: _Run, at: float) -> str:
    """Return in words how long after which fault that was, and after its healing if it had begun."""
    hit = next((hit for hit in reversed(run.hits) if hit.start <= at), None)
    if hit is None:
        return ""
    healed = f", {at - hit.end:.1f} s after its healing began" if at >= hit.end else ""
    return f", {at - hit.start:.1f} s after {hit.title} on {' and '.join(hit.made.nodes)}{healed}"


def _promised(ms: float, limit: float) -> str:
    return f"{ms:.0f} ms (promised: at most {limit:.0f} ms)"
