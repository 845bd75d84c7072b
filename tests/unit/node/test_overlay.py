"""A program that sees files in places where they are not, with mounts of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from evergate.node.candidate import candidate
from evergate.node.files import File
from evergate.node.overlay import seeing
from evergate.node.service import Refused

_MAY_MOUNT = (
    os.geteuid() == 0
    and subprocess.run(
        ["unshare", "--mount", "sh", "-c", "mount -t overlay o -o lowerdir=/usr:/etc /mnt"],
        capture_output=True,
        check=False,
    ).returncode
    == 0
)
mounting = pytest.mark.skipif(not _MAY_MOUNT, reason="nothing can be mounted here")


def seen(command: list[str], *wanted: File) -> str:
    with candidate(wanted) as root:
        return seeing(wanted, root, command).stdout


@mounting
def test_wanted_files_are_seen_beside_those_that_stay_and_only_by_the_program(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("stays\n")
    (tmp_path / "changed").write_text("before\n")
    changed = File(f"{tmp_path}/changed", "after\n", 0o600, False)
    new = File(f"{tmp_path}/maps/deep/new", "new\n", 0o644, False)
    command = ["sh", "-c", f"cd {tmp_path} && cat old changed maps/deep/new"]
    assert seen(command, changed, new) == "stays\nafter\nnew\n"
    assert (tmp_path / "changed").read_text() == "before\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["changed", "old"]


@mounting
def test_several_directories_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    wanted = [File(f"{tmp_path}/{name}/file", f"{name}\n", 0o644, False) for name in "ab"]
    assert seen(["sh", "-c", f"cat {tmp_path}/a/file {tmp_path}/b/file"], *wanted) == "a\nb\n"


@mounting
def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(Refused, match="no-such-program is not installed here"):
        seen(["no-such-program"])


def test_a_directory_that_would_be_made_in_the_root_is_refused() -> None:
    with pytest.raises(Refused, match="/no-such-directory does not exist"):
        seen(["true"], File("/no-such-directory/deep/file", "x\n", 0o644, False))


def test_a_candidate_is_for_its_owner_and_leaves_nothing_behind() -> None:
    with candidate([File("/etc/x.pem", "secret\n", 0o600, True)]) as root:
        assert root.stat().st_mode & 0o777 == 0o700
        assert (root / "etc/x.pem").read_text() == "secret\n"
    assert not root.exists()
