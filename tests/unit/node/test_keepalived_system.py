"""How keepalived and the system are asked, with programs that only answer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from vrrp_pair import CONFIG, SHOP, TEXT, data, json_of

from evergate.node import keepalived_system, overlay
from evergate.node.commands import run, words
from evergate.node.files import File
from evergate.node.keepalived_system import System
from evergate.node.service import Refused

RULES = File("/etc/evergate/second_chance.nft", "table ip x\n", 0o644, False)
CONFIGURATION = File(CONFIG, TEXT, 0o640, False)


class Programs:
    """Answers by the first words of a command line, and takes note of all lines."""

    def __init__(self, **answers: str | tuple[int, str]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        self.asked.append(command)
        found = next((each for name, each in self.answers.items() if name in " ".join(command)), "")
        code, text = found if isinstance(found, tuple) else (0, found)
        return subprocess.CompletedProcess(command, code, text, text)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """Return a system in which a directory is keepalived's root."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(System, "_place", lambda self, path: tmp_path / path)
    monkeypatch.setattr(keepalived_system, "_PATIENCE", 0.1)
    return System()


def answering(monkeypatch: pytest.MonkeyPatch, **answers: str | tuple[int, str]) -> Programs:
    programs = Programs(**answers)
    monkeypatch.setattr(keepalived_system, "run", programs)
    monkeypatch.setattr(overlay, "run", programs)
    return programs


def writing(monkeypatch: pytest.MonkeyPatch, place: Path, text: str) -> list[tuple[int, int]]:
    """Have whoever is sent a signal write the text; return who was sent what."""
    sent: list[tuple[int, int]] = []

    def kill(process: int, number: int) -> None:
        assert not place.exists()
        sent.append((process, number))
        place.write_text(text)

    monkeypatch.setattr(os, "kill", kill)
    return sent


def test_keepalived_is_asked_by_a_signal_and_an_old_answer_is_none(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, signum="36\n", MainPID="70\n")
    place = tmp_path / "tmp/keepalived.json"
    place.write_text("old")
    sent = writing(monkeypatch, place, json_of(data("shop", 2, [])))
    assert system.told()["shop"].state == "MASTER"
    assert sent == [(70, 36)]


def test_half_an_answer_and_a_link_are_none(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, signum="36\n", MainPID="70\n")
    place = tmp_path / "tmp/keepalived.json"
    writing(monkeypatch, place, '[{"data":')
    with pytest.raises(Refused, match="does not tell its state"):
        system.told()
    (tmp_path / "else").write_text(json_of())
    monkeypatch.setattr(os, "kill", lambda process, number: place.symlink_to(tmp_path / "else"))
    with pytest.raises(Refused, match="does not tell its state"):
        system.told()


def test_a_keepalived_without_json_is_never_sent_a_signal_that_would_end_it(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, signum=(1, "Unknown sigfunc JSON"), MainPID="70\n")
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    with pytest.raises(Refused, match="without JSON: Unknown sigfunc JSON"):
        system.told()


def test_a_keepalived_that_does_not_run_is_not_asked(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, signum="36\n", MainPID="0\n")
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    with pytest.raises(Refused, match="does not run"):
        system.told()


def test_addresses_are_those_of_keepalived_s_network_namespace(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[{"ifname":"eth1","addr_info":[{"local":"203.0.113.100"}]}]'
    programs = answering(monkeypatch, MainPID="70", address=text)
    assert system.addresses() == {("eth1", SHOP)}
    assert programs.asked[-1] == ("nsenter", "--target=70", "--net", "ip", "-json", "address")
    programs = answering(monkeypatch, MainPID="0", address=text)
    assert system.addresses() == {("eth1", SHOP)}
    assert programs.asked[-1] == ("ip", "-json", "address")
    answering(monkeypatch, address=(1, "no such process"))
    with pytest.raises(Refused, match="no such process"):
        system.addresses()


def test_release_and_processes_are_read(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, version="Keepalived v2.2.7 (01/16,2022)\n\nCopyright", MainPID="")
    assert (system.release(), system.main(), system.vrrp()) == ((2, 2, 7), 0, 0)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/vrrp.pid").write_text("71\n")
    assert system.vrrp() == 71
    answering(monkeypatch)
    assert system.release() == ()


def test_the_journal_is_read_since_a_time_or_its_last_lines(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = answering(monkeypatch, journalctl="one\ntwo\n")
    assert system.journal(12.5) == system.journal() == ["one", "two"]
    assert ["--since=@12.500" in line for line in programs.asked] == [True, False]


def test_systemctl_tells_why_it_cannot(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, reload=(1, "Job failed"))
    assert (system.systemctl("restart"), system.systemctl("reload")) == (None, "Job failed")


def test_a_configuration_and_rules_are_checked_each_by_their_program_at_their_own_paths(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = answering(monkeypatch, keepalived="Config files missing 'x'.\n")
    assert system.check([CONFIGURATION, RULES], Path("/candidate")) == ["Config files missing 'x'."]
    keepalived, nft = programs.asked
    assert keepalived[-5:] == (
        "env",
        "--ignore-signal=TERM",
        "keepalived",
        "--config-test",
        f"--use-file={CONFIG}",
    )
    assert nft[-4:] == ("nft", "--check", "--file", RULES.path)
    assert "/candidate/etc" in keepalived
    programs = answering(monkeypatch)
    assert system.check([], Path("/candidate")) == programs.asked == []


def test_what_keepalived_does_not_accept_is_told_in_its_words_each_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"({CONFIG}: Line 17) Unknown keyword 'foo'"
    answering(monkeypatch, keepalived=(5, f"{line}\n{line}\n  \nmore\n"))
    with pytest.raises(Refused, match=r"^\(Line 17\) Unknown keyword 'foo'; more$"):
        system.check([CONFIGURATION], Path("/candidate"))


def test_a_check_that_cannot_be_made_is_told(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, keepalived=(99, "mount: permission denied"))
    with pytest.raises(Refused, match="could not be prepared: mount: permission denied"):
        system.check([CONFIGURATION], Path("/candidate"))


def test_a_program_that_hangs_has_failed() -> None:
    assert words(run("sleep", "5", timeout=0.1)) == "it took more than 0.1 s"
