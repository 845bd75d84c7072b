"""Reports kept, each under the moment it was made, so that two can be compared."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from evergate.drill.recording import InvalidRecording

_PATTERN = "[0-9]*T[0-9]*Z.json"


def keep(report: Path, history: Path, made: datetime) -> Path:
    """Copy the report into the history, as `20261125T174430Z.json` in UTC; return where it is."""
    history.mkdir(parents=True, exist_ok=True)
    kept = history / f"{made.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    shutil.copyfile(report, kept)
    return kept


def last_two(history: Path) -> tuple[Path, Path]:
    """Return the last report but one and the last one; raise InvalidRecording if there are not two."""
    reports = sorted(history.glob(_PATTERN))
    if len(reports) < 2:
        raise InvalidRecording(f"{history} holds {len(reports)} reports, and a comparison takes two")
    return reports[-2], reports[-1]
