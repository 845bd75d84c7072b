"""Remove the oldest releases of an application; print those removed, one to a line.

usage: prune_releases.py HOME KEEP [PREVIOUS]     HOME has `releases/` and the link `current`

The newest KEEP stay, and whatever their age the current one and PREVIOUS. A release is as old as its
directory's name, which it got when it was complete. Standard library only.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def prune(home: Path, keep: int, previous: str = "") -> list[str]:
    """Return the releases that were removed, the newest first; what is still being unpacked is none."""
    releases = [path for path in (home / "releases").iterdir() if path.is_dir() and path.name[0] != "."]
    current = (home / "current").resolve().name
    # Renaming a directory changes its ctime, and nothing does after it.
    releases.sort(key=lambda path: (path.name in (current, previous), path.stat().st_ctime_ns), reverse=True)
    removed = [path for path in releases[keep:] if path.name not in (current, previous)]
    for path in removed:
        shutil.rmtree(path)
    return [path.name for path in removed]


if __name__ == "__main__":
    print("\n".join(prune(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4])), end="")
