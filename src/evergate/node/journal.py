"""What a change of this node is doing, kept on disk so that the next one can finish what was cut off."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import durable
from .files import ROOT, File, place_of
from .revisions import Revision, Revisions

_AFTER, _BEFORE = 1, 2  # written in this order: a change is in progress once the second is there
_PAUSE = 0.2  # s, between two tries to be the only one
# With a dot in front, as files.write has it. Another name for the file that is replaced: it needs no room.
_SPARE = ".{}.evergate-before"


class Busy(Exception):
    """Another process is in the middle of a change of the same daemon, and did not end in time."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A change in progress: the files before, the files it brings, and who makes it, why, since when."""

    before: tuple[File, ...]
    after: tuple[File, ...]
    who: str
    why: str
    at: str

    def told(self) -> str:
        """Return in a few words which change it is."""
        return f"the change by {self.who} at {self.at} ({self.why})"

    def became(self, newest: Revision | None) -> bool:
        """Return whether it was kept as this revision: then it was good, and only its end was missed."""
        return newest is not None and newest.at == self.at and set(newest.files) == set(self.after)


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in a directory, which nothing else uses."""

    directory: Path
    root: Path = ROOT

    @contextlib.contextmanager
    def exclusive(self, patience: float) -> Iterator[None]:
        """Be the only process that changes something; wait for another one, or raise Busy.

        The kernel tells whether it lives, unlike the lock of a run, which another run may have taken over.
        """
        durable.make_directories(self.directory.parent.parent, 0o755)
        durable.make_directories(self.directory.parent, 0o700)
        guard = os.open(self._beside("guard"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            _lock(guard, time.monotonic() + patience)
            yield
        finally:
            os.close(guard)

    def pending(self) -> Pending | None:
        """Return the change in progress, or None. Raises DamagedRevision if it cannot be read."""
        kept = Revisions(self.directory, keep=2)
        if not (self.directory / f"{_BEFORE:06d}").exists():
            return None
        before, after = kept.get(_BEFORE), kept.get(_AFTER)
        return Pending(before.files, after.files, after.who, after.why, after.at)

    def begin(self, before: Sequence[File], after: Sequence[File], who: str, why: str, now: datetime) -> None:
        """Note a change whose first file is written next. Raises NotWritten, and then nothing is noted."""
        self.end(())
        try:
            for files in (after, before):
                Revisions(self.directory, keep=2).keep_good(files, who, why, now)
        except BaseException:
            self.end(())
            raise
        for file in before:
            with contextlib.suppress(OSError):  # it only helps where there is no room for another way
                self._spare(file.path).unlink(missing_ok=True)
                os.link(place_of(file.path, self.root), self._spare(file.path), follow_symlinks=False)

    def put_back_spares(self, pending: Pending) -> None:
        """Bring the files before back without writing any: the disk may be full. Raises OSError."""
        for file in pending.before:
            if self._spare(file.path).exists():
                durable.replace(self._spare(file.path), place_of(file.path, self.root))
        kept = {file.path for file in pending.before}
        for path in (file.path for file in pending.after if file.path not in kept):
            durable.remove(place_of(path, self.root))

    def end(self, before: Sequence[File]) -> None:
        """Forget the change in progress, at once; these were the files before."""
        going = self._beside("going")
        shutil.rmtree(going, ignore_errors=True)
        if self.directory.exists():
            durable.replace(self.directory, going)
            shutil.rmtree(going, ignore_errors=True)
        for file in before:
            with contextlib.suppress(OSError):
                self._spare(file.path).unlink(missing_ok=True)

    def _spare(self, path: str) -> Path:
        place = place_of(path, self.root)
        return place.with_name(_SPARE.format(place.name))

    def _beside(self, what: str) -> Path:
        return self.directory.with_name(f".{self.directory.name}.{what}")


def _lock(guard: int, until: float) -> None:
    while True:
        try:
            return fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy(
                    "another change is still in progress on this node; wait until it is done"
                ) from None
        time.sleep(_PAUSE)
