"""Reads the drills of a directory, judges them, and writes the report in three forms: text, JSON, HTML."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evergate.drill.evidence import Evidence
from evergate.drill.judgement import Drill, Round, judge
from evergate.drill.page import page
from evergate.drill.promises import Limit, Terms
from evergate.drill.recording import InvalidRecording
from evergate.drill.summary import Segment

_HEADINGS = ("fault", "rounds", "outage ms", "promised", "failed", "moves", "unheld ms", "two ms", "verdict")


def report(
    directory: Path, made: datetime, faults: Sequence[str] = (), terms: Terms | None = None
) -> tuple[str, bool]:
    """Write report.json and report.html; return the table and whether every promise was kept.

    `faults` names the drills to report; all that the directory holds unless given.

    Raise InvalidRecording, before anything is written, if there is no drill or one cannot be used.
    """
    terms = terms or Terms()
    drills = read_drills(directory, faults, terms)
    contents = {
        "made": made.isoformat(timespec="seconds"),
        "profile": terms.profile,
        "tolerance": terms.tolerance,
        "drills": [as_data(drill) for drill in drills],
    }
    (directory / "report.json").write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    (directory / "report.html").write_text(page(drills, made, terms), encoding="utf-8")
    return table(drills), all(drill.kept for drill in drills)


def read_drills(directory: Path, faults: Sequence[str] = (), terms: Terms | None = None) -> list[Drill]:
    """Return the drills of the directory in the order of time; raise InvalidRecording."""
    if not directory.is_dir():
        raise InvalidRecording(f"{directory} is not a directory")
    names = faults or sorted(path.name for path in directory.iterdir() if _rounds(path))
    found = [judge(_evidence(directory / name), terms) for name in names]
    if not found:
        raise InvalidRecording(f"{directory} holds no drill")
    return sorted(found, key=lambda drill: drill.started)


def _evidence(directory: Path) -> list[Evidence]:
    rounds = _rounds(directory)
    if not rounds:
        raise InvalidRecording(f"{directory} holds no round")
    return [Evidence.read(path) for path in rounds]


def _rounds(directory: Path) -> list[Path]:
    """Return a fault's directories of rounds, which are numbers."""
    if not directory.is_dir():
        return []
    return [path for path in directory.iterdir() if path.is_dir() and path.name.isdecimal()]


def table(drills: Sequence[Drill]) -> str:
    """Return the drills as a plain table, one line each; what was broken follows it."""
    rows = [_HEADINGS, *(_row(drill) for drill in drills)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for drill in drills:
        if drill.broken:
            lines += ["", f"{drill.fault.title} ({drill.fault.name}) broke a promise:"]
            lines += [f"  {reason}" for reason in drill.broken]
    return "\n".join(lines)


def _row(drill: Drill) -> tuple[str, ...]:
    outage, failed = statistics.median(drill.outages), statistics.median(drill.failed)
    return (
        drill.fault.title,
        str(len(drill.rounds)),
        f"{outage:.0f} / {max(drill.outages):.0f}",
        promised(drill.promise.outage),
        f"{failed:g} / {max(drill.failed)}",
        str(max(each.found.whole.moves for each in drill.rounds)),
        f"{max(each.found.whole.none_ms for each in drill.rounds):.0f}",
        f"{max(each.found.whole.two_ms for each in drill.rounds):.0f}",
        "kept" if drill.kept else "BROKEN",
    )


def promised(limit: Limit | None) -> str:
    """Return the promised median and maximum as the table has them."""
    return f"{limit.median_ms:.0f} / {limit.max_ms:.0f}" if limit else "-"


def as_data(drill: Drill) -> dict[str, Any]:
    """Return the drill as plain data: the judgement on all rounds, then each of them."""
    return {
        "fault": drill.fault.name,
        "title": drill.fault.title,
        "kept": drill.kept,
        "broken": list(drill.broken),
        "promise": asdict(drill.promise),
        "outage_ms": _figures(drill.outages),
        "failed": _figures(drill.failed),
        "moves": max(each.found.whole.moves for each in drill.rounds),
        "none_ms": round(max(each.found.whole.none_ms for each in drill.rounds), 3),
        "two_ms": round(max(each.found.whole.two_ms for each in drill.rounds), 3),
        "rounds": [_round(each) for each in drill.rounds],
    }


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "max": round(max(values), 3)}


def _round(each: Round) -> dict[str, Any]:
    """Return one round as plain data: the findings, and what was run."""
    evidence = each.evidence
    runs = {"new": evidence.new, "keep_alive": evidence.keep_alive}
    runs |= {"post": evidence.post} if evidence.post else {}
    found = asdict(each.found)
    for name in ("whole", "during", "after", "by_nodes"):
        holding = getattr(each.found, name)
        if holding is not None:
            found[name]["timeline"] = _timeline(holding.timeline)
    return {
        "round": each.number,
        "node": each.node,
        "started": _iso(evidence.started),
        "seconds": round(evidence.ended - evidence.started, 3),
        "kept": each.kept,
        "broken": list(each.broken),
        "events": [asdict(event) for event in evidence.events],
        "measured": {
            name: {"url": run.url, "rate": run.rate, "deadline": run.deadline, "slow": run.slow}
            for name, run in runs.items()
        }
        | {"vip": {"address": evidence.watching.vip, "interval": evidence.watching.interval}},
        "found": found,
    }


def _timeline(segments: Sequence[Segment]) -> list[list[Any]]:
    return [[item.start, item.end, list(item.holders)] for item in segments]


def _iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
