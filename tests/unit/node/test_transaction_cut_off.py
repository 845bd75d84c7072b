"""Changes that are cut off, come together, or have no room."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest
from changing import MAP, Node, config, killed

from evergate.node import durable
from evergate.node.files import File, NotWritten
from evergate.node.journal import Busy, Journal
from evergate.node.outcome import Undone
from evergate.node.service import Refused
from evergate.node.signals import Stopped
from evergate.node.transaction import preview


def test_a_termination_turns_back_and_a_lost_connection_does_not(node: Node) -> None:
    node.daemon.hooks["prove two"] = lambda: os.kill(os.getpid(), signal.SIGHUP)
    assert node.change(config("two")).kind == "reload"
    node.daemon.hooks["prove three"] = lambda: os.kill(os.getpid(), signal.SIGTERM)
    node.daemon.hooks["apply two"] = lambda: os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Undone, match="SIGTERM"):
        node.change(config("three"))
    assert (node.text(), node.daemon.uses) == ("two", "two\n")


def test_a_termination_before_anything_is_written_changes_nothing(node: Node) -> None:
    node.daemon.hooks["validate"] = lambda: os.kill(os.getpid(), signal.SIGTERM)
    former = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped):
        node.change(config("two"))
    assert (node.text(), signal.getsignal(signal.SIGTERM)) == ("one", former)


@pytest.mark.parametrize("step", ["apply two", "prove two"])
def test_what_was_cut_off_is_taken_back_before_anything_else(node: Node, step: str) -> None:
    killed(node, step, File(MAP, "a b\n", 0o644, False), config("two"))
    assert (node.text(), node.text(MAP)) == ("two", "a b")
    found = preview(node.daemon, [config("two")], node.revisions, node.root)
    assert found.cut_off == (
        "the change by anna@admin1 at 2026-03-01T14:02:11+00:00 (site.yml) is in progress or was cut off"
    )
    node.daemon.done.clear()
    done = node.change(config("three"), seconds=60)
    assert node.daemon.done[:3] == ["apply one", "state", "prove one"]
    assert done.cut_off.endswith("had been cut off; the configuration before it was brought back first")
    assert (node.text(), node.text(MAP), node.good()) == ("three", None, ["three", "one"])


def test_what_was_cut_off_after_it_was_kept_stays(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "end", lambda *given: None)
        node.change(config("two"))
    assert node.change(config("two"), seconds=60).cut_off == ""
    assert node.text() == "two"


def test_what_was_cut_off_where_the_daemon_has_died_is_only_written_back(node: Node) -> None:
    killed(node, "apply two", config("two"))
    node.daemon.running = False
    node.change(config("one"))
    assert (node.text(), node.daemon.done) == ("one", [])


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(place: Path, content: bytes, mode: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(place))

    monkeypatch.setattr(durable, "create", full)


def test_a_disk_that_is_full_before_the_change_changes_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.daemon.hooks["state"] = lambda: fill(monkeypatch)
    with pytest.raises(NotWritten, match="No space left"):
        node.change(config("two"))
    assert (node.text(), node.daemon.uses, node.names()) == ("one", "one\n", ["daemon.cfg"])


def test_a_disk_that_fills_up_during_the_change_has_room_for_the_way_back(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.daemon.hooks["prove two"] = lambda: fill(monkeypatch)
    with pytest.raises(Undone, match="No space left"):
        node.change(File(MAP, "a b\n", 0o644, False), config("two"))
    assert (node.text(), node.text(MAP), node.daemon.uses) == ("one", None, "one\n")
    assert node.names() == ["daemon.cfg", "maps"]


def test_files_that_cannot_be_written_are_not_applied(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    original = durable.create

    def create(place: Path, content: bytes, mode: int) -> None:
        if place.name.endswith("evergate-new"):
            raise OSError(errno.EROFS, "Read-only file system", str(place))
        original(place, content, mode)

    monkeypatch.setattr(durable, "create", create)
    with pytest.raises(NotWritten, match="Read-only"):
        node.change(config("two"))
    assert node.daemon.done == ["validate", "state"]
    assert Journal(node.revisions.directory / "in-progress").pending() is None


def test_what_could_not_come_back_is_not_replaced(node: Node) -> None:
    place = node.daemon.place
    place.rename(place.with_name("elsewhere"))
    place.symlink_to("elsewhere")
    with pytest.raises(Refused, match=r"a link to elsewhere.*could not come back"):
        node.change(config("two"))
    assert place.is_symlink()


def test_two_changes_of_a_daemon_wait_for_each_other(node: Node) -> None:
    with Journal(node.revisions.directory / "in-progress").exclusive(0), pytest.raises(Busy):
        node.change(config("two"), deadline=0.3)
    assert node.change(config("two")).kind == "reload"
