"""Answers that leave the server whole or not at all.

gunicorn sends an answer's head and its body one after the other. A server killed between the two has answered
200 and delivered nothing: no load balancer can repair that, since the client has its status already. Sent as
one, the answer of a killed server is either there or missing, and what is missing is asked of another server.
"""

from __future__ import annotations

from typing import Any

from gunicorn.http import wsgi  # type: ignore[import-untyped]


class _Parts:
    """Stands in for the connection and keeps what would have been sent."""

    def __init__(self) -> None:
        self.data = b""

    def sendall(self, data: bytes) -> None:
        self.data += data


class WholeAnswer(wsgi.Response):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's answer, which sends the head together with the first part of the body."""

    sock: Any

    def write(self, part: bytes) -> None:
        """Send a part of the body; a page has only one."""
        if self.headers_sent:
            super().write(part)
            return
        connection, parts = self.sock, _Parts()
        self.sock = parts
        try:
            super().write(part)
        finally:
            self.sock = connection
        connection.sendall(parts.data)


def send_answers_whole() -> None:
    """Have gunicorn (20.1 or later) make its answers so, in every worker forked from here on."""
    module: Any = wsgi
    module.Response = WholeAnswer
