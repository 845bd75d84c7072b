"""Files that cannot be written, and changes that are cut off."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from node_files import KEY, OTHERS, WANTED, expected, paths, tree

from evergate.node import files
from evergate.node.files import File, NotWritten, differences, refuse_without_room, write


def failing(call: str, monkeypatch: pytest.MonkeyPatch, *, after: int, error: BaseException) -> None:
    """Let a function of `os` work some times and fail from then on."""
    real, calls = getattr(os, call), iter(range(1000))

    def fake(*arguments: Any) -> Any:
        if next(calls) >= after:
            raise error
        return real(*arguments)

    monkeypatch.setattr(os, call, fake)


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("call", "after"), [("write", 0), ("write", 2), ("fsync", 0), ("fsync", 4)])
def test_a_full_disk_changes_nothing_and_leaves_nothing_behind(
    call: str, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(WANTED[1:], [], tmp_path)
    before = tree(tmp_path)
    new = File("/etc/haproxy/new/deep/x.map", "x", 0o644, False)
    failing(call, monkeypatch, after=after, error=full())
    with pytest.raises(NotWritten) as caught:
        write([new, *OTHERS], [*paths(WANTED), "/etc/haproxy/old"], tmp_path)
    assert caught.value.reason == "No space left on device"
    assert not caught.value.half_done
    assert tree(tmp_path) == before
    assert not (tmp_path / "etc/haproxy/new").exists()


def test_a_disk_without_room_is_found_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = os.statvfs(tmp_path).f_frsize
    new = [File(path, "x" * (block + 1), 0o644, False) for path in ("/a/b.map", "/c.map")]
    changes = differences(new, [], tmp_path)
    refuse_without_room(changes, tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_frsize=block, f_blocks=9, f_bfree=4))
    refuse_without_room(changes, tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_frsize=block, f_blocks=9, f_bfree=3))
    with pytest.raises(NotWritten, match=r"^/c\.map: No space left on device$"):
        refuse_without_room(changes, tmp_path)
    assert tree(tmp_path) == {}


def test_a_file_system_that_does_not_tell_its_size_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_frsize=4096, f_blocks=0, f_bfree=0))
    refuse_without_room(differences(WANTED, [], tmp_path), tmp_path)


def test_a_write_that_takes_only_a_part_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data)[:3]))
    write(WANTED, [], tmp_path)
    assert tree(tmp_path) == expected(WANTED)


def test_an_end_between_writing_and_renaming_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(WANTED, [], tmp_path)
    failing("replace", monkeypatch, after=0, error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write(OTHERS, [], tmp_path)
    assert tree(tmp_path) == expected(WANTED)


KILLED = """
import os, sys
from pathlib import Path
from evergate.node.files import File, write
os.replace = lambda *arguments: os._exit(9)
write([File("/a.map", "new", 0o644, False), File("/b.cfg", "new", 0o644, False)], [], Path(sys.argv[1]))
"""


def test_a_crash_between_writing_and_renaming_leaves_the_old_set_and_is_swept_up(tmp_path: Path) -> None:
    old = [File(path, "old", 0o644, False) for path in ("/a.map", "/b.cfg")]
    write(old, [], tmp_path)
    source = Path(files.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env={"PYTHONPATH": str(source)}, check=False
    )
    assert done.returncode == 9
    found = tree(tmp_path)
    assert found | expected(old) == found
    # HAProxy and keepalived read whole directories, but no name with a dot in front.
    assert [name for name in found if not name.startswith("/.")] == paths(old)
    write(old, [], tmp_path)
    assert tree(tmp_path) == expected(old)


def test_what_fails_after_the_first_renaming_is_told_as_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(WANTED, [], tmp_path)
    failing("replace", monkeypatch, after=1, error=OSError(errno.EIO, "broken"))
    with pytest.raises(NotWritten, match=f"{KEY.path}: broken") as caught:
        write(OTHERS, [], tmp_path)
    assert caught.value.half_done
    assert tree(tmp_path) == expected([OTHERS[0], *WANTED[1:]])


def test_files_are_renamed_in_their_order_after_all_are_on_disk_and_removed_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write([File("/etc/old.map", "", 0o644, False)], [], tmp_path)
    done: list[str] = []
    replace, unlink = os.replace, os.unlink

    def noted(call: Any, word: str) -> Any:
        def noting(*places: Any, **more: Any) -> None:
            done.append(f"{word} {Path(places[-1]).name}")
            call(*places, **more)

        return noting

    monkeypatch.setattr(os, "replace", noted(replace, "rename"))
    monkeypatch.setattr(os, "unlink", noted(unlink, "remove"))
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append("sync"))
    write(WANTED, ["/etc/old.map"], tmp_path)
    first = done.index("rename hosts.map")
    assert set(done[:first]) == {"sync"}
    names = ("rename hosts.map", "rename shop.pem", "rename haproxy.cfg", "remove old.map")
    assert done[first:] == [word for name in names for word in (name, "sync")]


def test_a_file_has_its_mode_and_owner_before_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / "etc/haproxy").chmod(0o2777)
    if os.geteuid() == 0:
        os.chown(tmp_path / "etc/haproxy", 0, 1000)  # which would be the group of what is made there
    opened, written = [], []
    real_open, real_write = os.open, os.write

    def opening(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        descriptor = real_open(path, flags, mode, **more)
        if flags & os.O_CREAT:
            opened.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    def writing(descriptor: int, data: bytes) -> int:
        status = os.fstat(descriptor)
        written.append((stat.S_IMODE(status.st_mode), status.st_gid, status.st_size))
        return real_write(descriptor, data)

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "write", writing)
    before = os.umask(0)
    try:
        write([File("/etc/haproxy/key", "PRIVATE", 0o640, True)], [], tmp_path)
    finally:
        os.umask(before)
    assert opened == [0o600]
    assert written == [(0o640, os.getegid(), 0)]
