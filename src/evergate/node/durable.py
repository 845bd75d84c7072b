"""Files and directories that are there after a power cut, and never there by half."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def create(place: Path, content: bytes, mode: int) -> None:
    """Make a new file with the content, on disk when this returns; leave none behind if that fails.

    Root's own if root makes it. Nobody whom `mode` does not let read it ever can. Raises OSError, of which
    FileExistsError says that something is there already, be it a symbolic link that leads nowhere.
    """
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        if os.geteuid() == 0:
            os.fchown(descriptor, 0, 0)  # a directory with setgid gives its group to what is made in it
        os.fchmod(descriptor, mode)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(place)
        raise
    finally:
        os.close(descriptor)


def replace(source: Path, place: Path) -> None:
    """Rename at once or not at all; it has happened for good when this returns. Raises OSError."""
    os.replace(source, place)
    sync(place.parent)


def remove(place: Path) -> None:
    """Remove a file or a link, for good when this returns, or do nothing if it is gone. Raises OSError."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(place)
        sync(place.parent)


def make_directories(place: Path, mode: int) -> list[Path]:
    """Make what is missing on the way to a directory and itself; return what was made, the outermost first.

    `mode` holds for those made, whatever the umask. If it fails none of them stays. Raises OSError.
    """
    missing = [each for each in (place, *place.parents) if not each.is_dir()]
    made = []
    with contextlib.ExitStack() as undo:
        for each in reversed(missing):
            try:
                os.mkdir(each, 0o700)
            except FileExistsError:
                if not each.is_dir():  # else someone was faster
                    raise
                continue
            undo.callback(remove_empty, each)
            os.chmod(each, mode)
            sync(each.parent)
            made.append(each)
        undo.pop_all()
    return made


def remove_empty(place: Path) -> None:
    """Remove a directory if nothing is in it."""
    with contextlib.suppress(OSError):
        os.rmdir(place)


def sync(directory: Path) -> None:
    """Bring the names in a directory to disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
