"""Put back the files of a change that a power cut ended, before HAProxy and keepalived start.

Whoever changes a daemon's files notes in its directory of revisions, below `in-progress`, first the files the
change brings and then those before; the note goes when the change is proved or taken back. Found at boot, it
says that what lies on the disk was never proved, or is there by half. The note stays: the next run of Ansible
finds it, tells of it, proves the daemon, and starts units that only the files before have.

Nothing is done while that daemon is being changed, nor where a file is neither as before nor as after: then
somebody has repaired it by hand. Standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT, REVISIONS = Path("/"), "var/lib/evergate/revisions"
AFTER, BEFORE = "in-progress/000001", "in-progress/000002"
# With a dot in front: HAProxy loads all others of a directory. The second is the file itself, takes no room.
NEW, SPARE = ".{}.evergate-new", ".{}.evergate-before"
COMMANDS = {  # what has read a file of a directory before this ran, and reads it again
    "/etc/systemd/system/": ("systemctl", "daemon-reload"),
    "/etc/sysusers.d/": ("systemd-sysusers",),
    "/etc/sysctl.d/": ("/usr/lib/systemd/systemd-sysctl",),
    "/etc/tmpfiles.d/": ("systemd-tmpfiles", "--create"),
}

Manifest = dict[str, Any]


class Untouched(Exception):
    """Nothing was put back; the message is one sentence for the operator."""


def put_back(daemon: Path, root: Path = ROOT) -> list[str]:
    """Put the files before a change in their places; return the paths that differed.

    `daemon` is a daemon's directory of revisions. Raises Untouched, or OSError.
    """
    if not (daemon / BEFORE).exists():
        return []
    with open(daemon / ".in-progress.guard", "ab") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
        noted, coming = _manifest(daemon / BEFORE), _manifest(daemon / AFTER)
        if _is_good(coming, daemon):
            return []
        before: Manifest = noted["files"]
        changed = list(_changed(before, coming["files"], root))
        staged = [(_staged(path, daemon, before[path], root), path) for path in changed if path in before]
        for source, path in staged:
            _rename(source, _place(path, root))
        for path in changed:
            if path not in before:
                _place(path, root).unlink()
        return changed


def _manifest(revision: Path) -> Manifest:
    """Return since when a revision is, and the entries of its files by their paths; raise Untouched."""
    try:
        found = json.loads((revision / "manifest.json").read_bytes())
        return {"at": found["at"], "files": {each["path"]: each for each in found["files"]}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Untouched(f"{revision}/manifest.json is not readable: {error}") from error


def _is_good(coming: Manifest, daemon: Path) -> bool:
    """Return whether the change was kept as the newest revision: then only the end of its note was missed."""
    numbers = sorted((int(each.name) for each in daemon.iterdir() if each.name.isdigit()), reverse=True)
    for number in numbers:
        try:
            return _manifest(daemon / f"{number:06d}") == coming
        except Untouched:  # a damaged one is none
            continue
    return False


def _changed(before: Manifest, after: Manifest, root: Path) -> Iterator[str]:
    """Yield the paths that are not as before; raise Untouched if one is neither so nor as after."""
    for path in {**before, **after}:
        here = _here(_place(path, root))
        was, became = (
            (each[path]["sha256"], int(each[path]["mode"], 8)) if path in each else None
            for each in (before, after)
        )
        if here not in (was, became):
            raise Untouched(f"{path} is neither as before the change that was cut off nor as after it")
        if here != was:
            yield path


def _here(place: Path) -> tuple[str, int] | None:
    """Return the digest and mode of what is there, None if nothing is."""
    if not os.path.lexists(place):
        return None
    if place.is_symlink() or not place.is_file():
        return ("", 0)
    return hashlib.sha256(place.read_bytes()).hexdigest(), place.stat().st_mode & 0o7777


def _staged(path: str, daemon: Path, entry: Manifest, root: Path) -> Path:
    """Return a file as it was before, on the disk beside its place."""
    place = _place(path, root)
    wanted = (entry["sha256"], int(entry["mode"], 8))
    spare, new = (place.with_name(name.format(place.name)) for name in (SPARE, NEW))
    if _here(spare) == wanted:
        return spare
    content = Path(f"{daemon / BEFORE}/files{path}").read_bytes()
    if hashlib.sha256(content).hexdigest() != wanted[0]:
        raise Untouched(f"{daemon / BEFORE}/files{path} is not what was kept")
    place.parent.mkdir(parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        os.fchmod(output.fileno(), wanted[1])
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    return new


def _rename(source: Path, place: Path) -> None:
    os.replace(source, place)
    directory = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _place(path: str, root: Path) -> Path:
    return root / path.lstrip("/")


def commands(changed: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield what has to be run where these paths have changed."""
    for directory, command in COMMANDS.items():
        if any(path.startswith(directory) for path in changed):
            yield command


def main(root: Path = ROOT, run: Callable[..., Any] = subprocess.run) -> int:
    """Do it for each daemon; return 0, or 1 after a sentence on the standard error for each that failed."""
    status = 0
    for daemon in sorted((root / REVISIONS).glob("*")):
        try:
            changed = put_back(daemon, root)
            for path in changed:
                print(f"{path} is again as before the change that was cut off")
            for command in commands(changed):
                run(command, check=True)
        except (Untouched, OSError, subprocess.CalledProcessError) as error:
            print(f"put_back: {daemon.name}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
