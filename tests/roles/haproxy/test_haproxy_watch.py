"""The watcher's question, asked of servers that answer well, wrongly, late and never, and its verdict."""

from __future__ import annotations

import contextlib
import importlib.util
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
    assert watcher.answers(serve(WELL, 0), 1.0)


def test_another_status_does_not_count(watcher: ModuleType, serve: Serve) -> None:
    assert not watcher.answers(serve(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 0), 1.0)


def test_a_late_answer_does_not_count(watcher: ModuleType, serve: Serve) -> None:
    assert not watcher.answers(serve(WELL, 0.5), 0.1)


def test_a_listener_that_never_accepts_does_not_count(watcher: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        started = time.monotonic()
        assert not watcher.answers(hung.getsockname()[1], 0.1)
        assert time.monotonic() - started < 1.0


def test_a_refused_connection_does_not_count(watcher: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert not watcher.answers(port, 1.0)


def verdicts(watcher: ModuleType, well: bool, heard: str) -> str:
    """Return the verdict after each answer, + for well, of a watcher with fall 2 and rise 3."""
    verdict = watcher.Verdict(well, 2, 3)
    said = []
    for answer in heard:
        verdict.hear(answer == "+")
        said.append("+" if verdict.well else "-")
    return "".join(said)


def test_two_failures_in_a_row_make_it_ill(watcher: ModuleType) -> None:
    assert verdicts(watcher, True, "+-+--+") == "++++--"


def test_three_answers_in_a_row_make_it_well(watcher: ModuleType) -> None:
    assert verdicts(watcher, False, "++-+++-") == "-----++"


def test_only_a_change_is_announced(watcher: ModuleType) -> None:
    verdict = watcher.Verdict(True, 2, 3)
    assert [verdict.hear(answer) for answer in (False, False, False)] == [False, True, False]


@pytest.mark.parametrize(("before", "after"), [("1", "0"), ("0", "0")])
def test_a_watcher_goes_on_where_the_last_one_left_off(
    serve: Serve, tmp_path: Path, before: str, after: str
) -> None:
    file = tmp_path / "haproxy_answers"
    file.write_text(before)
    words = [f"--port={serve(WELL, 0)}", f"--file={file}", "--interval=0.01"]
    process = subprocess.Popen([sys.executable, "-I", str(FILE), *words], stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 10
        while file.read_text().strip() != after and time.monotonic() < give_up:
            time.sleep(0.01)
        assert file.read_text().strip() == after
    finally:
        process.terminate()
        process.wait()


def test_a_server_that_stops_answering_is_written_down(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "haproxy_answers"
    file.write_text("0")
    words = [f"--port={serve(b'', 0)}", f"--file={file}", "--interval=0.01"]
    process = subprocess.Popen([sys.executable, "-I", str(FILE), *words], stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 10
        while file.read_text().strip() != "1" and time.monotonic() < give_up:
            time.sleep(0.01)
        assert file.read_text().strip() == "1"
    finally:
        process.terminate()
        process.wait()
