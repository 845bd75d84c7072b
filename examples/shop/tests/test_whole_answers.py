"""What reaches the connection, send by send."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.http import wsgi
from shop.whole_answers import WholeAnswer


class Connection:
    """Remembers every send."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)


@pytest.fixture
def connection() -> Connection:
    return Connection()


def answer(connection: Connection, **headers: str) -> Any:
    request = SimpleNamespace(method="GET", version=(1, 1), should_close=lambda: False)
    made = WholeAnswer(request, connection, SimpleNamespace(sendfile=False, is_ssl=False))
    made.start_response("200 OK", list(headers.items()))
    return made


def test_head_and_body_leave_as_one(connection: Connection) -> None:
    answer(connection, **{"Content-Length": "5"}).write(b"hello")
    assert len(connection.sent) == 1
    assert connection.sent[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert connection.sent[0].endswith(b"\r\n\r\nhello")


def test_what_follows_is_sent_as_it_comes(connection: Connection) -> None:
    made = answer(connection, **{"Content-Length": "10"})
    made.write(b"hello")
    made.write(b"world")
    assert connection.sent[1:] == [b"world"]


def test_a_body_of_unknown_length_is_chunked(connection: Connection) -> None:
    answer(connection).write(b"hello")
    assert len(connection.sent) == 1
    assert connection.sent[0].endswith(b"\r\n\r\n5\r\nhello\r\n")


def test_an_answer_without_a_body_still_has_its_head(connection: Connection) -> None:
    answer(connection, **{"Content-Length": "0"}).close()
    assert connection.sent[0].startswith(b"HTTP/1.1 200 OK\r\n")


def test_gunicorn_is_configured_to_answer_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "Response", None)
    monkeypatch.setenv("SHOP_SECRET_KEY", "x" * 32)
    runpy.run_path(str(Path(__file__).parents[1] / "gunicorn.conf.py"))
    assert wsgi.Response is WholeAnswer
