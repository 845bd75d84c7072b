#!/usr/bin/env python3
"""Ask a URL at a fixed rate and write down how every request went.

Open loop: request i is due at start + i / rate whatever became of the ones before it, so that an outage is
felt by as many requests as real clients would send. Python 3.11 and this one file are all it needs. SIGTERM
ends it before its time; what has been asked is awaited and written down.

In the mode "post" every request is a form with an id of its own, order=ID, which the header X-Order carries
too: what the servers have taken can be counted by it.

Each line of the output is a JSON object. The first describes the run, the last shows that it is whole:
  {"prober": 1, "url", "rate": per s, "mode", "connections", "deadline": s, "slow": s, "expect": text or null,
   "started": epoch s}
  {"at": epoch s when the request was due, "ms": from then to the end of the answer or to the failure,
   "outcome": "ok", "refused", "unreachable", "reset", "closed", "timeout", "status" (not 2xx or 3xx) or
   "invalid" (no HTTP, or 2xx without the text expected), "status": number or null, "server": X-Served-By or
   null, "late_ms": the prober's own delay, and in the mode "post" "id"}
  {"ended": epoch s, "requests": lines between, "lost": kept connections found closed between two requests}
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import json
import re
import resource
import secrets
import select
import selectors
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import urlsplit

MOST = {"rate": 5000, "duration": 3600, "deadline": 60, "connections": 1000}  # per second, s, s, kept
MAX_HEAD = 65536  # bytes of an answer's head
FLUSH_EVERY = 0.25  # s

_OUTCOMES = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
}
# These are the prober's own want and say nothing of the service.
_OWN_SHORTAGE = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
_OPTIONS = ("url", "rate", "duration", "mode", "connections", "deadline", "slow", "expect")
_ID = "\0"  # where it goes into the message; no command line can hold one
_STATUS_LINE = re.compile(r"HTTP/(1\.[01]) ([1-5][0-9][0-9])(?: .*)?")
# Made once: json.dumps makes an encoder for each call that wants no blanks.
_encoded = json.JSONEncoder(separators=(",", ":")).encode


class Unusable(Exception):
    """The run cannot be made or be trusted; the message is one sentence for the operator."""


class InvalidAnswer(ValueError):
    """What the server sent is not an HTTP/1.1 response, or not the one expected."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, how often (per second) and for how long (seconds)."""

    family: int
    address: tuple[Any, ...]
    url: str
    rate: float
    duration: float
    mode: str
    connections: int
    deadline: float
    slow: float
    expect: str | None = None
    id_prefix: str | None = None

    def message(self) -> str:
        """Return the request as it goes over the wire (RFC 9112, section 3), with a gap for each id."""
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = "keep-alive" if self.mode == "keep-alive" else "close"
        common = (
            f" {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: evergate-prober\r\n"
            f"Accept: */*\r\nConnection: {connection}\r\n"
        )
        if self.mode != "post":
            return f"GET{common}\r\n"
        body = f"order={self.identity(0)}"
        return (
            f"POST{common}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"X-Order: {_ID}\r\n\r\norder={_ID}"
        )

    def identity(self, number: int) -> str:
        """Return the id of a request, all of one length."""
        return f"{self.id_prefix}-{number:08}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of a response; `reusable`: the connection may carry another request."""

    status: int | None = None
    server: str | None = None
    reusable: bool = False


class Search:
    """Looks for a text in what passes by, of which it keeps no more than the text's length."""

    def __init__(self, text: bytes) -> None:
        self.found = False
        self._text = text
        self._tail = b""

    def feed(self, data: bytes | bytearray) -> None:
        """Look at the next part."""
        if not self.found:
            seen = self._tail + data
            self.found = self._text in seen
            self._tail = seen[max(0, len(seen) - len(self._text) + 1) :]


class WrongAnswer(InvalidAnswer):
    """The body is not what was expected; `answer` is what is known of the answer all the same."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Connection:
    """One TCP connection, and what has arrived on it but is not yet read."""

    def __init__(self, family: int, address: tuple[Any, ...]) -> None:
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._address: tuple[Any, ...] | None = address  # None once connected
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()

    def is_idle(self) -> bool:
        """Return whether the connection is open and silent, as it has to be between two requests."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return not poll.poll(0)

    async def ask(self, message: bytes, expected: bytes | None = None) -> Answer:
        """Return the answer once it is complete; raise OSError, EOFError or InvalidAnswer (RFC 9112).

        An answer is not right either if it is 2xx and its body is without what is `expected`.
        """
        if self._address is not None:
            await self._loop.sock_connect(self.socket, self._address)
            self._address = None
        await self._loop.sock_sendall(self.socket, message)
        status, version, headers = await self._head()
        while status < 200:  # interim answers precede the real one (RFC 9110, section 15.2)
            status, version, headers = await self._head()
        search = Search(expected) if expected is not None and status < 300 else None
        delimited = status in (204, 304) or await self._skip_body(headers, search)
        if search is not None and not search.found:
            raise WrongAnswer(Answer(status, headers.get("x-served-by")))
        stays_open = version == "1.1" and "close" not in headers.get("connection", "").lower()
        return Answer(status, headers.get("x-served-by"), delimited and stays_open and not self._buffer)

    async def _head(self) -> tuple[int, str, dict[str, str]]:
        """Return status, version and headers, all read at once: this is most of the work of a request."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            begun = self._buffer[:7]
            if len(self._buffer) > MAX_HEAD or begun != b"HTTP/1."[: len(begun)]:
                raise InvalidAnswer
            await self._more()
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        match = _STATUS_LINE.fullmatch(first)
        if match is None:
            raise InvalidAnswer
        return int(match[2]), match[1], _headers(lines)

    async def _skip_body(self, headers: dict[str, str], search: Search | None) -> bool:
        """Read the body; return False where only the connection's end ends it (RFC 9112, section 6.3)."""
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if coding is not None and coding.lower().endswith("chunked"):
            while size := _size((await self._line()).partition(";")[0], 16):
                await self.skip(size, search)
                await self.skip(2)  # the line end behind the data
            while await self._line():
                pass  # trailers
        elif coding is None and length is not None:
            await self.skip(_size(length, 10), search)
        else:
            with contextlib.suppress(EOFError):
                await self.skip(sys.maxsize, search)
            return False
        return True

    async def _line(self) -> str:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise InvalidAnswer
            await self._more()
        line = self._buffer[:end].decode("latin-1")
        del self._buffer[: end + 2]
        return line

    async def skip(self, size: int, search: Search | None = None) -> None:
        """Read that many bytes, or to the end of the connection; then raise EOFError."""
        while size > len(self._buffer):
            size -= len(self._buffer)
            if search is not None:
                search.feed(self._buffer)
            self._buffer.clear()
            await self._more()
        if search is not None:
            search.feed(self._buffer[:size])
        del self._buffer[:size]

    async def _more(self) -> None:
        data = await self._loop.sock_recv(self.socket, 65536)
        if not data:
            raise EOFError
        self._buffer += data


def _headers(lines: list[str]) -> dict[str, str]:
    """Return values by lower-case name, repeated ones joined by a comma (RFC 9110, section 5.3)."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise InvalidAnswer
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _size(text: str, base: int) -> int:
    if not re.fullmatch("[0-9A-Fa-f]{1,15}", text.strip(" \t")):  # int() alone takes signs and underscores
        raise InvalidAnswer
    return int(text, base)


class PreciseSelector(selectors.EpollSelector):
    """Waits to the microsecond; epoll alone rounds up to the millisecond and would start requests late."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


class Prober:
    """One run: starts each request when it is due, keeps the pool of connections, records the outcomes."""

    def __init__(self, plan: Plan, output: TextIO) -> None:
        self._plan = plan
        self._head, *self._parts = plan.message().encode("ascii").split(_ID.encode())
        self._expected = plan.expect.encode() if plan.expect else None
        self._output = output
        self._idle: deque[Connection] = deque()
        self._open = 0
        self._lost = 0
        self._epoch, self._start = time.time(), time.monotonic()
        self._ended = self._epoch

    async def run(self) -> None:
        """Make all requests and await their outcomes; raise Unusable if the prober itself falls short."""
        self._write(prober=1, started=self._epoch, **{name: getattr(self._plan, name) for name in _OPTIONS})
        requests = max(1, round(self._plan.rate * self._plan.duration))
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        flushing = asyncio.create_task(self._flush())
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(requests):
                    due = self._start + number / self._plan.rate
                    await asyncio.sleep(due - time.monotonic())
                    if stop.is_set():
                        requests = number
                        break
                    group.create_task(self._request(due, number))
        except ExceptionGroup as failures:  # except* would wrap what is raised in it on Debian 12's Python
            raise (failures.subgroup(Unusable) or failures).exceptions[0] from None
        finally:
            flushing.cancel()
            while self._idle:
                self._close(self._idle.pop())
        self._write(ended=self._ended, requests=requests, lost=self._lost)

    async def _request(self, due: float, number: int) -> None:
        started = time.monotonic()
        connection, answer = self._connection(), Answer()
        identity = self._plan.identity(number) if self._plan.mode == "post" else None
        try:
            async with asyncio.timeout(self._plan.deadline):
                answer = await connection.ask(self._message(identity), self._expected)
            outcome = "ok" if 200 <= (answer.status or 0) < 400 else "status"
        except WrongAnswer as error:
            outcome, answer = "invalid", error.answer
        except (OSError, EOFError, ValueError) as error:
            outcome = _outcome(error)
        self._record(due, started, outcome, answer, identity)
        await self._release(connection, answer)

    def _message(self, identity: str | None) -> bytes:
        """Return the request, a form with its id."""
        return self._head if identity is None else identity.encode().join((self._head, *self._parts))

    def _connection(self) -> Connection:
        """Return the longest idle connection once enough are open; if all are busy a further one, at once."""
        while self._idle and self._open >= self._plan.connections:
            connection = self._idle.popleft()
            if connection.is_idle():
                return connection
            self._lost += 1
            self._close(connection)
        self._open += 1
        try:
            return Connection(self._plan.family, self._plan.address)
        except OSError as error:
            raise Unusable(f"the prober itself failed: {error}") from error

    async def _release(self, connection: Connection, answer: Answer) -> None:
        """Keep the connection where that is wanted and possible, else end it."""
        if self._plan.mode == "keep-alive":
            if answer.reusable and self._open <= self._plan.connections:
                self._idle.append(connection)
                return
        elif answer.status is not None:
            # Whoever closes first must wait the port out (TIME_WAIT); 30,000 requests would exhaust ours.
            with contextlib.suppress(OSError, EOFError):
                async with asyncio.timeout(self._plan.deadline):
                    await connection.skip(sys.maxsize)
        self._close(connection)

    def _close(self, connection: Connection) -> None:
        connection.socket.close()
        self._open -= 1

    def _record(self, due: float, started: float, outcome: str, answer: Answer, identity: str | None) -> None:
        at, self._ended = self._epoch + due - self._start, self._epoch + time.monotonic() - self._start
        what = {"outcome": outcome, "status": answer.status, "server": answer.server}
        times = {"ms": round((self._ended - at) * 1000, 3), "late_ms": round((started - due) * 1000, 3)}
        self._write(at=round(at, 6), **what, **times, **({} if identity is None else {"id": identity}))

    def _write(self, **record: Any) -> None:
        self._output.write(_encoded(record) + "\n")

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY)
            self._output.flush()


def _outcome(error: Exception) -> str:
    """Return the word for what went wrong; raise Unusable if it says nothing about the service."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if not isinstance(error, OSError):
        return "closed" if isinstance(error, EOFError) else "invalid"
    if error.errno in _OWN_SHORTAGE:
        raise Unusable(f"the prober itself failed: {error}") from error
    return _OUTCOMES.get(error.errno or 0, "unreachable")


def _plan(arguments: argparse.Namespace) -> Plan:
    """Return the plan the command line asks for; raise Unusable where its load is not bounded."""
    for name, most in MOST.items():
        if not 0 < getattr(arguments, name) <= most:
            raise Unusable(f"--{name} must be above 0 and at most {most}, not {getattr(arguments, name)}")
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = round(2 * arguments.rate * arguments.deadline) + arguments.connections + 64
    if needed > files:
        raise Unusable(f"--rate times --deadline may take {needed} open files; this host allows {files}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    prefix = secrets.token_hex(8) if arguments.id_prefix is None else arguments.id_prefix
    if not re.fullmatch("[A-Za-z0-9-]{1,48}", prefix):
        raise Unusable(f"--id-prefix must be 1 to 48 letters, digits and '-', not {prefix}")
    family, address = _resolve(arguments.url)
    chosen = {name: getattr(arguments, name) for name in _OPTIONS}
    return Plan(family=family, address=address, id_prefix=prefix, **chosen)


def _resolve(url: str) -> tuple[int, tuple[Any, ...]]:
    """Return where to connect; a name is looked up here and never during the run."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not url.isascii() or len(url) > 2000:
            raise Unusable(f"--url must be http://ADDRESS[:PORT]/PATH, IPv6 addresses in brackets, not {url}")
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Unusable(f"--url {url}: {error}") from error
    return found[0][0], found[0][4]


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", required=True, help="http://ADDRESS[:PORT]/PATH, IPv6 in brackets")
    parser.add_argument("--output", required=True, help="file for the JSON lines")
    parser.add_argument("--rate", type=float, default=200, help="requests per second")
    parser.add_argument("--duration", type=float, default=15, help="seconds")
    parser.add_argument(
        "--mode",
        choices=("new", "keep-alive", "post"),
        default="new",
        help="GET on new connections or on kept ones, or POST of a form with an id on new ones",
    )
    parser.add_argument("--connections", type=int, default=20, help="how many keep-alive keeps")
    parser.add_argument("--deadline", type=float, default=1, help="seconds to the full answer")
    parser.add_argument("--slow", type=float, default=0.5, help="seconds from which an answer is slow")
    parser.add_argument("--expect", metavar="TEXT", help="what the body of every 2xx answer has to contain")
    parser.add_argument("--id-prefix", help="what the ids of post begin with; random unless given")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Make one run; return 0, or 1 after one sentence on the standard error."""
    arguments = _arguments(words)
    try:
        plan = _plan(arguments)
        # The buffer holds far more than comes between two flushes: every write is of whole lines.
        with (
            open(arguments.output, "w", encoding="ascii", buffering=1 << 22) as output,
            asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(PreciseSelector())) as runner,
        ):
            runner.run(Prober(plan, output).run())
    except (Unusable, OSError) as error:
        print(f"prober: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
