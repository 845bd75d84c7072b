"""The door to changes: what it takes, what it returns, and what it never tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from changing import Daemon

from evergate.node import lock, revisions, units
from evergate.node.service import Refused

ROOT = Path(__file__).parents[3]
SECRET = "-----BEGIN PRIVATE KEY-----\nnobody may see this\n"
Result = dict[str, Any]


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    place = tmp_path / "daemon.cfg"
    place.write_text("one\n")
    place.chmod(0o640)
    return Daemon(place)


@pytest.fixture
def call(
    door: ModuleType,
    daemon: Daemon,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Result]:
    """A function that calls the module with a configuration of one line, and returns what it returns."""
    daemon.notes = []  # type: ignore[attr-defined]
    monkeypatch.setitem(door.SERVICES, "haproxy", lambda: daemon)
    monkeypatch.setattr(revisions, "DIRECTORY", tmp_path / "revisions")
    monkeypatch.setattr(lock, "take", partial(lock.take, path=tmp_path / "lock"))

    def run(text: str | None = "two", **given: object) -> Result:
        file = {"path": str(daemon.place), "content": f"{text}\n", "mode": "0640"}
        usual = {"service": "haproxy", "who": "anna@admin1", "why": "site.yml", "run": "a1", "deadline": 1}
        files = {"files": [file]} if text else {}
        with patch_module_args({**usual, **files, **given}), pytest.raises(SystemExit):
            door.main()
        result: Result = json.loads(capsys.readouterr().out)
        return result

    return run


def test_a_change_says_how_and_why(call: Callable[..., Result], daemon: Daemon) -> None:
    found = call()
    assert (found["changed"], found["kind"], daemon.uses) == (True, "reload", "two\n")
    assert found["words"] == "daemon changed by reload: 1 files became 1"
    assert "diff" not in found
    assert call()["words"] == "daemon is as it should be"
    assert not call()["changed"]


def test_a_dry_run_shows_the_difference_and_touches_nothing(
    call: Callable[..., Result], daemon: Daemon, tmp_path: Path
) -> None:
    found = call(_ansible_check_mode=True, _ansible_diff=True)
    assert (found["changed"], found["words"]) == (True, "daemon would be changed by reload: 1 files became 1")
    assert [(each["before"], each["after"]) for each in found["diff"]] == [("one\n", "two\n")]
    assert (daemon.place.read_text(), sorted(each.name for each in tmp_path.iterdir())) == (
        "one\n",
        ["daemon.cfg"],
    )


def test_a_secret_is_never_told(call: Callable[..., Result], daemon: Daemon, tmp_path: Path) -> None:
    secret = {"path": f"{tmp_path}/shop.pem", "content": SECRET, "mode": "0600"}
    found = call(secrets=[secret], _ansible_diff=True)
    assert "nobody may see" not in json.dumps(found)
    assert "(secret, 48 bytes)" in json.dumps(found["diff"])
    assert f"{tmp_path}/shop.pem" in json.dumps(found["diff"])
    assert "files" not in found["invocation"]["module_args"]
    daemon.hooks["prove three"] = lambda: (_ for _ in ()).throw(Refused("no"))
    assert "nobody may see" not in json.dumps(call("three", secrets=[{**secret, "content": f"{SECRET}\n"}]))


def test_what_was_taken_back_is_a_failure_with_the_daemons_words(
    call: Callable[..., Result], daemon: Daemon
) -> None:
    def fail() -> None:
        raise Refused("backend shop has 2 servers up, 3 before: app3 DOWN")

    daemon.hooks["prove two"] = fail
    found = call()
    assert found["failed"]
    assert found["msg"] == (
        "daemon has its previous configuration again: backend shop has 2 servers up, 3 before: app3 DOWN"
    )
    assert daemon.place.read_text() == "one\n"
    daemon.hooks["prove one"] = fail
    assert call()["msg"].startswith("daemon needs you: ")


def test_what_is_refused_before_has_changed_nothing(call: Callable[..., Result], daemon: Daemon) -> None:
    def fail() -> None:
        raise Refused("line 3: unknown keyword")

    daemon.hooks["validate"] = fail
    assert call()["msg"] == "daemon is as it was: line 3: unknown keyword"
    assert "invalid literal" in call(files=[{"path": "/etc/x", "content": "", "mode": "rw"}])["msg"]


def test_without_files_nothing_is_removed(call: Callable[..., Result], daemon: Daemon) -> None:
    call()
    assert call(None)["msg"] == "daemon is as it was: neither files nor a revision is given"
    assert daemon.place.exists()


def test_only_one_run_at_a_time_changes_a_node(call: Callable[..., Result]) -> None:
    call()
    assert "is being changed by anna@admin1" in call("three", who="ben@admin2", run="b1")["msg"]
    assert call("three", who="ben@admin2", run="b1", _ansible_check_mode=True)["changed"]


def test_a_revision_is_rolled_back_to(call: Callable[..., Result], daemon: Daemon) -> None:
    call()
    assert call(None, revision=1, why="two was slow")["kind"] == "reload"
    assert daemon.uses == "one\n"
    assert call(None, revision=9)["msg"] == (
        "daemon is as it was: revision 9 does not exist; there are: 3, 2, 1"
    )


def test_on_a_bare_host_it_says_that_the_daemon_does_not_run(
    call: Callable[..., Result], daemon: Daemon
) -> None:
    daemon.running = False
    assert call(_ansible_check_mode=True)["words"] == "daemon does not run here; its files would be written"
    assert call()["words"] == "daemon does not run here; its files are written"


def test_it_tells_which_configuration_was_there_before(call: Callable[..., Result], daemon: Daemon) -> None:
    assert call()["before"] == 1  # found in place
    assert call("three")["before"] == 2
    assert call("four", _ansible_check_mode=True)["before"] == 3
    daemon.place.write_text("by hand\n")
    assert call("three")["before"] == 3
    back = call(None, revision=2)
    assert (back["changed"], daemon.place.read_text()) == (True, "two\n")


def test_units_that_sleep_are_started_and_would_be(
    call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    call()
    awake: list[str] = []
    monkeypatch.setattr(units, "sleeping", lambda names: tuple(name for name in names if name not in awake))
    monkeypatch.setattr(units, "awaken", awake.extend)
    would = call(units=["watch.service"], _ansible_check_mode=True)
    assert (would["changed"], awake) == (True, [])
    assert would["words"] == "daemon is as it should be; watch.service would be started"
    assert call(units=["watch.service"])["words"] == "daemon is as it should be; watch.service was started"
    assert not call(units=["watch.service"])["changed"]


def test_what_a_bare_host_starts_with_is_kept_as_good(
    call: Callable[..., Result], daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(names: Sequence[str]) -> None:
        daemon.running = True

    daemon.running = False
    monkeypatch.setattr(units, "sleeping", lambda names: () if daemon.running else names)
    monkeypatch.setattr(units, "awaken", start)
    found = call(units=["daemon.service"])
    assert (found["kind"], found["changed"]) == ("start", True)
    assert len(revisions.Revisions(tmp_path / "revisions" / "daemon").all()) == 1


def test_what_is_worth_knowing_is_a_warning(
    call: Callable[..., Result], daemon: Daemon, door: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(door.AnsibleModule, "warn", lambda _, words: warned.append(words))
    daemon.notes = ["HAProxy warns: old keyword"]  # type: ignore[attr-defined]
    assert call()["notes"] == warned == ["HAProxy warns: old keyword"]


def test_what_it_returns_is_documented(door: ModuleType) -> None:
    assert set(yaml.safe_load(door.RETURN)) == {"kind", "before", "reasons", "words", "notes"}


def test_ansible_ships_it_with_all_it_needs(tmp_path: Path) -> None:
    """The slow one: a dry run through Ansible itself, with the Python of a node."""
    given = {
        "service": "haproxy",
        "files": [{"path": f"{tmp_path}/haproxy.cfg", "content": "global\n"}],
        "secrets": [{"path": f"{tmp_path}/shop.pem", "content": SECRET}],
        **{"who": "anna@admin1", "why": "a test", "run": "a1"},
    }
    (tmp_path / "ansible.cfg").write_text("[defaults]\n")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": f"{tmp_path}/ansible.cfg",
        "ANSIBLE_HOME": f"{tmp_path}/home",
        "ANSIBLE_LIBRARY": f"{ROOT}/library",
        "ANSIBLE_MODULE_UTILS": f"{ROOT}/src",
    }
    ansible = str(Path(sys.executable).with_name("ansible"))
    command = [ansible, "localhost", "-i", "localhost,", "-c", "local", "--check", "--diff"]
    command += ["-e", "ansible_python_interpreter=/usr/bin/python3", "-m", "node_configuration"]
    done = subprocess.run(
        [*command, "-a", json.dumps(given)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"changed": true' in done.stdout
    assert "nobody may see" not in done.stdout
    assert "WARNING" not in done.stdout + done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ansible.cfg", "home"]
