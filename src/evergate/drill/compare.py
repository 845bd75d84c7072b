"""Two reports side by side: what became slower, what became faster, and which promise is broken now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from evergate.drill.recording import InvalidRecording

WORSE_BY = 1.25  # times as long an outage, and
WORSE_BY_MS = 20.0  # ms longer, for both its median and its maximum: less is noise
_HEADINGS = ("fault", "median ms", "ratio", "max ms", "ratio", "failed, max", "verdict", "")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report says of one fault: outage in ms, failed requests, and whether its promise was kept."""

    title: str
    median_ms: float
    max_ms: float
    failed: float
    kept: bool

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Return the figures; raise KeyError or TypeError if they are not there."""
        outage, failed = data["outage_ms"], data["failed"]
        return cls(
            title=str(data["title"]),
            median_ms=float(outage["median"]),
            max_ms=float(outage["max"]),
            failed=float(failed["max"]),
            kept=bool(data["kept"]),
        )

    def is_worse(self, than: Figures) -> bool:
        """Return whether the outage, its median or its maximum, has become longer by more than noise."""
        pairs = ((than.median_ms, self.median_ms), (than.max_ms, self.max_ms))
        return any(new > old * WORSE_BY and new > old + WORSE_BY_MS for old, new in pairs)


def compare(old: Path, new: Path) -> tuple[str, bool]:
    """Return the table, and whether every promise that was kept before is kept still.

    Raise InvalidRecording if one of the files is not a report.
    """
    before, after = _read(old), _read(new)
    names = [*after, *(name for name in before if name not in after)]
    rows = [_HEADINGS, *(_row(before.get(name), after.get(name)) for name in names)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    both = [(before[name], after[name]) for name in names if name in before and name in after]
    held = not any(earlier.kept and not later.kept for earlier, later in both)
    return "\n".join([f"{old.stem} → {new.stem}", "", *lines]), held


def _row(old: Figures | None, new: Figures | None) -> Sequence[str]:
    if old is None or new is None:
        (only,) = (figures for figures in (old, new) if figures)
        where = "new" if old is None else "gone"
        figures = (f"{only.median_ms:.0f}", "", f"{only.max_ms:.0f}", "", f"{only.failed:g}")
        return (only.title, *figures, _verdict(only), where)
    verdict = _verdict(new) if old.kept == new.kept else f"{_verdict(old)} → {_verdict(new)}"
    return (
        old.title,
        f"{old.median_ms:.0f} → {new.median_ms:.0f}",
        _ratio(old.median_ms, new.median_ms),
        f"{old.max_ms:.0f} → {new.max_ms:.0f}",
        _ratio(old.max_ms, new.max_ms),
        f"{old.failed:g} → {new.failed:g}",
        verdict,
        "WORSE" if new.is_worse(old) else "",
    )


def _ratio(old: float, new: float) -> str:
    return f"x{new / old:.2f}" if old else ""


def _verdict(figures: Figures) -> str:
    return "kept" if figures.kept else "BROKEN"


def _read(path: Path) -> dict[str, Figures]:
    """Return every fault's figures by its name."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {drill["fault"]: Figures.from_data(drill) for drill in data["drills"]}
    except OSError as error:
        raise InvalidRecording(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRecording(f"{path} is not a drill's report") from error
