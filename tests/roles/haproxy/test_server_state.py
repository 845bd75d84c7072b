"""What HAProxy tells of its servers, made fit for the file, and the commands asked of a fake HAProxy."""

from __future__ import annotations

import importlib.util
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[3] / "roles" / "haproxy" / "files" / "server_state.py"
CONFIG = """
global
  server-state-file {directory}/servers.state
backend shop
  server app1 203.0.113.21:8000 check
  server app2 203.0.113.22:8000 check
  server bare 203.0.113.23:8000 weight 2
  server local unix@/run/local.sock check
  server-template web 2 _http._tcp.web.example check resolvers dns
listen mail
  bind 203.0.113.100:25
  server app1 [2001:db8::1]:25 track shop/app1
frontend shop
  server-like line
"""
TITLE = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state and so on\n"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("server_state", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for the types
    spec.loader.exec_module(module)
    return module


def line(
    place: str, *, state: int = 2, admin: int = 0, port: int = 8000, check: int = 6, srv: str = "-"
) -> str:
    """Return what HAProxy tells of a server."""
    backend, _, server = place.partition("/")
    name = "-" if srv == "-" else "a.web.example"
    fields = (
        f"3 {backend} 1 {server} 203.0.113.9 {state} {admin} 5 1 77 6 3 4 {check} 0 0 0 {name} {port} {srv}"
    )
    return f"{fields} 1 99 203.0.113.8 - 0\n"


class Daemon:
    """A fake HAProxy on a socket of its own, which remembers what it was told."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "admin.sock"
        self.config = directory / "haproxy.cfg"
        self.config.write_text(CONFIG.format(directory=directory))
        self.file = directory / "servers.state"
        self.admin = {"shop/app1": 0, "shop/app2": 0, "mail/app1": 0}
        self.told: list[str] = []
        self.refusal = ""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self._answer(connection.recv(1024).decode().strip()).encode())

    def _answer(self, command: str) -> str:
        if command == "show servers state":
            return (
                "1\n" + TITLE + "".join(line(place, admin=self.admin[place]) for place in self.admin) + "\n"
            )
        self.told.append(command)
        if self.refusal:
            return self.refusal
        _, _, place, _, state = command.split()
        self.admin[place] = {"ready": 0, "maint": 1, "drain": 8}[state]
        return "\n"

    def stop(self) -> None:
        """Close the socket, as a HAProxy that was killed."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    running = Daemon(tmp_path)
    yield running
    if running.listener.fileno() >= 0:
        running.stop()


@pytest.fixture
def run(script: ModuleType, daemon: Daemon) -> Callable[..., int]:
    def command(*words: str) -> int:
        code: int = script.main(["--socket", str(daemon.path), "--config", str(daemon.config), *words])
        return code

    return command


@pytest.fixture
def fit(script: ModuleType, tmp_path: Path) -> Callable[..., list[list[str]]]:
    """A function that returns the fields of the lines that are kept of some."""

    def fitted(*lines: str, **options: Any) -> list[list[str]]:
        config = tmp_path / "haproxy.cfg"
        config.write_text(CONFIG.format(directory=tmp_path))
        configuration = script.Configuration.read(config)
        text: str = script.fitted("1\n" + TITLE + "".join(lines), configuration, **options)
        assert text.startswith("1\n")
        return [each.split() for each in text.splitlines()[1:]]

    return fitted


def test_a_reload_keeps_who_is_down_and_what_is_wanted(fit: Callable[..., list[list[str]]]) -> None:
    down, drained = fit(line("shop/app1", state=0), line("shop/app2", admin=8), intent_only=False)
    assert down[3:8] == ["app1", "203.0.113.9", "0", "0", "5"]
    assert drained[3:8] == ["app2", "203.0.113.9", "2", "8", "5"]


def test_a_start_keeps_what_is_wanted_and_takes_everyone_for_well(
    fit: Callable[..., list[list[str]]],
) -> None:
    down, maint = fit(line("shop/app1", state=0), line("shop/app2", state=0, admin=1), intent_only=True)
    assert down[5:13] == ["2", "0", "5", "1", "0", "1", "0", "2"]
    assert maint[5:7] == ["2", "1"]


def test_the_configured_port_holds_and_tls_is_not_told(fit: Callable[..., list[list[str]]]) -> None:
    moved, mail, local = fit(
        line("shop/app1", port=9999), line("mail/app1", port=1), line("shop/local", port=0), intent_only=False
    )
    assert (moved[18], mail[18], local[18]) == ("8000", "25", "0")
    assert len(moved) == 20


def test_a_port_from_dns_is_kept(fit: Callable[..., list[list[str]]]) -> None:
    (found,) = fit(line("shop/web2", port=8081, srv="_http._tcp.web.example"), intent_only=False)
    assert found[17:20] == ["a.web.example", "8081", "_http._tcp.web.example"]


def test_a_server_that_nothing_would_bring_back_is_not_down(fit: Callable[..., list[list[str]]]) -> None:
    bare, tracking = fit(line("shop/bare", state=0), line("mail/app1", state=0), intent_only=False)
    assert (bare[5], tracking[5]) == ("2", "0")


def test_what_haproxy_finds_out_itself_is_left_out(fit: Callable[..., list[list[str]]]) -> None:
    (found,) = fit(
        line("shop/app1", admin=2 + 8 + 16 + 32 + 64, check=1 + 2 + 4 + 8 + 2048), intent_only=False
    )
    assert (found[6], found[13]) == ("8", "6")


def test_servers_that_are_gone_are_left_out(fit: Callable[..., list[list[str]]]) -> None:
    assert fit(line("shop/app9"), line("old/app1"), line("shop/web3"), "cut short\n", intent_only=False) == []


@pytest.mark.parametrize("text", [None, "", "2\n" + line("shop/app1", admin=1), "garbage"])
def test_a_start_makes_the_file_one_that_haproxy_takes_silently(
    run: Callable[..., int], daemon: Daemon, text: str | None
) -> None:
    if text is not None:
        daemon.file.write_text(text)
    assert run("start") == 0
    assert daemon.file.read_text() == "1\n"


def test_save_writes_what_the_running_haproxy_tells(run: Callable[..., int], daemon: Daemon) -> None:
    daemon.admin["shop/app2"] = 1
    assert run("save") == 0
    assert [each.split()[6] for each in daemon.file.read_text().splitlines()[1:]] == ["0", "1", "0"]
    assert stat.S_IMODE(daemon.file.stat().st_mode) & 0o444 == 0o444
    assert sorted(path.name for path in daemon.file.parent.iterdir()) == [
        "admin.sock",
        "haproxy.cfg",
        "servers.state",
    ]


def test_save_keeps_what_is_wanted_of_servers_that_haproxy_is_to_get_back(
    run: Callable[..., int], daemon: Daemon
) -> None:
    places = (line("shop/bare", state=0, admin=8), line("shop/app1", admin=1), line("old/app1", admin=1))
    daemon.file.write_text("1\n" + TITLE + "".join(places))
    assert run("save") == 0
    saved = [each.split() for each in daemon.file.read_text().splitlines()[1:]]
    assert [(each[1], each[3], each[5], each[6]) for each in saved] == [
        ("shop", "app1", "2", "0"),
        ("shop", "app2", "2", "0"),
        ("mail", "app1", "2", "0"),
        ("shop", "bare", "2", "8"),
    ]


def test_without_an_answer_the_intent_stays_and_the_rest_is_forgotten(
    run: Callable[..., int], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.stop()
    daemon.file.write_text("1\n" + line("shop/app1", state=0, admin=8))
    assert run("save") == 1
    assert capsys.readouterr().err.startswith("server_state: ")
    assert daemon.file.read_text().split()[6:8] == ["2", "8"]


def test_set_reaches_every_backend_and_is_saved(
    run: Callable[..., int], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", "app1", "drain") == 0
    assert daemon.told == ["set server shop/app1 state drain", "set server mail/app1 state drain"]
    assert [each.split()[6] for each in daemon.file.read_text().splitlines()[1:]] == ["8", "0", "8"]
    assert capsys.readouterr().out.splitlines() == [
        "shop/app1 is now drained; it was ready",
        "mail/app1 is now drained; it was ready",
    ]


def test_set_can_name_one_backend(run: Callable[..., int], daemon: Daemon) -> None:
    assert run("set", "mail/app1", "maint") == 0
    assert daemon.told == ["set server mail/app1 state maint"]


def test_set_again_changes_nothing(
    run: Callable[..., int], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.admin["shop/app2"] = 1
    assert run("set", "app2", "maint") == 0
    assert daemon.told == []
    assert capsys.readouterr().out == "shop/app2 is in maintenance already\n"


def test_a_check_touches_nothing(
    run: Callable[..., int], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", "app2", "maint", "--check") == 0
    assert daemon.told == []
    assert not daemon.file.exists()
    assert capsys.readouterr().out == "shop/app2 would be in maintenance; it is ready\n"


def test_an_unknown_server_is_refused_with_those_there_are(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", "app9", "maint") == 1
    error = capsys.readouterr().err
    assert error == "server_state: HAProxy has no server app9; there are: mail/app1, shop/app1, shop/app2\n"


def test_a_refusal_of_haproxy_is_told(
    run: Callable[..., int], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.refusal = "Permission denied\n"
    assert run("set", "app2", "maint") == 1
    assert "does not set shop/app2 to maint: Permission denied" in capsys.readouterr().err
