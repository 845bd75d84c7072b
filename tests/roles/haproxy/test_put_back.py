"""What a boot finds of a change that was cut off, which evergate.node.journal has noted."""

from __future__ import annotations

import importlib.util
import stat
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evergate.node import files
from evergate.node.files import File
from evergate.node.journal import Journal
from evergate.node.revisions import Revisions

FILE = Path(__file__).parents[3] / "roles" / "haproxy" / "files" / "put_back.py"
NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
OLD = (
    File("/etc/haproxy/haproxy.cfg", "old\n", 0o640, secret=False),
    File("/etc/haproxy/maps/gone.map", "a b\n", 0o644, secret=False),
)
NEW = (
    File("/etc/haproxy/haproxy.cfg", "new\n", 0o600, secret=False),
    File("/etc/systemd/system/haproxy.service.d/evergate.conf", "[Service]\n", 0o644, secret=False),
)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("put_back", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Node:
    """A node in a directory, on which a change has got so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.revisions = Revisions(root / "var/lib/evergate/revisions/haproxy")
        self.journal = Journal(self.revisions.directory / "in-progress", root)
        self.ran: list[Sequence[str]] = []
        files.write(OLD, [], root)

    def change(self) -> None:
        """Note the change and write its files."""
        self.journal.begin(OLD, NEW, "ann@admin1", "site.yml", NOW)
        files.write(NEW, [file.path for file in OLD], self.root)

    def has(self, wanted: Sequence[File]) -> bool:
        """Return whether these are the files, and the others' are gone."""
        return not files.differences(wanted, [file.path for file in (*OLD, *NEW)], self.root)

    def boot(self, script: ModuleType) -> int:
        """Return how the script ends."""

        def run(command: Sequence[str], **how: Any) -> None:
            self.ran.append(command)

        status: int = script.main(self.root, run)
        return status


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_a_change_that_was_cut_off_is_taken_back_and_its_note_stays(script: ModuleType, node: Node) -> None:
    node.change()
    assert node.boot(script) == 0
    assert node.has(OLD)
    assert node.journal.pending() is not None
    assert node.ran == [("systemctl", "daemon-reload")]


def test_what_is_there_by_half_becomes_whole(script: ModuleType, node: Node) -> None:
    node.change()
    files.write(OLD[:1], [], node.root)
    assert not node.has(OLD)
    assert node.boot(script) == 0
    assert node.has(OLD)
    assert stat.S_IMODE((node.root / "etc/haproxy/haproxy.cfg").stat().st_mode) == 0o640


def test_a_second_boot_changes_nothing(script: ModuleType, node: Node) -> None:
    node.change()
    node.boot(script)
    node.ran.clear()
    assert node.boot(script) == 0
    assert (node.has(OLD), node.ran) == (True, [])


def test_a_change_that_was_proved_stays(script: ModuleType, node: Node) -> None:
    node.change()
    node.revisions.keep_good(NEW, "ann@admin1", "site.yml", NOW)
    assert node.boot(script) == 0
    assert node.has(NEW)


def test_a_change_to_what_was_good_long_ago_is_taken_back(script: ModuleType, node: Node) -> None:
    node.revisions.keep_good(NEW, "ann@admin1", "site.yml", datetime(2026, 5, 1, tzinfo=UTC))
    node.change()
    assert node.boot(script) == 0
    assert node.has(OLD)


def test_a_change_that_is_running_is_left_alone(script: ModuleType, node: Node) -> None:
    with node.journal.exclusive(0):
        node.change()
        assert node.boot(script) == 0
    assert node.has(NEW)


def test_a_node_that_nobody_was_changing_is_left_alone(
    script: ModuleType, node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    assert node.boot(script) == 0
    node.change()
    node.journal.end(OLD)
    assert node.boot(script) == 0
    assert node.has(NEW)
    assert capsys.readouterr() == ("", "")


def test_a_disk_without_room_does_not_keep_it_from_that(
    script: ModuleType, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.change()
    monkeypatch.setattr(script.os, "fchmod", _full)
    assert node.boot(script) == 0
    assert node.has(OLD)


def test_nothing_is_replaced_before_everything_is_there(
    script: ModuleType, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.change()
    (node.root / "etc/haproxy/maps/.gone.map.evergate-before").unlink()
    monkeypatch.setattr(script.os, "fchmod", _full)
    assert node.boot(script) == 1
    assert node.has(NEW)


def _full(descriptor: int, mode: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("path", ["etc/haproxy/haproxy.cfg", "etc/haproxy/maps/gone.map"])
def test_what_somebody_has_repaired_by_hand_is_left_alone(
    script: ModuleType, node: Node, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    node.change()
    (node.root / path).write_text("by hand\n")
    assert node.boot(script) == 1
    assert (node.root / path).read_text() == "by hand\n"
    assert f"/{path} is neither as before" in capsys.readouterr().err
    assert (node.root / NEW[1].path.lstrip("/")).exists()


@pytest.mark.parametrize(
    ("content", "damage"), [("{", "not readable"), ("[]", "not readable"), ('{"files": 1}', "not readable")]
)
def test_a_damaged_note_changes_nothing_and_is_told(
    script: ModuleType, node: Node, capsys: pytest.CaptureFixture[str], content: str, damage: str
) -> None:
    node.change()
    (node.revisions.directory / "in-progress/000002/manifest.json").write_text(content)
    assert node.boot(script) == 1
    assert node.has(NEW)
    error = capsys.readouterr().err
    assert error.startswith("put_back: haproxy: ")
    assert damage in error


def test_a_damaged_file_of_the_note_changes_nothing(script: ModuleType, node: Node) -> None:
    node.change()
    (node.revisions.directory / "in-progress/000002/files/etc/haproxy/haproxy.cfg").write_text("{")
    (node.root / "etc/haproxy/.haproxy.cfg.evergate-before").unlink()
    assert node.boot(script) == 1
    assert node.has(NEW)


def test_a_damaged_revision_is_none(script: ModuleType, node: Node) -> None:
    node.change()
    node.revisions.keep_good(NEW, "ann@admin1", "site.yml", NOW)
    newest = node.revisions.keep_good(OLD, "ann@admin1", "site.yml", NOW)
    (node.revisions.directory / f"{newest.number:06d}" / "manifest.json").write_text("{")
    assert node.boot(script) == 0
    assert node.has(NEW)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/etc/sysctl.d/60-evergate.conf", ("/usr/lib/systemd/systemd-sysctl",)),
        ("/etc/tmpfiles.d/evergate.conf", ("systemd-tmpfiles", "--create")),
        ("/etc/sysusers.d/evergate.conf", ("systemd-sysusers",)),
    ],
)
def test_what_was_read_before_is_read_again(script: ModuleType, path: str, command: tuple[str, ...]) -> None:
    assert list(script.commands(["/etc/haproxy/haproxy.cfg", path])) == [command]


def test_the_other_daemon_is_not_given_up_for_one(script: ModuleType, node: Node) -> None:
    node.change()
    keepalived = node.root / "var/lib/evergate/revisions/a_daemon/in-progress/000002"
    keepalived.mkdir(parents=True)
    (keepalived / "manifest.json").write_text("[]")
    assert node.boot(script) == 1
    assert node.has(OLD)
