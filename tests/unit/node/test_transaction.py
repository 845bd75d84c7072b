"""Changes of a daemon that only remembers what it was told: how they go, and how they are taken back."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from changing import CONFIG, MAP, NOW, Node, config

from evergate.node.files import File, NotWritten
from evergate.node.journal import Journal
from evergate.node.outcome import Broken, Reason, Undone
from evergate.node.service import Refused
from evergate.node.transaction import preview, roll_back


def test_a_change_is_checked_applied_proved_and_kept_in_this_order(node: Node) -> None:
    done = node.change(config("two"))
    assert node.daemon.done == ["validate", "state", "apply two", "prove two"]
    assert (done.kind, done.reasons) == ("reload", ("1 files became 1",))
    assert [(each.path, each.before, each.after) for each in done.differences] == [(CONFIG, "one\n", "two\n")]
    assert (node.text(), node.good(), node.names()) == ("two", ["two", "one"], ["daemon.cfg"])


def test_what_serves_before_the_first_change_is_kept_as_good(node: Node) -> None:
    node.change(config("two"))
    assert node.revisions.get(1).why == "found in place: site.yml"
    assert not node.revisions.get(1).files[0].secret


def test_where_nothing_differs_nothing_is_done_and_it_is_kept_as_good(node: Node) -> None:
    assert node.change(config("one")).kind == "nothing"
    assert (node.daemon.done, node.good()) == ([], ["one"])


def test_what_the_daemon_refuses_is_never_written(node: Node) -> None:
    node.fail("validate", Refused("line 1: unknown word"))
    with pytest.raises(Refused, match="line 1"):
        node.change(config("two"))
    assert (node.text(), node.good(), node.daemon.done) == ("one", [], ["validate"])


@pytest.mark.parametrize("step", ["apply two", "prove two"])
@pytest.mark.parametrize("failure", [Refused("port 80 is in use"), KeyError("a bug"), KeyboardInterrupt()])
def test_what_fails_is_taken_back_on_disk_and_in_use_and_proved(
    node: Node, step: str, failure: BaseException
) -> None:
    node.fail(step, failure)
    with pytest.raises(Undone) as caught:
        node.change(File(MAP, "a b\n", 0o644, False), config("two"))
    assert str(failure) in caught.value.words
    assert node.daemon.done[-2:] == ["apply one", "prove one"]
    assert (node.text(), node.text(MAP), node.good()) == ("one", None, ["one"])
    assert Journal(node.revisions.directory / "in-progress").pending() is None
    assert node.names() == ["daemon.cfg", "maps"]


def test_a_file_that_went_comes_back_with_its_mode(node: Node) -> None:
    node.change(File(MAP, "a b\n", 0o604, False), config("two"))
    node.fail("prove three", Refused("no"))
    with pytest.raises(Undone):
        node.change(config("three"))
    assert node.text(MAP) == "a b"
    assert (node.root / MAP.lstrip("/")).stat().st_mode & 0o777 == 0o604


def test_a_file_that_is_no_longer_wanted_goes(node: Node) -> None:
    node.change(File(MAP, "a b\n", 0o644, False), config("two"))
    node.change(config("two"))
    assert node.text(MAP) is None


def test_where_the_way_back_fails_too_it_says_what_to_look_at_and_the_next_run_tries_again(
    node: Node,
) -> None:
    node.fail("prove two", Refused("no server is up"))
    node.fail("apply one", Refused("the unit is masked"))
    with pytest.raises(Broken, match=r"no server is up; .*masked; .*journalctl --unit daemon"):
        node.change(config("two"))
    node.daemon.hooks.clear()
    assert "cut off" in node.change(config("one")).cut_off
    assert (node.text(), node.daemon.uses) == ("one", "one\n")


def test_where_it_is_back_but_does_not_serve_as_before_nothing_is_tried_again(node: Node) -> None:
    node.fail("prove two", Refused("no server is up"))
    node.fail("prove one", Refused("app3 is down"))
    with pytest.raises(Broken, match="is back and in use, but does not serve as before: app3 is down"):
        node.change(config("two"))
    assert node.change(config("one")).cut_off == ""


def test_on_a_bare_host_the_files_are_checked_and_written_and_nothing_is_kept(node: Node) -> None:
    node.daemon.running = False
    done = node.change(config("two"))
    assert (done.kind, done.reasons) == ("start", ("daemon does not run here",))
    assert (node.daemon.done, node.text(), node.good()) == (["validate"], "two", [])


def test_a_preview_checks_and_tells_and_touches_nothing(node: Node) -> None:
    found = preview(node.daemon, [config("two")], node.revisions, node.root)
    assert (found.kind, found.reasons, len(found.differences)) == ("reload", ("1 files became 1",), 1)
    assert (node.daemon.done, node.text(), node.revisions.directory.exists()) == (["validate"], "one", False)


def test_a_preview_finds_a_full_disk(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_frsize=4096, f_blocks=9, f_bfree=0))
    with pytest.raises(NotWritten, match="No space left on device"):
        preview(node.daemon, [config("two")], node.revisions, node.root)


def test_a_preview_on_a_bare_host_needs_no_daemon(node: Node) -> None:
    node.daemon.running = False
    found = preview(node.daemon, [config("two")], node.revisions, node.root)
    assert (found.kind, len(found.differences), node.daemon.done) == ("start", 1, [])


def test_to_roll_back_is_a_change_to_what_was_good(node: Node) -> None:
    node.change(config("two"))
    reason = Reason("ben@admin2", "slow", NOW)
    assert roll_back(node.daemon, 1, node.revisions, reason, 1, node.root).kind == "reload"
    assert (node.daemon.uses, node.good()) == ("one\n", ["one", "two", "one"])
    assert node.revisions.get(3).why == "slow"
