"""Who held the VIP as the nodes themselves saw it, and where the client's neighbour table sent its packets.

Read are the words of iproute2: `ip -oneline address show` and then `ip -oneline -timestamp monitor address`
of each node, and `ip -timestamp monitor neigh` of the client. A line looks like one of
  [2026-11-25T17:44:30.123456] 3: svc0    inet 198.51.100.200/25 scope global secondary svc0\\  valid_lft …
  [2026-11-25T17:44:31.123456] Deleted 3: svc0    inet 198.51.100.200/25 scope global secondary svc0\\ …
  [2026-11-25T17:44:31.123456] 198.51.100.200 dev svc0 lladdr 02:00:00:00:00:02 REACHABLE
with times in UTC. What was shown at the start has none. Other lines, and one that was cut short, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from evergate.drill.summary import Segment, longest

_TIME = r"\[(?P<at>[0-9-]{10}T[0-9:]{8}(?:\.[0-9]{1,6})?)\] "
_ADDRESS = re.compile(rf"(?:{_TIME})?(?P<gone>Deleted )?[0-9]+: \S+ +inet6? (?P<address>[0-9a-f.:]+)[/ ]")
_NEIGHBOUR = re.compile(rf"{_TIME}(?P<address>[0-9a-f.:]+) dev \S+ .*?lladdr (?P<mac>[0-9a-f:]{{17}})\b")

Change = tuple[float, bool]  # epoch s, before all others 0; whether the node has the address from then on
Learned = tuple[float, str]  # epoch s; the MAC that the client sends to from then on


@dataclass(frozen=True, slots=True)
class Holding:
    """Who had the VIP among their addresses; none_ms, two_ms: for how long nobody, two or more at once."""

    none_ms: float
    two_ms: float
    timeline: tuple[Segment, ...]


def changes(lines: Iterable[str], vip: str) -> tuple[Change, ...]:
    """Return when a node got and lost the VIP, by its own record."""
    found: list[Change] = [(0.0, False)]
    for match in filter(None, map(_ADDRESS.match, lines)):
        if match["address"] == vip:
            found.append((_epoch(match["at"]) if match["at"] else 0.0, match["gone"] is None))
    return tuple(sorted(found, key=lambda change: change[0]))


def learned(lines: Iterable[str], vip: str) -> tuple[Learned, ...]:
    """Return where the client's neighbour table sent what is meant for the VIP, whenever that changed."""
    found: list[Learned] = []
    for match in filter(None, map(_NEIGHBOUR.match, lines)):
        if match["address"] == vip and (not found or found[-1][1] != match["mac"]):
            found.append((_epoch(match["at"]), match["mac"]))
    return tuple(found)


def stopped(changes: tuple[Change, ...], at: float, until: float | None = None) -> tuple[Change, ...]:
    """Return the changes of a node that stopped at that time: it has lost the VIP then, whatever it wrote.

    One that goes on later, as if nothing had been, has what it had.
    """
    before = tuple(change for change in changes if change[0] < at)
    again = () if until is None else ((until, before[-1][1]),)
    after = tuple(change for change in changes if change[0] >= (at if until is None else until))
    return (*before, (at, False), *again, *after)


def holding(nodes: Mapping[str, tuple[Change, ...]], start: float, end: float) -> Holding:
    """Return who had the VIP between two epoch seconds."""
    times = sorted({start, end, *(at for each in nodes.values() for at, _ in each if start < at < end)})
    segments: list[Segment] = []
    for earlier, later in pairwise(times):
        holders = tuple(sorted(name for name, each in nodes.items() if _has(each, earlier)))
        if segments and segments[-1].holders == holders:
            segments[-1] = Segment(segments[-1].start, later, holders)
        else:
            segments.append(Segment(earlier, later, holders))
    return Holding(
        none_ms=longest(segments, lambda count: count == 0),
        two_ms=longest(segments, lambda count: count > 1),
        timeline=tuple(segments),
    )


def _has(changes: tuple[Change, ...], at: float) -> bool:
    return [has for time, has in changes if time <= at][-1]


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
