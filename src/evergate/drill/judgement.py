"""Whether a fault's rounds kept what is promised for it, and if not, why: in words, with the numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evergate.drill.evidence import Evidence, Findings, findings
from evergate.drill.faults import FAULTS, Fault
from evergate.drill.promises import Promise, Terms
from evergate.drill.recording import Event, InvalidRecording
from evergate.drill.server import FIRST
from evergate.drill.summary import Summary
from evergate.errors import nearest

MAX_BLIND_MS = 250.0  # an unwatched stretch in which a second holder could hide
MIN_SILENT_MS = 100.0  # a server that was hit and never silent for this long was not hit
MAX_FIRST_SHARE = 0.5  # of its later share is what a server may have in the first second of its return


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a fault and the judgement on it: which promises it broke, in words."""

    fault: Fault
    promise: Promise
    evidence: Evidence
    found: Findings
    broken: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.evidence.round

    @property
    def kept(self) -> bool:
        return not self.broken

    @property
    def node(self) -> str:
        """The host that was hit, empty without a fault."""
        fault = self.evidence.first("fault")
        return fault.node if fault else ""

    @property
    def origin(self) -> float:
        """Epoch seconds of the fault, of the start where there was none; time is told relative to it."""
        fault = self.evidence.first("fault")
        return fault.at if fault else self.evidence.started


@dataclass(frozen=True, slots=True)
class Drill:
    """All rounds of a fault, and the judgement on them together."""

    fault: Fault
    promise: Promise
    rounds: tuple[Round, ...]
    broken: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return not self.broken

    @property
    def started(self) -> float:
        """Epoch seconds of the first round's start."""
        return min(each.evidence.started for each in self.rounds)

    @property
    def outages(self) -> tuple[float, ...]:
        """Each round's longest outage of new connections, in ms."""
        return tuple(each.found.new.outage_ms for each in self.rounds)

    @property
    def failed(self) -> tuple[int, ...]:
        """Each round's failed requests, on new and on kept connections."""
        return tuple(each.found.failed for each in self.rounds)

    @property
    def worst(self) -> Round:
        """The round to look at: one that broke a promise, if any; of those with most outage or most lost."""
        if self.promise.outage is None:
            return max(self.rounds, key=lambda each: (not each.kept, each.found.failed))
        return max(self.rounds, key=lambda each: (not each.kept, each.found.new.outage_ms))


def judge(rounds: Sequence[Evidence], terms: Terms | None = None) -> Drill:
    """Return the drill made of a fault's rounds; raise InvalidRecording for a fault without a promise."""
    fault = fault_of(rounds[0].fault)
    promise = fault.promise.under(terms or Terms())
    judged = tuple(
        _judged(fault, promise, evidence) for evidence in sorted(rounds, key=lambda one: one.round)
    )
    several = len(judged) > 1
    reasons = [
        f"round {each.number}: {reason}" if several else reason for each in judged for reason in each.broken
    ]
    return Drill(fault, promise, judged, (*_median_broken(promise, judged), *reasons))


def fault_of(name: str) -> Fault:
    """Return the catalogue's fault; raise InvalidRecording for one nothing is promised for."""
    if name not in FAULTS:
        hint = nearest(name, FAULTS, f"there are {', '.join(FAULTS)}")
        raise InvalidRecording(f"{name!r} is not a fault with a promise: {hint}")
    return FAULTS[name]


def _judged(fault: Fault, promise: Promise, evidence: Evidence) -> Round:
    found = findings(evidence, fault.stops_node, fault.reboots)
    return Round(fault, promise, evidence, found, tuple(_broken(promise, evidence, found)))


def _median_broken(promise: Promise, rounds: Sequence[Round]) -> Iterator[str]:
    """Yield what the rounds broke together; one alone has no median."""
    if promise.outage is None or len(rounds) < 2:
        return
    median = statistics.median(each.found.new.outage_ms for each in rounds)
    if median > promise.outage.median_ms:
        yield (
            f"new connections had no answer for {median:.0f} ms in the median of {len(rounds)} rounds; "
            f"promised: at most {promise.outage.median_ms:.0f} ms"
        )


def _broken(promise: Promise, evidence: Evidence, found: Findings) -> Iterator[str]:
    fault = evidence.first("fault")
    if fault is None:
        yield "no fault was recorded, so nothing was shown"
        return
    yield from evidence.failures
    yield from _unproven(promise, evidence, found, fault)
    yield from _way_broken(promise, found, fault)
    yield from _holders_broken(promise, found)
    yield from _split_broken(promise, found)
    yield from _outage_broken(promise, found)
    yield from _failures_broken(promise, found)
    if promise.unavailable_ms is not None:
        yield from _unavailable_broken(promise.unavailable_ms, found)
    if promise.ejected_ms is not None:
        yield from _ejection_broken(promise.ejected_ms, found, fault.node)
    if promise.slow_start:
        yield from _return_broken(found, fault.node)


def _unproven(promise: Promise, evidence: Evidence, found: Findings, fault: Event) -> Iterator[str]:
    """Yield why the recordings cannot show what happened."""
    if not evidence.started <= fault.at < evidence.ended:
        yield "the fault lies outside the recordings"
    if found.whole.blind_ms > MAX_BLIND_MS:
        yield f"nobody watched the VIP for {found.whole.blind_ms:.0f} ms"
    if promise.felt_ms is not None and found.felt_ms < promise.felt_ms:
        yield (
            f"a request in a hundred took {found.felt_ms:.0f} ms, the others less: "
            "were packets lost, or late?"
        )


def _way_broken(promise: Promise, found: Findings, fault: Event) -> Iterator[str]:
    """Yield where the VIP went that it should not have gone."""
    before, after = found.during.before or "nobody", found.during.after or "nobody"
    moves = found.whole.moves
    if promise.vip == "moves" and before != fault.node:
        yield f"{before} held the VIP, not {fault.node}, which was hit"
    if promise.vip == "moves" and (after in (before, "nobody") or " + " in after):
        yield f"the VIP did not move: held by {before} before the fault, by {after} after it"
    if promise.vip == "stays":
        if moves or (promise.unheld_ms is not None and after != before):
            yield f"the VIP did not stay with {before}: {moves} moves, held by {after} in the end"
    elif promise.moves is not None and moves > promise.moves:
        yield f"the VIP moved {moves} times; promised: at most {promise.moves}"


def _holders_broken(promise: Promise, found: Findings) -> Iterator[str]:
    """Yield for how long too many nodes answered for the VIP, or none."""
    for when, ms, limit in (
        ("before the recovery ", found.during.two_ms, promise.two_during_ms),
        ("after the recovery ", found.after.two_ms, promise.two_ms),
    ):
        if limit is not None and ms > limit:
            yield f"two nodes answered for the VIP {when}for {ms:.0f} ms; promised: at most {limit:.0f} ms"
    if promise.unheld_ms is not None and found.whole.none_ms > promise.unheld_ms:
        yield (
            f"nobody answered for the VIP for {found.whole.none_ms:.0f} ms; "
            f"promised: at most {promise.unheld_ms:.0f} ms"
        )


def _split_broken(promise: Promise, found: Findings) -> Iterator[str]:
    """Yield which node did not know of the split in time, and whether it was over in time."""
    seen, limit = found.split_seen_ms, promise.split_seen_ms
    if limit is not None:
        if len(seen) < 2:
            yield f"the split was made on {' and '.join(seen)} alone, so it was none"
        for node, ms in seen.items():
            if ms is None:
                yield f"{node} never told of the split"
            elif ms > limit:
                yield f"{node} told of the split after {ms:.0f} ms; promised: at most {limit:.0f} ms"
    if promise.settled_ms is not None and found.settled_ms > promise.settled_ms:
        yield (
            f"after the recovery it took {found.settled_ms:.0f} ms until one node alone held the VIP; "
            f"promised: at most {promise.settled_ms:.0f} ms"
        )


def _outage_broken(promise: Promise, found: Findings) -> Iterator[str]:
    if promise.outage is not None and found.new.outage_ms > promise.outage.max_ms:
        yield (
            f"new connections had no answer for {found.new.outage_ms:.0f} ms; "
            f"promised: at most {promise.outage.max_ms:.0f} ms"
        )


def _failures_broken(promise: Promise, found: Findings) -> Iterator[str]:
    """Yield which requests were lost that should not have been, or executed twice."""
    for name, summary, limit in (
        ("new", found.new, promise.failed_new),
        ("kept", found.keep_alive, promise.failed_kept),
    ):
        if limit is not None and summary.failed > limit:
            yield f"{_failures(summary)} on {name} connections; promised: {limit}"
    if promise.failed_after is not None and found.failed_after > promise.failed_after:
        yield f"{found.failed_after} requests failed after the recovery; promised: {promise.failed_after}"
    if promise.posts_once and found.executed_twice:
        yield f"{found.executed_twice} POSTs were executed more than once; promised: none"


def _unavailable_broken(limit: float, found: Findings) -> Iterator[str]:
    """Yield how a service without a server failed otherwise than promised."""
    if found.otherwise:
        yield f"{found.otherwise} of {found.failed} requests that failed had another status than 503, or none"
    for name, summary in (("new", found.new), ("kept", found.keep_alive)):
        if summary.failed_max_ms > limit:
            yield (
                f"a request on {name} connections failed after {summary.failed_max_ms:.0f} ms; "
                f"promised: at most {limit:.0f} ms"
            )
    if not found.new.failed + found.keep_alive.failed:
        yield "no request failed: were the servers gone?"
    if not found.answered_after:
        yield "no request was answered after the recovery"


def _ejection_broken(limit: float, found: Findings, node: str) -> Iterator[str]:
    """Yield how long the server that was hit went on answering."""
    fate = found.server
    if not fate.answered_before:
        yield f"{node} had answered nothing before the fault, so that hitting it showed nothing"
    elif fate.silent_ms < MIN_SILENT_MS:
        yield f"{node} went on answering (silent for {fate.silent_ms:.0f} ms at most): was it hit?"
    elif fate.ejected_ms > limit:
        yield f"{node} was ejected after {fate.ejected_ms:.0f} ms; promised: at most {limit:.0f} ms"


def _return_broken(found: Findings, node: str) -> Iterator[str]:
    """Yield whether the server that was hit got its full share at once when it was back."""
    first, later = found.server.first_share, found.server.later_share
    if first is None or later is None:
        yield f"{node} was not seen for {2 * FIRST:.0f} s after its return, so its slow start was not shown"
    elif first >= MAX_FIRST_SHARE * later:
        yield (
            f"{node} had {first:.1%} of the answers in the first second of its return, {later:.1%} after it; "
            "promised: less than half as many"
        )


def _failures(summary: Summary) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in summary.failed_by_kind.items())
    return f"{summary.failed} requests failed ({kinds})"
