"""A program that finds files at their own paths before anyone else does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from .commands import MISSING, run, words
from .files import File
from .service import Refused

_NOT_MOUNTED = 99
# Pairs of a directory and what is seen over it, then `--` and the command (mount(8), "overlay").
_SCRIPT = f"""
while [ "$1" != -- ]; do
    mount -t overlay overlay -o "lowerdir=$1:$2" "$2" || exit {_NOT_MOUNTED}
    shift 2
done
shift
exec "$@"
"""


def seeing(wanted: Sequence[File], root: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that sees the wanted files, which lie below `root`, at their own paths; return its end.

    It runs in a mount namespace of its own. What else is in the files' directories it sees too, also what the
    wanted files leave out. Raises Refused if it cannot be run so.
    """
    layers = [str(each) for pair in _layers(wanted, root) for each in pair]
    line = ["unshare", "--mount", "sh", "-c", _SCRIPT, "sh", *layers, "--", *command]
    done = run(*line)
    if done.returncode == _NOT_MOUNTED:
        raise Refused(f"{command[0]}'s check could not be prepared: {done.stderr.strip()}")
    if done.returncode == MISSING:
        raise Refused(f"{command[0]} is not installed here: {words(done)}")
    return done


def _layers(wanted: Sequence[File], root: Path) -> list[tuple[Path, Path]]:
    """Return which directories below `root` are to be seen over which: the outermost that exist."""
    found = {_existing(Path(file.path).parent) for file in wanted}
    top = sorted(place for place in found if found.isdisjoint(place.parents))
    if Path("/") in top:
        missing = next(file.path for file in wanted if _existing(Path(file.path).parent) == Path("/"))
        raise Refused(f"{missing}: /{missing.split('/')[1]} does not exist, and is not made for a check")
    return [(root / place.relative_to("/"), place) for place in top]


def _existing(place: Path) -> Path:
    return place if place.is_dir() else _existing(place.parent)
