"""The report of a run of chaos: a table of its faults, what was broken, and how to do it all again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from evergate.drill.chaos_judgement import Chaos, Row, judge
from evergate.drill.chaos_recording import Recording
from evergate.drill.promises import Terms
from evergate.drill.recording import Request

_HEADINGS = ("", "at", "fault", "host", "s", "outage ms", "failed", "unheld ms", "two ms", "moves")


def report(directory: Path, made: datetime, terms: Terms | None = None) -> tuple[str, bool]:
    """Write chaos.json; return the table and whether every promise was kept. Raise InvalidRecording."""
    chaos = judge(Recording.read(directory), terms)
    text = json.dumps(as_data(chaos, made), indent=2)
    (directory / "chaos.json").write_text(text + "\n", encoding="utf-8")
    return table(chaos), chaos.kept


def table(chaos: Chaos) -> str:
    """Return a line per fault, the sum, every violation, and the command that makes the same run."""
    rows = [_HEADINGS, *(_row(chaos, row) for row in chaos.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines += ["", _sum(chaos)]
    lines += [f"  {_clock(each.at - chaos.recording.started)}  {each.text}" for each in chaos.violations]
    return "\n".join([*lines, "", f"The same again: {chaos.recording.command}"])


def as_data(chaos: Chaos, made: datetime) -> dict[str, Any]:
    """Return the run and its judgement as plain data; times of a fault are seconds from the start."""
    recording = chaos.recording
    return {
        "made": made.isoformat(timespec="seconds"),
        "seed": recording.seed,
        "seconds": recording.seconds,
        "command": recording.command,
        "profile": chaos.terms.profile,
        "tolerance": chaos.terms.tolerance,
        "kept": chaos.kept,
        "violations": [
            {"at": round(each.at - recording.started, 3), "text": each.text} for each in chaos.violations
        ],
        "requests": {
            run.mode: {"rate": run.rate, "all": len(run.requests), "failed": _failed(run.requests)}
            for run in (recording.new, recording.keep_alive)
        },
        "faults": [_fault(chaos, row) for row in chaos.rows],
    }


def _fault(chaos: Chaos, row: Row) -> dict[str, Any]:
    made, started = row.made, chaos.recording.started
    measured = asdict(row)
    del measured["made"]
    return {
        "number": made.number,
        "fault": made.fault.name,
        "title": made.title,
        "hosts": list(made.nodes),
        "planned": made.at,
        "begun": made.begun and round(made.begun - started, 3),
        "healed": made.healed and round(made.healed - started, 3),
        "why_not": made.why,
        **{name: round(value, 3) for name, value in measured.items()},
    }


def _row(chaos: Chaos, row: Row) -> tuple[str, ...]:
    made = row.made
    if made.begun is None:
        return (str(made.number), _clock(made.at), made.title, *["-"] * 7)
    lasted = "-" if made.healed is None else f"{made.healed - made.begun:.1f}"
    return (
        str(made.number),
        _clock(made.begun - chaos.recording.started),
        made.title,
        ", ".join(made.nodes),
        lasted,
        f"{row.outage_ms:.0f}",
        str(row.failed),
        f"{row.none_ms:.0f}",
        f"{row.two_ms:.0f}",
        str(row.moves),
    )


def _sum(chaos: Chaos) -> str:
    recording = chaos.recording
    runs = (recording.new, recording.keep_alive)
    faults = sum(made.begun is not None for made in recording.made)
    requests, failed = sum(len(run.requests) for run in runs), sum(_failed(run.requests) for run in runs)
    found = len(chaos.violations)
    return (
        f"Seed {recording.seed}: {faults} faults in {_clock(recording.ended - recording.started)} minutes, "
        f"{requests} requests, {failed} failed, {found or 'no'} violation{'' if found == 1 else 's'}"
    )


def _failed(requests: Iterable[Request]) -> int:
    return sum(not request.ok for request in requests)


def _clock(seconds: float) -> str:
    """Return minutes and seconds from the start."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes:02}:{rest:02}"
