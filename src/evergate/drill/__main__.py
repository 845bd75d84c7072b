"""`python -m evergate.drill report DIRECTORY`: measure what the drills recorded, write the report."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from evergate.drill.recording import InvalidRecording
from evergate.drill.report import report


def main(words: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 if one was broken, 2 if a recording is unusable."""
    parser = argparse.ArgumentParser(prog="python -m evergate.drill")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("report", help="write report.json and report.html, print a table")
    command.add_argument("directory", type=Path, help="holds one directory of recordings per fault")
    command.add_argument(
        "fault", nargs="*", help="judge these alone; all that the directory holds unless named"
    )
    arguments = parser.parse_args(words)
    try:
        table, kept = report(arguments.directory, datetime.now(UTC), arguments.fault)
    except InvalidRecording as error:
        print(f"unusable: {error}", file=sys.stderr)
        return 2
    print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
