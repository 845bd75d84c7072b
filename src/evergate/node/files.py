"""The files of a configuration: what they would change on this node, and the change, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import durable
from .secrecy import veiled, veiled_beside

ROOT, OWNER = Path("/"), "0:0"
OTHERS_READ = 0o004
# With a dot in front: HAProxy loads every certificate and every file of a directory but those.
_NEW = ".{}.evergate-new"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it shall be, root's own; raises ValueError unless path and content can be a file's.

    `mode` is a number such as 0o640. Bytes of the content that are no UTF-8 are lone surrogates in it.
    """

    path: str
    content: str = field(repr=False)
    mode: int
    secret: bool

    def __post_init__(self) -> None:
        _plain(self.path)
        encoded(self.content)


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of a path: content and mode before and after, each None where there is no file.

    What stands in the place of a file and is none, such as a link, is told in words as the content before and
    has no mode. `owner_before` is "uid:gid", or None where it does not matter: only root can set it right.
    """

    path: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    mode_before: int | None
    mode_after: int | None
    secret: bool
    owner_before: str | None = None


class NotWritten(Exception):
    """A file cannot be written; `half_done` says whether others may have changed already."""

    def __init__(self, path: str, reason: str, *, half_done: bool = False) -> None:
        """Keep what the message says: which path, and why in a few words."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.half_done = half_done


@dataclass(frozen=True, slots=True)
class _Found:
    text: str = field(repr=False)
    mode: int | None
    owner: str | None

    def equals(self, file: File) -> bool:
        return (self.text, self.mode, self.owner or OWNER) == (file.content, file.mode, OWNER)


def encoded(text: str) -> bytes:
    """Return the bytes of a content. Raises UnicodeEncodeError if it holds what never was a byte."""
    return text.encode("utf-8", "surrogateescape")


def decoded(content: bytes) -> str:
    """Return the content of any bytes; `encoded` turns it back into the same bytes."""
    return content.decode("utf-8", "surrogateescape")


def differences(
    wanted: Sequence[File], former: Sequence[str], root: Path = ROOT, *, secrets: Collection[str] = ()
) -> list[Difference]:
    """Return what `write` would change, in its order; nothing is touched.

    `former` are the paths that the configuration before had: what is not wanted of them goes. `secrets` are
    those of them that were secret; what not everyone may read now counts as secret too, if it goes or if
    everyone may read it afterwards. Raises NotWritten for what cannot be read or replaced, ValueError for a
    path that is not plain or is wanted twice.
    """
    changes = []
    places = _places(wanted, root)
    for place, file in places.items():
        with _refusing(file.path):
            found = _found(place)
        if found is None or not found.equals(file):
            changes.append(_difference(file.path, file, found, file.path in secrets))
    for path, place in _unwanted(places, former, root):
        with _refusing(path):
            changes.append(_difference(path, None, _found(place), path in secrets))
    return changes


def refuse_without_room(changes: Sequence[Difference], root: Path = ROOT) -> None:
    """Raise NotWritten for the first of the changes that its file system lacks the room for; touch nothing.

    `write` finds that out as well, but on one node, when another may have changed already. The files before
    stay until all the new ones are there: what they take does not count as free.
    """
    free: dict[int, int] = {}
    for change in changes:
        with _refusing(change.path):
            directory = _existing(place_of(change.path, root).parent)
            system, device = os.statvfs(directory), directory.stat().st_dev
            blocks = -(-len(encoded(change.after or "")) // system.f_frsize)
            free[device] = free.get(device, system.f_bfree) - blocks
            if system.f_blocks and free[device] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _existing(directory: Path) -> Path:
    """Return the directory, or the nearest above it that is there."""
    return next(each for each in (directory, *directory.parents) if each.is_dir())


def write(wanted: Sequence[File], former: Sequence[str], root: Path = ROOT) -> None:
    """Make it so: files in the order of `wanted`, so name what refers to others last; then what goes.

    What is as wanted stays untouched. Everything is on disk under other names before the first file is
    replaced: what fails till then, a full disk above all, changes nothing and leaves nothing behind. Raises
    NotWritten, whose `half_done` is true if it failed later; ValueError as `differences`.
    """
    changed = {each.path for each in differences(wanted, former, root)}
    places = _places(wanted, root)
    _sweep({place.parent for place in [*places, *(place_of(path, root) for path in former)]})
    with contextlib.ExitStack() as undo:
        staged = []
        for place, file in places.items():
            if file.path in changed:
                with _refusing(file.path):
                    staged.append((_staged(file, place, undo), place, file.path))
        for source, place, path in staged:
            with _refusing(path, half_done=True):
                durable.replace(source, place)
        undo.pop_all()
    for path, place in _unwanted(places, former, root):
        with _refusing(path, half_done=True):
            durable.remove(place)


def _staged(file: File, place: Path, undo: contextlib.ExitStack) -> Path:
    """Write the file beside its place and return where; `undo` learns how to take everything back."""
    for made in durable.make_directories(place.parent, 0o755):
        undo.callback(durable.remove_empty, made)
    if place.is_dir() and not place.is_symlink():
        raise IsADirectoryError("a directory is in its place")
    source = place.with_name(_NEW.format(place.name))
    durable.create(source, encoded(file.content), file.mode)
    undo.callback(source.unlink, missing_ok=True)
    return source


def _sweep(directories: Collection[Path]) -> None:
    """Remove what a change left that was cut off."""
    for left in (each for directory in directories for each in directory.glob(_NEW.format("*"))):
        with contextlib.suppress(OSError):
            left.unlink()


@contextlib.contextmanager
def _refusing(path: str, *, half_done: bool = False) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritten(path, error.strerror or str(error), half_done=half_done) from error


def _plain(path: str) -> str:
    one_slash = path[:1] == "/" != path[1:2]
    if not one_slash or path == "/" or os.path.normpath(path) != path or "\0" in path:
        raise ValueError(f"'{path}' is not a plain absolute path")
    return path


def place_of(path: str, root: Path) -> Path:
    """Return where a path lies; links among its directories are followed, so that a file has one place."""
    directory, name = os.path.split(_plain(path))
    return Path(os.path.realpath(root / directory.lstrip("/")), name)


def _places(wanted: Sequence[File], root: Path) -> dict[Path, File]:
    places: dict[Path, File] = {}
    for file in wanted:
        if places.setdefault(place_of(file.path, root), file) is not file:
            raise ValueError(f"{file.path} is wanted twice")
    return places


def _unwanted(places: Collection[Path], former: Sequence[str], root: Path) -> list[tuple[str, Path]]:
    """Return what goes, with its place. A directory in the place of a file is not ours: it stays."""
    there = {place_of(path, root): path for path in former}
    return [
        (path, place)
        for place, path in there.items()
        if place not in places and os.path.lexists(place) and (place.is_symlink() or not place.is_dir())
    ]


def _found(place: Path) -> _Found | None:
    """Return what is there, without following a link and without waiting for the other end of a pipe."""
    try:
        status = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    owner = f"{status.st_uid}:{status.st_gid}" if os.geteuid() == 0 else None
    if stat.S_ISREG(status.st_mode):
        return _Found(decoded(place.read_bytes()), stat.S_IMODE(status.st_mode), owner)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError("a directory is in its place")
    what = f"a link to {os.readlink(place)}" if stat.S_ISLNK(status.st_mode) else "not a regular file"
    return _Found(f"({what})\n", None, owner)


def _difference(path: str, file: File | None, found: _Found | None, was_secret: bool) -> Difference:
    before, mode, owner = (found.text, found.mode, found.owner) if found else (None, None, None)
    after, mode_after, secret = (file.content, file.mode, file.secret) if file else (None, None, False)
    hidden = mode is not None and not mode & OTHERS_READ
    opened = hidden and (mode_after is None or bool(mode_after & OTHERS_READ))
    return Difference(path, before, after, mode, mode_after, secret or was_secret or opened, owner)


def shown(differences: Sequence[Difference]) -> list[dict[str, str]]:
    """Return the differences as `diff` of an Ansible module's result: before, after and a header for each.

    Of a secret only the size is told, and of a line with a password all but that. Where the contents are
    equal, modes and owners are told in their place: Ansible does not show a difference whose two texts are
    the same.
    """
    return [_shown(each) for each in differences]


def _shown(change: Difference) -> dict[str, str]:
    if (change.before or "") == (change.after or ""):
        before = _attributes(change.before, change.mode_before, change.owner_before)
        after = _attributes(change.after, change.mode_after, change.owner_before and OWNER)
    elif change.secret:
        in_words = change.mode_before is None
        before = _readable(change.before) if in_words else _veiled(change.before, "")
        after = _veiled(change.after, "" if change.before is None else ", differs")
    else:
        before, after = _readable(change.before), _readable(change.after)
        before, after = veiled(before), veiled_beside(after, before)
    return {
        "before": before,
        "after": after,
        "before_header": _header(change.path, change.before, change.mode_before),
        "after_header": _header(change.path, change.after, change.mode_after),
    }


def _header(path: str, content: str | None, mode: int | None) -> str:
    if content is None:
        return f"{path} (missing)"
    return path if mode is None else f"{path} ({mode:04o})"


def _attributes(content: str | None, mode: int | None, owner: str | None) -> str:
    if content is None:
        return ""
    words = [] if mode is None else [f"mode {mode:04o}"]
    return f"({', '.join(words + ([f'owner {owner}'] if owner else []))})\n"


def _veiled(content: str | None, differs: str) -> str:
    return "" if content is None else f"(secret, {len(encoded(content)):,} bytes{differs})\n"


def _readable(content: str | None) -> str:
    """Return the content as text that every terminal and JSON can take."""
    return encoded(content or "").decode("utf-8", "replace")
