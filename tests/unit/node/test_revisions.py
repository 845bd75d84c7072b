"""The last good configurations, in a directory of their own."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from evergate.node.files import File, NotWritten, decoded
from evergate.node.revisions import DamagedRevision, NoSuchRevision, Revision, Revisions

NOW = datetime(2026, 3, 1, 14, 2, 11, tzinfo=UTC)
KEY = File("/etc/haproxy/certs/shop.pem", "PRIVATE\n", 0o640, True)


def config(text: str) -> File:
    return File("/etc/haproxy/haproxy.cfg", f"{text}\n", 0o640, False)


def keep(revisions: Revisions, *texts: str) -> list[Revision]:
    return [revisions.keep_good([KEY, config(text)], "anna@admin1", "site.yml", NOW) for text in texts]


@pytest.fixture
def revisions(tmp_path: Path) -> Revisions:
    return Revisions(tmp_path / "lib/revisions")


def numbers(revisions: Revisions) -> list[int]:
    return [each.number for each in revisions.all()]


def test_what_was_kept_comes_back_as_it_was(revisions: Revisions) -> None:
    (kept,) = keep(revisions, "one")
    assert kept == Revision(1, "2026-03-01T14:02:11+00:00", "anna@admin1", "site.yml", (KEY, config("one")))
    assert revisions.get(1) == revisions.newest() == kept
    assert revisions.all() == [kept]


def test_before_the_first_there_is_none(revisions: Revisions) -> None:
    assert (revisions.all(), revisions.newest(), revisions.damaged()) == ([], None, [])


def test_time_is_kept_in_utc(revisions: Revisions) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    assert revisions.keep_good([], "anna@admin1", "", elsewhere).at == "2026-03-01T14:02:11+00:00"


def test_bytes_that_are_no_text_come_back_as_they_were(revisions: Revisions) -> None:
    file = File("/etc/x", decoded(b"\x00\xff\r\n"), 0o644, False)
    revisions.keep_good([file], "anna@admin1", "site.yml", NOW)
    assert revisions.get(1).files == (file,)


def test_the_newest_come_first(revisions: Revisions) -> None:
    keep(revisions, "one", "two", "three")
    assert numbers(revisions) == [3, 2, 1]


def test_the_same_files_as_the_newest_add_nothing(revisions: Revisions) -> None:
    first, _ = keep(revisions, "one", "two")
    again = revisions.keep_good([config("two"), KEY], "ben@admin2", "again", NOW)
    assert (again.number, again.who) == (2, "anna@admin1")
    (back,) = keep(revisions, "one")
    assert (back.number, back.files) == (3, first.files)


@pytest.mark.parametrize(
    "file",
    [
        File("/etc/haproxy/haproxy.cfg", "one\n", 0o644, False),
        File("/etc/haproxy/haproxy.cfg", "one\n", 0o640, True),
        File("/etc/haproxy/other.cfg", "one\n", 0o640, False),
    ],
)
def test_another_mode_name_or_secrecy_adds_a_revision(file: File, revisions: Revisions) -> None:
    keep(revisions, "one")
    assert revisions.keep_good([KEY, file], "anna@admin1", "site.yml", NOW).number == 2


def test_ten_are_kept_and_numbers_go_on(revisions: Revisions) -> None:
    keep(revisions, *map(str, range(13)))
    assert numbers(revisions) == list(range(13, 3, -1))
    assert sorted(os.listdir(revisions.directory)) == [f"{number:06d}" for number in range(4, 14)]


def test_at_least_one_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Revisions(tmp_path, keep=0)


def test_the_millionth_is_one_like_any_other(revisions: Revisions) -> None:
    keep(revisions, "one")
    (revisions.directory / "000001").rename(revisions.directory / "999999")
    keep(revisions, "two")
    assert numbers(revisions) == [1000000, 999999]


def test_no_one_but_root_can_read_any_of_it(revisions: Revisions) -> None:
    before = os.umask(0)
    try:
        keep(revisions, "one")
    finally:
        os.umask(before)
    found = [revisions.directory, *revisions.directory.rglob("*")]
    modes = {(each.is_dir(), stat.S_IMODE(each.stat().st_mode)) for each in found}
    assert modes == {(True, 0o700), (False, 0o600)}
    assert stat.S_IMODE(revisions.directory.parent.stat().st_mode) == 0o755  # not only revisions lie there


def test_a_directory_that_is_open_is_closed(revisions: Revisions) -> None:
    revisions.directory.mkdir(parents=True)
    revisions.directory.chmod(0o755)
    keep(revisions, "one")
    assert stat.S_IMODE(revisions.directory.stat().st_mode) == 0o700


def test_ordinary_tools_read_and_compare_them(revisions: Revisions) -> None:
    keep(revisions, "one", "two")
    told = subprocess.run(
        ["diff", "-r", "000001/files", "000002/files"],
        cwd=revisions.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines()[1:] == ["1c1", "< one", "---", "> two"]
    manifest = json.loads((revisions.directory / "000001/manifest.json").read_text())
    assert (manifest["who"], manifest["why"]) == ("anna@admin1", "site.yml")
    sums = "".join(f"{each['sha256']}  files{each['path']}\n" for each in manifest["files"])
    check = ["sha256sum", "--check", "--status"]
    done = subprocess.run(check, cwd=revisions.directory / "000001", input=sums, text=True, check=False)
    assert done.returncode == 0
    assert [(each["mode"], each["secret"]) for each in manifest["files"]] == [("0640", True), ("0640", False)]


def test_a_number_that_does_not_exist_is_told_with_those_that_do(revisions: Revisions) -> None:
    keep(revisions, "one", "two")
    with pytest.raises(NoSuchRevision) as caught:
        revisions.get(7)
    assert (caught.value.number, caught.value.known) == (7, (2, 1))
    assert str(caught.value) == "revision 7 does not exist; there are: 2, 1"


def test_without_any_it_is_told_that_there_are_none(revisions: Revisions) -> None:
    with pytest.raises(NoSuchRevision, match="there are: none"):
        revisions.get(1)


def _tampered(place: Path) -> None:
    (place / "files/etc/haproxy/haproxy.cfg").write_text("by hand\n")


def _gone(place: Path) -> None:
    (place / "files/etc/haproxy/haproxy.cfg").unlink()


def _cut(place: Path) -> None:
    text = (place / "manifest.json").read_text()
    (place / "manifest.json").write_text(text[: len(text) // 2])


def _without_manifest(place: Path) -> None:
    (place / "manifest.json").unlink()


def _manifest(**changed: Any) -> Any:
    def damage(place: Path) -> None:
        manifest = json.loads((place / "manifest.json").read_text())
        manifest["files"][1] |= changed
        (place / "manifest.json").write_text(json.dumps(manifest))

    return damage


def _no_mapping(place: Path) -> None:
    (place / "manifest.json").write_text("[]")


def _no_files(place: Path) -> None:
    (place / "manifest.json").write_text("{}")


DAMAGES = [
    (_tampered, "files/etc/haproxy/haproxy.cfg is not what was kept"),
    (_gone, "files/etc/haproxy/haproxy.cfg: No such file or directory"),
    (_cut, "manifest.json is not readable: "),
    (_without_manifest, "manifest.json: No such file or directory"),
    (_manifest(path="/etc/../etc/haproxy/haproxy.cfg"), "manifest.json is not readable: '/etc/../etc"),
    (_manifest(mode="rw"), "manifest.json is not readable: "),
    (_manifest(mode=416), "manifest.json is not readable: "),
    (_no_mapping, "manifest.json is not readable: "),
    (_no_files, "manifest.json does not tell 'at'"),
]


@pytest.mark.parametrize(("damage", "problem"), DAMAGES)
def test_a_damaged_one_is_left_out_and_named(damage: Any, problem: str, revisions: Revisions) -> None:
    keep(revisions, "one", "two")
    damage(revisions.directory / "000002")
    assert numbers(revisions) == [1]
    assert revisions.newest() == revisions.get(1)
    (line,) = revisions.damaged()
    assert line.startswith(f"{revisions.directory}/000002: {problem}")
    with pytest.raises(DamagedRevision) as caught:
        revisions.get(2)
    assert str(caught.value).startswith(f"revision 2 is damaged: {problem}")
    assert caught.value.known == (1,)


def test_a_damaged_one_takes_no_good_ones_place_and_goes_with_its_age(tmp_path: Path) -> None:
    revisions = Revisions(tmp_path / "revisions", keep=2)
    keep(revisions, "one", "two")
    _cut(revisions.directory / "000002")
    assert keep(revisions, "three")[0].number == 3
    assert numbers(revisions) == [3, 1]
    assert len(revisions.damaged()) == 1
    keep(revisions, "four")
    assert numbers(revisions) == [4, 3]
    assert revisions.damaged() == []


def test_what_is_no_revision_is_let_be(revisions: Revisions) -> None:
    keep(revisions, "one")
    (revisions.directory / "README").write_text("notes\n")
    (revisions.directory / "0000007").mkdir()
    assert (numbers(revisions), revisions.damaged()) == ([1], [])


@pytest.mark.parametrize("call", ["write", "replace"])
def test_a_full_disk_keeps_nothing_by_half(
    call: str, revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(revisions, "one")
    error = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch, pytest.raises(NotWritten, match="000002: No space left on device"):
        patch.setattr(os, call, lambda *arguments: (_ for _ in ()).throw(error))
        keep(revisions, "two")
    assert os.listdir(revisions.directory) == ["000001"]
    assert revisions.damaged() == []
    assert keep(revisions, "two")[0].number == 2


def test_a_crash_in_the_middle_is_neither_listed_nor_in_the_way(
    revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(revisions, "one")
    child = os.fork()
    if child == 0:
        os.replace = lambda *arguments: os._exit(9)
        keep(revisions, "two")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert len(os.listdir(revisions.directory)) == 2
    assert (numbers(revisions), revisions.damaged()) == ([1], [])
    assert keep(revisions, "three")[0].number == 2
    assert sorted(os.listdir(revisions.directory)) == ["000001", "000002"]


def test_an_old_one_that_cannot_be_removed_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions = Revisions(tmp_path / "revisions", keep=1)
    keep(revisions, "one")
    real = os.replace

    def replace(source: Path, place: Path) -> None:
        if place.name == ".going":
            raise OSError(errno.EBUSY, "busy")
        real(source, place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        assert keep(revisions, "two")[0].number == 2
    assert numbers(revisions) == [2, 1]
    keep(revisions, "three")
    assert numbers(revisions) == [3]
