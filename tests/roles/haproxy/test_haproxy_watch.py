"""The watcher's question, asked of servers that answer well, wrongly, late and never, and its verdict."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[3] / "roles" / "haproxy" / "files" / "haproxy_watch.py"
WELL = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
Serve = Callable[[bytes, float], int]


@pytest.fixture(scope="module")
def watcher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("haproxy_watch", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A function that starts a server with one answer, after a delay, and returns its port."""
    listeners: list[socket.socket] = []

    def start(answer: bytes, delay: float = 0.0) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def loop() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):  # who asked may be gone
                    connection.recv(1024)
                    time.sleep(delay)
                    connection.sendall(answer)

        threading.Thread(target=loop, daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_good_answer_counts(watcher: ModuleType, serve: Serve) -> None:
    assert watcher.ask(serve(WELL, 0), 1.0) is watcher.Heard.ANSWER


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b""])
def test_another_answer_is_none(watcher: ModuleType, serve: Serve, answer: bytes) -> None:
    assert watcher.ask(serve(answer, 0), 1.0) is watcher.Heard.SILENCE


def test_a_late_answer_is_none(watcher: ModuleType, serve: Serve) -> None:
    assert watcher.ask(serve(WELL, 0.5), 0.1) is watcher.Heard.SILENCE


def test_a_listener_that_never_accepts_is_silent(watcher: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        started = time.monotonic()
        assert watcher.ask(hung.getsockname()[1], 0.1) is watcher.Heard.SILENCE
        assert time.monotonic() - started < 1.0


def test_a_listener_with_a_full_queue_is_silent(watcher: ModuleType) -> None:
    """So is an HAProxy that has reached its maxconn: it accepts nobody, and the kernel's queue fills up."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        port = full.getsockname()[1]
        for _ in range(4):
            connection = waiting.enter_context(socket.socket())
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
        assert watcher.ask(port, 0.1) is watcher.Heard.SILENCE


def test_a_connection_that_ends_without_an_answer_is_silent(watcher: ModuleType) -> None:
    """An old worker may leave like this in a reload, which is no death."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset() -> None:
            connection, _ = listener.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, watcher.NO_LINGER)
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        assert watcher.ask(listener.getsockname()[1], 1.0) is watcher.Heard.SILENCE
        thread.join()


def test_a_closed_port_refuses(watcher: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert watcher.ask(port, 1.0) is watcher.Heard.REFUSAL


def verdicts(watcher: ModuleType, well: bool, heard: str) -> str:
    """Return the verdict after each question, + for well, of a watcher with fall 2 and rise 3.

    What is heard: + for an answer, - for silence, x for a refusal.
    """
    words = {"+": watcher.Heard.ANSWER, "-": watcher.Heard.SILENCE, "x": watcher.Heard.REFUSAL}
    verdict = watcher.Verdict(well, 2, 3)
    said = []
    for word in heard:
        verdict.hear(words[word])
        said.append("+" if verdict.well else "-")
    return "".join(said)


def test_two_silences_in_a_row_make_it_ill(watcher: ModuleType) -> None:
    assert verdicts(watcher, True, "+-+--+") == "++++--"


def test_one_refusal_makes_it_ill(watcher: ModuleType) -> None:
    assert verdicts(watcher, True, "+x") == "+-"
    assert verdicts(watcher, True, "-x") == "+-"


def test_three_answers_in_a_row_make_it_well(watcher: ModuleType) -> None:
    assert verdicts(watcher, False, "++-+++-") == "-----++"
    assert verdicts(watcher, False, "x++x+++") == "------+"


@pytest.mark.parametrize("heard", ["SILENCE", "REFUSAL"])
def test_only_a_change_is_announced(watcher: ModuleType, heard: str) -> None:
    verdict = watcher.Verdict(True, 2, 3)
    changes = [verdict.hear(watcher.Heard[heard]) for _ in range(4)]
    assert changes == [heard == "REFUSAL", heard == "SILENCE", False, False]


def test_the_verdict_is_written_over_the_last_one_and_the_file_never_emptied(
    watcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "haproxy_answers"
    file.write_text("0\n")
    inode, pwrite = file.stat().st_ino, os.pwrite
    sizes: list[int] = []

    def remember(opened: int, text: bytes, at: int) -> int:
        sizes.append(os.fstat(opened).st_size)
        return pwrite(opened, text, at)

    monkeypatch.setattr(watcher.os, "pwrite", remember)
    for well, text in ((False, "1\n"), (True, "0\n")):
        watcher.write(str(file), well)
        assert file.read_text() == text
    assert (sizes, file.stat().st_ino) == ([2, 2], inode)


@contextlib.contextmanager
def watching(port: int, file: Path) -> Iterator[Callable[[str], bool]]:
    """Run the watcher; yield a function that waits until the file holds a word."""
    timings = ["--interval=0.01", "--deadline=0.2", "--fall=2", "--rise=3"]
    words = [f"--port={port}", f"--file={file}", *timings]
    process = subprocess.Popen([sys.executable, "-I", str(FILE), *words], stdout=subprocess.DEVNULL)

    def becomes(word: str) -> bool:
        give_up = time.monotonic() + 10
        while file.read_text() != f"{word}\n" and time.monotonic() < give_up:
            time.sleep(0.01)
        return file.read_text() == f"{word}\n"

    try:
        yield becomes
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize(("before", "answer", "after"), [("1", WELL, "0"), ("0", WELL, "0"), ("0", b"", "1")])
def test_a_watcher_goes_on_where_the_last_one_left_off(
    serve: Serve, tmp_path: Path, before: str, answer: bytes, after: str
) -> None:
    file = tmp_path / "haproxy_answers"
    file.write_text(f"{before}\n")
    with watching(serve(answer, 0), file) as becomes:
        assert becomes(after)


def test_a_watcher_of_a_stopped_process_says_so_and_takes_it_back(tmp_path: Path) -> None:
    file = tmp_path / "haproxy_answers"
    file.write_text("0\n")
    program = (
        "import socket, sys\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "print(listener.getsockname()[1], flush=True)\n"
        "while True:\n"
        "    with listener.accept()[0] as connection:\n"
        "        try:\n"
        f"            connection.recv(1024), connection.sendall({WELL!r})\n"
        "        except OSError:\n"
        "            pass\n"
    )
    served = subprocess.Popen([sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    try:
        with watching(int(served.stdout.readline()), file) as becomes:
            time.sleep(0.1)
            assert becomes("0")
            for signal_, word in ((signal.SIGSTOP, "1"), (signal.SIGCONT, "0"), (signal.SIGKILL, "1")):
                served.send_signal(signal_)
                assert becomes(word), signal_
    finally:
        served.kill()
        served.wait()
        served.stdout.close()


@pytest.mark.parametrize("hook", ["ExecStartPost", "ExecStopPost"])
def test_the_units_hooks_write_over_what_was_there(tmp_path: Path, hook: str) -> None:
    unit = (FILE.parent / "evergate.conf").read_text()
    (command,) = re.findall(rf"^{hook}=/bin/sh -c '(.*)'$", unit, re.M)
    file = tmp_path / "haproxy_process"
    said = {"ExecStartPost": ("1\n", "0\n"), "ExecStopPost": ("0\n", "1\n")}
    before, after = said[hook]
    file.write_text(before)
    told = command.replace("/run/evergate/haproxy_process", str(file))
    assert str(file) in told
    assert not re.search(r"(?<!<)>", told), "a plain redirection empties the file first"
    subprocess.run(["/bin/sh", "-c", told], check=True)
    assert file.read_text() == after
