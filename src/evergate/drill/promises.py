"""What each kind of fault may cost at most, with every profile of timings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

from evergate import profiles


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a drill is judged.

    profile: one of evergate.profiles. tolerance: every time limit is multiplied by it. preempt: the
    preferred node takes the VIP back, one move that is no flapping.
    """

    profile: str = profiles.DEFAULT
    tolerance: float = 1.0
    preempt: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest outage: of the median over a fault's rounds, and of any round."""

    median_ms: float
    max_ms: float

    def times(self, factor: float) -> Self:
        """Return the limit stretched by a factor."""
        return replace(self, median_ms=self.median_ms * factor, max_ms=self.max_ms * factor)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a fault may cost. None: nothing promised. Times are of the standard profile until `under` chose.

    vip: it must pass to another node, stay where it is, or may do either. moves: how often it may pass from
    one sole holder to another. outage, fast: longest outage of new connections with the standard and the
    fast profile. wan: how much longer everything may take with that profile. failed_new, failed_kept,
    failed_after: requests that may fail on new connections, on kept ones, and on both after the recovery.
    unavailable_ms: every request that fails has the status 503 within this time, and after the recovery
    they are answered again. posts_once: no server may act twice on a POST. ejected_ms: the server that was
    hit has answered for the last time. slow_start: back again, its share grows. unheld_ms: how long nobody
    may answer for the VIP. two_during_ms, two_ms: how long two nodes may, until the recovery and after it.
    split_seen_ms: each node knows of a split. settled_ms: from the recovery on until one node holds the VIP.
    felt_ms: no promise but a proof that the fault was there: a request in a hundred takes this long at least.
    """

    vip: Literal["moves", "stays", "may move"]
    moves: int | None = 1
    outage: Limit | None = None
    fast: Limit | None = None
    wan: float = 4
    failed_new: int | None = None
    failed_kept: int | None = None
    failed_after: int | None = None
    unavailable_ms: float | None = None
    posts_once: bool = False
    ejected_ms: float | None = None
    slow_start: bool = False
    unheld_ms: float | None = 1000
    two_during_ms: float | None = 0
    two_ms: float | None = 0
    split_seen_ms: float | None = None
    settled_ms: float | None = None
    felt_ms: float | None = None

    def under(self, terms: Terms) -> Promise:
        """Return the promise with the figures of one profile, the tolerance included."""
        factor = terms.tolerance * (self.wan if terms.profile == "wan" else 1)
        outage = self.fast if terms.profile == "fast" and self.fast else self.outage
        may_return = terms.preempt and self.vip != "stays" and self.moves is not None
        return replace(
            self,
            moves=(self.moves or 0) + 1 if may_return else self.moves,
            outage=outage and outage.times(factor),
            unavailable_ms=_stretched(self.unavailable_ms, factor),
            ejected_ms=_stretched(self.ejected_ms, factor),
            unheld_ms=_stretched(self.unheld_ms, factor),
            two_during_ms=_stretched(self.two_during_ms, factor),
            two_ms=_stretched(self.two_ms, factor),
            split_seen_ms=_stretched(self.split_seen_ms, factor),
            settled_ms=_stretched(self.settled_ms, factor),
        )


def _stretched(limit: float | None, factor: float) -> float | None:
    return None if limit is None else limit * factor


# A node that was lost believes itself active until it hears of its successor, and has the VIP back if its
# priority is the higher one: it never left, so that `nopreempt` does not hold it.
NODE_LOST = Promise("moves", moves=2, outage=Limit(350, 500), fast=Limit(100, 200), wan=8, two_ms=200)
# One that boots takes the VIP back when its HAProxy answers, or never: clients see nothing of its return.
NODE_RETURNS = replace(NODE_LOST, moves=1, failed_after=0)

HAPROXY_KILLED = Promise("moves", outage=Limit(100, 200), fast=Limit(60, 100))
# systemd may have it back before the VIP has to move.
HAPROXY_CRIPPLED = replace(HAPROXY_KILLED, vip="may move")
# wan asks three times, 500 ms each, where the others ask twice: its budget computes 1.7 s.
HAPROXY_HUNG = Promise("moves", outage=Limit(250, 400), fast=Limit(150, 200), wan=8)

# A keepalived that is gone leaves its addresses behind: until it is back, its node goes on answering for
# them beside the successor, and either serves. Once it is back it hears of the successor.
KEEPALIVED_LOST = Promise(
    "may move", outage=Limit(350, 500), fast=Limit(100, 200), two_during_ms=None, two_ms=200
)
KEEPALIVED_STOPPED = Promise("moves", outage=Limit(60, 60))

SWITCHOVER = Promise("moves", outage=Limit(20, 20), failed_new=0, failed_kept=0)
RELOAD = Promise("stays", moves=0, failed_new=0, failed_kept=0, unheld_ms=100)

# One late answer is no loss of the VIP: it is missed for five samples before it counts.
APP_SERVER = Promise(
    "stays",
    moves=0,
    failed_new=0,
    failed_kept=0,
    posts_once=True,
    ejected_ms=1500,
    slow_start=True,
    unheld_ms=100,
)
APP_SERVERS = Promise("stays", moves=0, unavailable_ms=500, unheld_ms=100)

SPLIT_BRAIN = Promise(
    "may move",
    moves=None,
    unheld_ms=None,
    two_during_ms=None,
    two_ms=None,
    split_seen_ms=1000,
    settled_ms=1000,
)
# No false failover. What is lost on the way is not promised: the question who holds the VIP may be lost too.
STRESS = Promise("stays", moves=0, unheld_ms=None)
POOR_LINE = replace(STRESS, felt_ms=20)
