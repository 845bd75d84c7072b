"""The files of a configuration, in a tree of their own."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from node_files import CONFIG, KEY, MAP, OTHERS, WANTED, expected, paths, seen, tree

from evergate.node.files import File, NotWritten, decoded, differences, shown, write

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def test_files_are_made_with_their_modes_and_directories(tmp_path: Path) -> None:
    write(WANTED, [], tmp_path)
    assert tree(tmp_path) == expected(WANTED)
    assert stat.S_IMODE((tmp_path / "etc/haproxy/maps").stat().st_mode) == 0o755


def test_directories_can_be_entered_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write(WANTED, [], tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "etc").stat().st_mode) == 0o755
    assert tree(tmp_path) == expected(WANTED)


def test_a_directory_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "etc/haproxy/certs").mkdir(parents=True)
    (tmp_path / "etc/haproxy/certs").chmod(0o710)
    write(WANTED, [], tmp_path)
    assert stat.S_IMODE((tmp_path / "etc/haproxy/certs").stat().st_mode) == 0o710


def test_what_is_missing_differs(tmp_path: Path) -> None:
    (found,) = differences([MAP], [], tmp_path)
    assert (found.before, found.after, found.mode_before, found.mode_after) == (
        None,
        MAP.content,
        None,
        0o644,
    )


def test_content_and_mode_differ_each_for_itself(tmp_path: Path) -> None:
    write(WANTED, [], tmp_path)
    (tmp_path / MAP.path[1:]).write_text("by hand\n")
    (tmp_path / CONFIG.path[1:]).chmod(0o600)
    content, mode = differences(WANTED, [], tmp_path)
    assert (content.path, content.before, content.after) == (MAP.path, "by hand\n", MAP.content)
    assert (mode.path, mode.before, mode.after) == (CONFIG.path, CONFIG.content, CONFIG.content)
    assert (mode.mode_before, mode.mode_after) == (0o600, 0o640)


def test_what_is_not_wanted_any_more_goes_and_nothing_else(tmp_path: Path) -> None:
    write(WANTED, [], tmp_path)
    (tmp_path / "etc/haproxy/maps/own.map").write_text("the operator's\n")
    (found,) = differences([KEY, CONFIG], paths(WANTED), tmp_path)
    assert (found.path, found.before, found.after, found.mode_after) == (MAP.path, MAP.content, None, None)
    write([KEY, CONFIG], paths(WANTED), tmp_path)
    assert sorted(tree(tmp_path)) == sorted([KEY.path, CONFIG.path, "/etc/haproxy/maps/own.map"])


def test_what_goes_and_has_gone_is_no_difference(tmp_path: Path) -> None:
    write([CONFIG], [], tmp_path)
    assert differences([CONFIG], [MAP.path, f"{CONFIG.path}/below"], tmp_path) == []
    write([CONFIG], [MAP.path, f"{CONFIG.path}/below"], tmp_path)


def test_a_directory_in_the_place_of_what_goes_stays(tmp_path: Path) -> None:
    (tmp_path / MAP.path[1:]).mkdir(parents=True)
    assert differences([], [MAP.path], tmp_path) == []
    write([], [MAP.path], tmp_path)
    assert (tmp_path / MAP.path[1:]).is_dir()


def test_a_file_that_goes_under_one_name_and_is_wanted_under_another_stays(tmp_path: Path) -> None:
    (tmp_path / "srv/haproxy").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/haproxy").symlink_to("../srv/haproxy")
    write([CONFIG], ["/srv/haproxy/haproxy.cfg"], tmp_path)
    assert (tmp_path / "srv/haproxy/haproxy.cfg").read_text() == CONFIG.content


def test_what_is_as_wanted_is_not_touched(tmp_path: Path) -> None:
    write(WANTED, [], tmp_path)
    before = [(tmp_path / each.path[1:]).stat() for each in WANTED]
    write([OTHERS[0], KEY, CONFIG], [], tmp_path)
    after = [(tmp_path / each.path[1:]).stat() for each in WANTED]
    assert [old.st_ino == new.st_ino for old, new in zip(before, after, strict=True)] == [False, True, True]


def test_a_link_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / "precious").write_text(CONFIG.content)
    (tmp_path / "precious").chmod(0o640)
    (tmp_path / CONFIG.path[1:]).symlink_to(tmp_path / "precious")
    (found,) = differences([CONFIG], [], tmp_path)
    assert (found.before, found.mode_before) == (f"(a link to {tmp_path}/precious)\n", None)
    write([CONFIG], [], tmp_path)
    assert not (tmp_path / CONFIG.path[1:]).is_symlink()
    write([OTHERS[2]], [], tmp_path)
    assert (tmp_path / "precious").read_text() == CONFIG.content


def test_a_link_that_goes_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept\n")
    (tmp_path / "old.map").symlink_to("precious")
    write([], ["/old.map"], tmp_path)
    assert tree(tmp_path) == {"/precious": ("0o644", "kept\n")}


def test_a_pipe_is_replaced_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    wanted = [File("/pipe", "text\n", 0o644, False)]
    assert seen(wanted, [], tmp_path)[0]["before"] == "(not a regular file)\n"
    write(wanted, [], tmp_path)
    assert tree(tmp_path) == expected(wanted)


@as_root
def test_a_file_of_someone_else_becomes_roots(tmp_path: Path) -> None:
    write([CONFIG], [], tmp_path)
    os.chown(tmp_path / CONFIG.path[1:], 1000, 1000)
    (found,) = seen([CONFIG], [], tmp_path)
    assert found["before"] == "(mode 0640, owner 1000:1000)\n"
    assert found["after"] == "(mode 0640, owner 0:0)\n"
    write([CONFIG], [], tmp_path)
    assert (tmp_path / CONFIG.path[1:]).stat().st_uid == 0


@pytest.mark.parametrize("content", [b"\x00\xff\xfe", b"caf\xe9\n", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_shown_and_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / CONFIG.path[1:]).write_bytes(content)
    (found,) = seen([CONFIG], [], tmp_path)
    json.dumps(found, ensure_ascii=False).encode()
    write([CONFIG], [], tmp_path)
    write([File(CONFIG.path, decoded(content), 0o640, False)], [], tmp_path)
    assert (tmp_path / CONFIG.path[1:]).read_bytes() == content


def test_a_directory_in_the_place_of_a_file_is_refused_before_anything_changes(tmp_path: Path) -> None:
    (tmp_path / CONFIG.path[1:]).mkdir(parents=True)
    for refused in (differences, write):
        with pytest.raises(NotWritten) as caught:
            refused(WANTED, [], tmp_path)
        assert str(caught.value) == f"{CONFIG.path}: a directory is in its place"
        assert not caught.value.half_done
    assert tree(tmp_path) == {}


def test_a_file_and_a_file_below_it_cannot_both_be(tmp_path: Path) -> None:
    for wanted in ([("/a/b/c"), "/a/b"], ["/a/b", "/a/b/c"]):
        with pytest.raises(NotWritten) as caught:
            write([File(each, "", 0o644, False) for each in wanted], [], tmp_path)
            write([File(each, "", 0o644, False) for each in wanted], [], tmp_path)
        assert caught.value.path in wanted
        assert list(tmp_path.rglob("*.evergate-new")) == []


@pytest.mark.parametrize(
    "path", ["etc/x", "", "/", "//etc/x", "/etc/../x", "/etc/./x", "/etc/x/", "/etc/\0x"]
)
def test_a_path_is_absolute_and_plain(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a plain absolute path"):
        File(path, "", 0o644, False)
    with pytest.raises(ValueError, match="is not a plain absolute path"):
        write([], [path], tmp_path)


def test_a_content_that_no_bytes_can_be_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        File("/x", "\ud800", 0o644, False)


def test_a_path_is_wanted_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"haproxy\.cfg is wanted twice"):
        write([CONFIG, OTHERS[2]], [], tmp_path)


NAMES = st.lists(st.sampled_from(["d0", "d1"]), max_size=2).flatmap(
    lambda directories: st.sampled_from(["f0", "f1", "f2"]).map(
        lambda name: "/".join(["", *directories, name])
    )
)
CONTENTS = st.one_of(st.text(max_size=30), st.binary(max_size=30).map(decoded))
MODES = st.sampled_from([0o600, 0o640, 0o644, 0o755, 0o400])
SETS = st.lists(
    st.builds(File, NAMES, CONTENTS, MODES, st.booleans()), max_size=6, unique_by=lambda file: file.path
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(SETS, SETS)
def test_after_writing_nothing_differs_and_nothing_else_is_there(
    before: list[File], after: list[File]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write(before, [], root)
        former = paths(before)
        changes = differences(after, former, root)
        for change, told in zip(changes, shown(changes), strict=True):
            assert told["before"] != told["after"], change
        write(after, former, root)
        assert differences(after, former, root) == []
        there = {f"/{each.relative_to(root)}" for each in root.rglob("*") if not each.is_dir()}
        assert there == set(paths(after))
