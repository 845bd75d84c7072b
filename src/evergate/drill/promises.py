"""What each fault may cost at most, and whether a drill kept to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate.drill.evidence import Evidence, Findings, findings
from evergate.drill.recording import Event, InvalidRecording
from evergate.drill.summary import Summary

MAX_BLIND_MS = 250.0  # an unwatched stretch in which a second holder could hide
MIN_SILENT_MS = 100.0  # a killed server that was never silent for this long was not killed


@dataclass(frozen=True, slots=True)
class Promise:
    """What a fault may cost.

    title: the fault in words. vip_moves: it must pass to another node; else it must stay. outage_ms: longest
    outage of new connections. failed: how many requests, new and kept together. unheld_ms: how long nobody
    may answer for the VIP. two_ms: how long two nodes may, after the recovery alone: before it, never.
    None: nothing promised.
    """

    title: str
    vip_moves: bool
    outage_ms: float | None = None
    failed: int | None = None
    unheld_ms: float = 1000
    two_ms: float = 0


# A node that was lost believes itself active until it hears of its successor: two adverts, 100 ms each.
_RETURNING_MS = 200

PROMISES = {
    "haproxy_killed": Promise("HAProxy killed", vip_moves=True, outage_ms=1000),
    "haproxy_hung": Promise("HAProxy hung", vip_moves=True, outage_ms=1000),
    "node_frozen": Promise("Node frozen", vip_moves=True, outage_ms=1000, two_ms=_RETURNING_MS),
    "node_cut_off": Promise("Node cut off", vip_moves=True, outage_ms=1000, two_ms=_RETURNING_MS),
    # One late answer is no loss of the VIP: it is missed for five samples before it counts.
    "app_server_killed": Promise("App server killed", vip_moves=False, failed=0, unheld_ms=100),
}


def promise_for(fault: str) -> Promise:
    """Return the promise for a fault; raise InvalidRecording for a fault nothing is promised for."""
    if fault not in PROMISES:
        raise InvalidRecording(f"{fault!r} is not a fault with a promise: {', '.join(PROMISES)}")
    return PROMISES[fault]


def broken(evidence: Evidence, found: Findings) -> tuple[str, ...]:
    """Return each broken promise in words, with its numbers; none is what one hopes for."""
    promise, fault = promise_for(evidence.fault), evidence.first("fault")
    if fault is None:
        return ("no fault was recorded, so nothing was shown",)
    return tuple(
        [
            *_unproven(evidence, found, fault),
            *_vip_broken(promise, found, fault),
            *_requests_broken(promise, found, fault),
        ]
    )


def _unproven(evidence: Evidence, found: Findings, fault: Event) -> Iterator[str]:
    """Yield why the recordings cannot show what happened."""
    if not evidence.started <= fault.at < evidence.ended:
        yield "the fault lies outside the recordings"
    if found.whole.blind_ms > MAX_BLIND_MS:
        yield f"nobody watched the VIP for {found.whole.blind_ms:.0f} ms"


def _vip_broken(promise: Promise, found: Findings, fault: Event) -> Iterator[str]:
    before, after = found.during.before or "nobody", found.during.after or "nobody"
    if promise.vip_moves and before != fault.node:
        yield f"{before} held the VIP, not {fault.node}, which was hit"
    if promise.vip_moves and (after in (before, "nobody") or " + " in after):
        yield f"the VIP did not move: held by {before} before the fault, by {after} after it"
    if not promise.vip_moves and (found.whole.moves or after != before):
        yield f"the VIP did not stay with {before}: {found.whole.moves} moves, held by {after} in the end"
    if found.during.two_samples:
        yield f"two nodes answered for the VIP before the recovery, in {found.during.two_samples} samples"
    if found.whole.two_ms > promise.two_ms:
        yield (
            f"two nodes answered for the VIP for {found.whole.two_ms:.0f} ms; "
            f"promised: at most {promise.two_ms:.0f} ms"
        )
    if found.whole.none_ms > promise.unheld_ms:
        yield (
            f"nobody answered for the VIP for {found.whole.none_ms:.0f} ms; "
            f"promised: at most {promise.unheld_ms:.0f} ms"
        )


def _requests_broken(promise: Promise, found: Findings, fault: Event) -> Iterator[str]:
    if promise.outage_ms is not None and found.new.outage_ms > promise.outage_ms:
        yield (
            f"new connections had no answer for {found.new.outage_ms:.0f} ms; "
            f"promised: at most {promise.outage_ms:.0f} ms"
        )
    if promise.failed is None:
        return
    for name, summary in (("new", found.new), ("kept", found.keep_alive)):
        if summary.failed > promise.failed:
            yield f"{_failures(summary)} on {name} connections; promised: {promise.failed}"
    if not found.answered_before:
        yield f"{fault.node} had answered nothing before the fault, so that killing it showed nothing"
    elif found.silent_ms < MIN_SILENT_MS:
        yield f"{fault.node} went on answering (silent for {found.silent_ms:.0f} ms at most): was it hit?"


def _failures(summary: Summary) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in summary.failed_by_kind.items())
    return f"{summary.failed} requests failed ({kinds})"


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill and the judgement on it: which promises it broke, in words."""

    evidence: Evidence
    promise: Promise
    found: Findings
    broken: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return not self.broken

    @property
    def node(self) -> str:
        """The node that was hit, empty without a fault."""
        fault = self.evidence.first("fault")
        return fault.node if fault else ""

    @property
    def origin(self) -> float:
        """Epoch seconds of the fault, of the start where there was none; time is told relative to it."""
        fault = self.evidence.first("fault")
        return fault.at if fault else self.evidence.started


def judge(evidence: Evidence) -> Drill:
    """Return the drill with the promises it broke; raise InvalidRecording for a fault without a promise."""
    promise, found = promise_for(evidence.fault), findings(evidence)
    return Drill(evidence, promise, found, broken(evidence, found))
