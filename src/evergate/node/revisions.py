"""The last good configurations of this node, each a directory that ordinary tools can read and compare."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import durable
from .files import File, NotWritten, decoded, encoded

DIRECTORY = Path("/var/lib/evergate/revisions")
KEEP = 10
_NUMBER = re.compile(r"\d{6}|[1-9]\d{6,}")
_COMING, _GOING = ".coming", ".going"  # a revision while it is written, and while it is removed


@dataclass(frozen=True, slots=True)
class Revision:
    """A good configuration: its number, since when (ISO 8601, UTC), who made it so, why, and its files."""

    number: int
    at: str
    who: str
    why: str
    files: tuple[File, ...]


class NoSuchRevision(Exception):
    """There is no such revision; `known` has the numbers there are, the newest first."""

    def __init__(self, number: int, known: Sequence[int], problem: str = "does not exist") -> None:
        """Say what is the matter with the number, and what there is instead."""
        there = ", ".join(map(str, known)) or "none"
        super().__init__(f"revision {number} {problem}; there are: {there}")
        self.number = number
        self.known = tuple(known)


class DamagedRevision(NoSuchRevision):
    """There is one, but not as it was kept."""


class _Damaged(Exception):
    """What of a revision is not as it was kept."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions in a directory, of which the newest `keep` stay. Who changes them holds the lock."""

    directory: Path = DIRECTORY
    keep: int = KEEP

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise ValueError(f"at least one revision is kept, not {self.keep}")

    def keep_good(self, files: Sequence[File], who: str, why: str, now: datetime) -> Revision:
        """Keep the files as the newest revision and return it; or the newest, if it has the same files.

        Of the good ones at most `keep` stay. It is kept whole or not at all, whatever happens. Raises
        NotWritten if it cannot be kept.
        """
        newest = self.newest()
        if newest is not None and sorted(newest.files, key=_path) == sorted(files, key=_path):
            return newest
        number = max(self._numbers(), default=0) + 1
        at = now.astimezone(UTC).isoformat(timespec="seconds")
        revision = Revision(number, at, who, why, tuple(files))
        try:
            self._add(revision)
        except OSError as error:
            raise NotWritten(str(self._place(number)), error.strerror or str(error)) from error
        with contextlib.suppress(OSError):  # it is kept, and the next one tries again
            self._prune()
        return revision

    def all(self) -> list[Revision]:
        """Return the good revisions, the newest first; those that are damaged are left out."""
        found = []
        for number in self._numbers():
            with contextlib.suppress(_Damaged):
                found.append(_loaded(self._place(number), number))
        return found

    def newest(self) -> Revision | None:
        """Return the newest good revision, or None if there is none."""
        for number in self._numbers():
            with contextlib.suppress(_Damaged):
                return _loaded(self._place(number), number)
        return None

    def get(self, number: int) -> Revision:
        """Return a revision with its files as they were kept.

        Raises NoSuchRevision, or DamagedRevision, which is one, if a file is missing or is not what was kept.
        """
        numbers = self._numbers()
        if number not in numbers:
            raise NoSuchRevision(number, self._known())
        try:
            return _loaded(self._place(number), number)
        except _Damaged as damage:
            raise DamagedRevision(number, self._known(), f"is damaged: {damage}") from damage

    def damaged(self) -> list[str]:
        """Return a line for each damaged revision, the newest first: its directory and what is wrong."""
        found = []
        for number in self._numbers():
            try:
                _loaded(self._place(number), number)
            except _Damaged as damage:
                found.append(f"{self._place(number)}: {damage}")
        return found

    def _known(self) -> list[int]:
        return [each.number for each in self.all()]

    def _numbers(self) -> list[int]:
        """Return the numbers of all revisions, good or damaged, the newest first."""
        names = os.listdir(self.directory) if self.directory.is_dir() else []
        return sorted((int(name) for name in names if _NUMBER.fullmatch(name)), reverse=True)

    def _place(self, number: int) -> Path:
        return self.directory / f"{number:06d}"

    def _add(self, revision: Revision) -> None:
        """Write it under a name that no one lists, and give it its own when all of it is on disk."""
        durable.make_directories(self.directory.parent, 0o755)
        durable.make_directories(self.directory, 0o700)
        os.chmod(self.directory, 0o700)
        coming = self.directory / _COMING
        with _removed(coming):
            for name, content in _kept(revision):
                durable.make_directories((coming / name).parent, 0o700)
                durable.create(coming / name, content, 0o600)
            for directory, _, _ in os.walk(coming):
                durable.sync(Path(directory))
            durable.replace(coming, self._place(revision.number))

    def _prune(self) -> None:
        """Remove what is older than the good ones that stay. A damaged one takes no good one's place."""
        good = self._known()
        if len(good) > self.keep:
            for number in (each for each in self._numbers() if each < good[self.keep - 1]):
                with _removed(self.directory / _GOING) as going:
                    durable.replace(self._place(number), going)


@contextlib.contextmanager
def _removed(place: Path) -> Iterator[Path]:
    """Have nothing at a place, neither before, where a crash may have left something, nor afterwards."""
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _path(file: File) -> str:
    return file.path


def _kept(revision: Revision) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of all files of a revision's directory."""
    entries = []
    for file in revision.files:
        content = encoded(file.content)
        digest = hashlib.sha256(content).hexdigest()
        entries.append(
            {"path": file.path, "mode": f"{file.mode:04o}", "secret": file.secret, "sha256": digest}
        )
        yield f"files{file.path}", content
    manifest = {"at": revision.at, "who": revision.who, "why": revision.why, "files": entries}
    yield "manifest.json", json.dumps(manifest, indent=2).encode() + b"\n"


def _loaded(place: Path, number: int) -> Revision:
    """Return the revision in a directory if it is as it was kept; raise _Damaged."""
    try:
        manifest = json.loads((place / "manifest.json").read_bytes())
        at, who, why = (str(manifest[key]) for key in ("at", "who", "why"))
        return Revision(number, at, who, why, tuple(_file(place, entry) for entry in manifest["files"]))
    except OSError as error:
        name = os.path.relpath(error.filename or place, place)
        raise _Damaged(f"{name}: {error.strerror}") from error
    except KeyError as error:
        raise _Damaged(f"manifest.json does not tell {error}") from error
    except (ValueError, TypeError) as error:
        raise _Damaged(f"manifest.json is not readable: {error}") from error


def _file(place: Path, entry: dict[str, str]) -> File:
    name = f"files{entry['path']}"
    content = (place / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise _Damaged(f"{name} is not what was kept")
    return File(entry["path"], decoded(content), int(entry["mode"], 8), bool(entry["secret"]))
