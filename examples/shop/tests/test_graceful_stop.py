"""Stopping a real gunicorn under load, as systemd does: SIGTERM to the master alone."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SHOP = Path(__file__).resolve().parents[1]
GUNICORN = (sys.executable, "-m", "gunicorn")
# Not gunicorn's own default, so that a setting that is not heeded shows.
HOST = "127.0.0.2"

DRAIN_SECONDS = 1.0
# A request begun this long before the drain ends is well inside it; one begun later may meet the closing
# socket, which is the load balancer's to retry on another server.
MARGIN_SECONDS = 0.2
INTERVAL_SECONDS = 0.04
PATIENCE_SECONDS = 15.0


@dataclass(slots=True)
class Server:
    """A running gunicorn and what it has written to stderr."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def text(self) -> str:
        """All that it has written so far."""
        return "".join(self.lines)

    def read(self) -> None:
        """Collect stderr until the server closes it."""
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)

    def listens(self) -> bool:
        """True once gunicorn has said on which port it listens."""
        found = re.search(rf"Listening at: http://{HOST}:(\d+)", self.text)
        self.port = int(found[1]) if found else 0
        return found is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """When a request began (monotonic seconds), its status (0: none), whether it ended the connection."""

    begun: float
    status: int
    closing: bool = False


def environ(**settings: str) -> dict[str, str]:
    """The environment of a server on a free port of the loopback interface."""
    return os.environ | {"SHOP_SECRET_KEY": "k" * 32, "SHOP_BIND": f"{HOST}:0"} | settings


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; fails after `PATIENCE_SECONDS`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {PATIENCE_SECONDS} s"
        time.sleep(0.02)


@contextmanager
def running(directory: Path = SHOP, **settings: str) -> Iterator[Server]:
    """A gunicorn started in `directory` that answers its health check."""
    process = subprocess.Popen(
        GUNICORN,
        cwd=directory,
        env=environ(**settings, PWD=str(directory)),
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(process)
    reader = threading.Thread(target=server.read)
    reader.start()
    try:
        eventually(server.listens)
        eventually(lambda: ask(server.port, "/healthz").status == 200)
        yield server
    finally:
        process.kill()
        process.wait()
        reader.join()
        assert process.stderr is not None
        process.stderr.close()


def ask(port: int, path: str, kept: http.client.HTTPConnection | None = None) -> Answer:
    """The answer to GET `path`, over the connection `kept` or over one of its own."""
    connection = kept or http.client.HTTPConnection(HOST, port, timeout=5)
    begun = time.monotonic()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return Answer(begun, response.status, response.will_close)
    except (OSError, http.client.HTTPException):
        connection.close()
        return Answer(begun, 0)
    finally:
        if kept is None:
            connection.close()


class Load:
    """Requests for `path` at a fixed rate from one thread until the block is left."""

    def __init__(self, port: int, path: str, keep_alive: bool = False) -> None:
        self.answers: list[Answer] = []
        self._target = (port, path)
        self._kept = http.client.HTTPConnection(HOST, port, timeout=5) if keep_alive else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.wait(INTERVAL_SECONDS):
            self.answers.append(ask(*self._target, self._kept))

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._kept is not None:
            self._kept.close()


@contextmanager
def order_in_flight(port: int) -> Iterator[socket.socket]:
    """A POST whose last byte has not been sent yet."""
    body = b"product=logbook&quantity=1"
    head = b"POST /cart/add HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:-1])
        yield connection


def test_a_stop_under_load_is_announced_first_and_loses_nothing() -> None:
    with running(SHOP_DRAIN_SECONDS=str(DRAIN_SECONDS), SHOP_WORKERS="2") as server:
        port = server.port
        eventually(lambda: server.text.count("Booting worker") == 2)
        with (
            Load(port, "/") as new,
            Load(port, "/", keep_alive=True) as kept,
            Load(port, "/healthz") as health,
            order_in_flight(port) as order,
        ):
            time.sleep(0.5)
            told = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            eventually(lambda: "Handling signal: term" in server.text)
            stopped = time.monotonic()
            # gunicorn's older workers notice it within a second; the order must still be waited for.
            time.sleep(1.2)
            order.sendall(b"1")
            assert order.recv(4096).startswith(b"HTTP/1.1 303 ")
        assert server.process.wait(PATIENCE_SECONDS) == 0
        ended = time.monotonic()

    drained = told + DRAIN_SECONDS
    assert drained <= stopped < drained + 1
    assert ended < drained + 5
    for load in (new, kept):
        before = [answer for answer in load.answers if answer.begun < drained - MARGIN_SECONDS]
        assert {answer.status for answer in before} == {200}
        during = [answer for answer in before if answer.begun > told + MARGIN_SECONDS]
        assert len(during) > 5
        assert all(answer.closing for answer in during)
    assert not any(answer.closing for answer in kept.answers if answer.begun < told - MARGIN_SECONDS)
    # Both workers say so, at once, and none takes it back.
    assert {a.status for a in health.answers if a.begun < told - MARGIN_SECONDS} == {200}
    assert {a.status for a in health.answers if told + 0.1 < a.begun < drained - MARGIN_SECONDS} == {503}


def test_a_second_sigterm_ends_the_drain_at_once() -> None:
    with running(SHOP_DRAIN_SECONDS="60") as server:
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: ask(server.port, "/healthz").status == 503)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0


def test_without_a_drain_the_server_stops_at_once() -> None:
    with running(SHOP_DRAIN_SECONDS="0") as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0


def test_a_worker_started_during_the_drain_says_stopping_too() -> None:
    with running(SHOP_DRAIN_SECONDS="60") as server:
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: ask(server.port, "/healthz").status == 503)
        worker = re.findall(r"Booting worker with pid: (\d+)", server.text)[-1]
        os.kill(int(worker), signal.SIGKILL)
        eventually(lambda: server.text.count("Booting worker") == 2)
        eventually(lambda: ask(server.port, "/healthz").status != 0)
        assert ask(server.port, "/healthz").status == 503


def test_a_running_release_keeps_to_its_own_pages_when_current_moves_on(tmp_path: Path) -> None:
    shutil.copytree(SHOP, tmp_path / "1.0.0", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    (tmp_path / "2.0.0").mkdir()
    current = tmp_path / "current"
    current.symlink_to("1.0.0")
    with running(current) as server:
        current.unlink()
        current.symlink_to("2.0.0")
        assert ask(server.port, "/products/logbook").status == 200
        assert ask(server.port, "/static/shop.css").status == 200


def test_gunicorn_refuses_to_start_without_a_key_in_one_sentence() -> None:
    run = subprocess.run(
        GUNICORN,
        cwd=SHOP,
        env=environ(SHOP_SECRET_KEY=""),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert run.returncode == 1
    assert re.fullmatch(r"shop: SHOP_SECRET_KEY must [^\n]+\n", run.stderr)
