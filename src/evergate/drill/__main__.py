"""`python -m evergate.drill report DIRECTORY`: measure what the drills recorded, write the report.

`python -m evergate.drill collect DIRECTORY --node=NAME`: lay out a round's recordings; what each host told
is read from the standard input, a JSON object.

`python -m evergate.drill chaos DIRECTORY`: judge a run of chaos, write its report.

`python -m evergate.drill compare OLD.json NEW.json`: say what became of the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from evergate.drill import chaos_report
from evergate.drill.collecting import collect
from evergate.drill.compare import compare
from evergate.drill.history import keep, last_two
from evergate.drill.promises import Terms
from evergate.drill.recording import InvalidRecording
from evergate.drill.report import report
from evergate.profiles import DEFAULT, PROFILES

_HISTORY = "directory of the reports kept, each under the moment it was made"


def main(words: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 if one was broken, 2 if a recording or a report is unusable."""
    arguments = _arguments(words)
    try:
        text, kept = _COMMANDS[arguments.command](arguments)
    except InvalidRecording as error:
        print(f"unusable: {error}", file=sys.stderr)
        return 2
    print(text)
    return 0 if kept else 1


def _reported(arguments: argparse.Namespace) -> tuple[str, bool]:
    made = datetime.now(UTC)
    table, kept = report(arguments.directory, made, arguments.fault, _terms(arguments))
    if arguments.history:
        keep(arguments.directory / "report.json", arguments.history, made)
    return table, kept


def _collected(arguments: argparse.Namespace) -> tuple[str, bool]:
    collect(arguments.directory, json.load(sys.stdin), arguments.node)
    return f"collected in {arguments.directory}", True


def _chaos(arguments: argparse.Namespace) -> tuple[str, bool]:
    return chaos_report.report(arguments.directory, datetime.now(UTC), _terms(arguments))


def _terms(arguments: argparse.Namespace) -> Terms:
    return Terms(arguments.profile, arguments.tolerance, arguments.preempt)


def _compared(arguments: argparse.Namespace) -> tuple[str, bool]:
    if arguments.history:
        return compare(*last_two(arguments.history))
    return compare(*arguments.reports)


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evergate.drill")
    commands = parser.add_subparsers(required=True, dest="command")
    reporting = commands.add_parser("report", help="write report.json and report.html, print a table")
    reporting.add_argument(
        "directory", type=Path, help="holds a directory per fault, which holds one per round"
    )
    reporting.add_argument("fault", nargs="*", help="judge these alone; all that there are unless named")
    _add_terms(reporting)
    reporting.add_argument("--history", type=Path, help=_HISTORY)
    collecting = commands.add_parser("collect", help="lay out what was recorded in one round")
    collecting.add_argument("directory", type=Path, help="holds the client's recordings, packed")
    collecting.add_argument("--node", action="append", required=True, help="a node; name each")
    judging = commands.add_parser("chaos", help="write chaos.json, print a table and what was broken")
    judging.add_argument("directory", type=Path, help="holds the recordings of one run")
    _add_terms(judging)
    comparing = commands.add_parser(
        "compare", help="say what became of the figures from one report to another"
    )
    comparing.add_argument("reports", nargs="*", type=Path, help="the old report.json and the new one")
    comparing.add_argument("--history", type=Path, help=f"{_HISTORY}: compare the last two")
    arguments = parser.parse_args(words)
    if arguments.command == "compare" and len(arguments.reports) != (0 if arguments.history else 2):
        comparing.error("name two reports, or --history")
    return arguments


def _add_terms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", choices=tuple(PROFILES), default=DEFAULT, help="whose limits to judge by"
    )
    parser.add_argument("--tolerance", type=_factor, default=1.0, help="multiply every time limit by this")
    parser.add_argument(
        "--preempt", action="store_true", help="allow the move back to the preferred node, once it is well"
    )


def _factor(text: str) -> float:
    factor = float(text)
    if not 1 <= factor <= 100:
        raise argparse.ArgumentTypeError("write a factor from 1 to 100")
    return factor


_COMMANDS = {"report": _reported, "collect": _collected, "chaos": _chaos, "compare": _compared}

if __name__ == "__main__":
    sys.exit(main())
