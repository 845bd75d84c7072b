"""Files and directories that are never there by half."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from evergate.node import durable


def test_what_is_there_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(FileExistsError):
            durable.create(tmp_path / name, b"new", 0o644)
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "nowhere").exists()


def test_directories_that_cannot_be_made_to_the_end_are_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.mkdir

    def mkdir(path: Path, mode: int) -> None:
        if path.name == "c":
            raise OSError(errno.ENOSPC, "full")
        real(path, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    with pytest.raises(OSError, match="full"):
        durable.make_directories(tmp_path / "a/b/c", 0o755)
    assert list(tmp_path.iterdir()) == []


def test_directories_made_are_returned_the_outermost_first(tmp_path: Path) -> None:
    assert durable.make_directories(tmp_path / "a/b", 0o750) == [tmp_path / "a", tmp_path / "a/b"]
    assert durable.make_directories(tmp_path / "a/b", 0o700) == []
    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o750


def test_removing_what_is_gone_is_no_error(tmp_path: Path) -> None:
    durable.remove(tmp_path / "gone")


def test_a_directory_with_something_in_it_stays(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    durable.remove_empty(tmp_path / "a")
    durable.remove_empty(tmp_path / "a/b")
    assert list(tmp_path.rglob("*")) == [tmp_path / "a"]
