"""Reads the drills of a directory, judges them, and writes the report in three forms: text, JSON, HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evergate.drill.evidence import Evidence
from evergate.drill.page import page
from evergate.drill.promises import Drill, judge
from evergate.drill.recording import InvalidRecording
from evergate.drill.summary import Ownership

_HEADINGS = ("fault", "node", "outage ms", "requests", "failed", "slow", "holder", "unheld ms", "verdict")


def report(directory: Path, made: datetime, faults: Sequence[str] = ()) -> tuple[str, bool]:
    """Write report.json and report.html; return the table and whether every promise was kept.

    `faults` names the drills to report; all that the directory holds unless given.

    Raise InvalidRecording, before anything is written, if there is no drill or one cannot be used.
    """
    drills = read_drills(directory, faults)
    contents = {"made": made.isoformat(timespec="seconds"), "drills": [as_data(drill) for drill in drills]}
    (directory / "report.json").write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    (directory / "report.html").write_text(page(drills, made), encoding="utf-8")
    return table(drills), all(drill.kept for drill in drills)


def read_drills(directory: Path, faults: Sequence[str] = ()) -> list[Drill]:
    """Return the drills of the directory in the order of time; raise InvalidRecording."""
    if not directory.is_dir():
        raise InvalidRecording(f"{directory} is not a directory")
    names = faults or sorted(path.name for path in directory.iterdir() if path.is_dir())
    found = [judge(Evidence.read(directory / name)) for name in names]
    if not found:
        raise InvalidRecording(f"{directory} holds no drill")
    return sorted(found, key=lambda drill: drill.evidence.started)


def table(drills: Sequence[Drill]) -> str:
    """Return the drills as a plain table, one line each."""
    rows = [_HEADINGS, *(_row(drill) for drill in drills)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _row(drill: Drill) -> tuple[str, ...]:
    new, kept, during = drill.found.new, drill.found.keep_alive, drill.found.during
    return (
        drill.evidence.fault,
        drill.node,
        f"{new.outage_ms:.0f}",
        str(new.requests + kept.requests),
        str(new.failed + kept.failed),
        str(new.slow + kept.slow),
        f"{during.before or 'nobody'} → {during.after or 'nobody'}",
        f"{drill.found.whole.none_ms:.0f}",
        "kept" if drill.kept else f"BROKEN: {'; '.join(drill.broken)}",
    )


def as_data(drill: Drill) -> dict[str, Any]:
    """Return the drill as plain data: the fields of Summary and Ownership, and what was run."""
    evidence, found = drill.evidence, drill.found
    runs = {"new": evidence.new, "keep_alive": evidence.keep_alive}
    return {
        "fault": evidence.fault,
        "node": drill.node,
        "started": _iso(evidence.started),
        "seconds": round(evidence.ended - evidence.started, 3),
        "kept": drill.kept,
        "broken": list(drill.broken),
        "events": [asdict(event) for event in evidence.events],
        "measured": {
            name: {"url": run.url, "rate": run.rate, "deadline": run.deadline, "slow": run.slow}
            for name, run in runs.items()
        }
        | {"vip": {"address": evidence.watching.vip, "interval": evidence.watching.interval}},
        "new": asdict(found.new),
        "keep_alive": asdict(found.keep_alive),
        "vip": _ownership(found.whole),
        "vip_during_fault": _ownership(found.during),
        "server_silent_ms": round(found.silent_ms, 3),
    }


def _ownership(ownership: Ownership) -> dict[str, Any]:
    data = asdict(ownership)
    data["timeline"] = [[item.start, item.end, list(item.holders)] for item in ownership.timeline]
    return data


def _iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
