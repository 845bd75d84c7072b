"""The one figure that a fault's promise is about, round by round."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from evergate.drill.judgement import Drill, Round


@dataclass(frozen=True, slots=True)
class Measure:
    """Each round's figure, in what unit, and what is promised: of the median, and at most."""

    unit: str
    values: tuple[float, ...]
    median: float | None
    most: float

    @property
    def promised(self) -> str:
        """What is promised, in words."""
        if self.median is not None and self.median != self.most and len(self.values) > 1:
            return f"promised ≤ {self.median:.0f}, at most {self.most:.0f}"
        return f"promised ≤ {self.most:.0f}" if self.most else "promised none"

    @property
    def typical(self) -> float:
        return statistics.median(self.values)


def measure(drill: Drill) -> Measure:
    """Return the outage where one is promised, else failed requests, else what is left to promise."""
    promise = drill.promise
    if promise.outage is not None:
        limit = promise.outage
        return Measure("ms outage", drill.outages, limit.median_ms, limit.max_ms)
    if promise.failed_new is not None:
        return _of(drill, "requests lost", 0, lambda each: each.found.failed)
    if promise.unavailable_ms is not None:
        return _of(drill, "lost without a 503", 0, lambda each: each.found.otherwise)
    if promise.settled_ms is not None:
        return _of(drill, "ms to one holder", promise.settled_ms, lambda each: each.found.settled_ms)
    return _of(drill, "false failovers", promise.moves or 0, lambda each: each.found.whole.moves)


def _of(drill: Drill, unit: str, most: float, figure: Callable[[Round], float]) -> Measure:
    return Measure(unit, tuple(float(figure(each)) for each in drill.rounds), None, most)
