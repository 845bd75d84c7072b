"""The prober against a server in the same event loop, made to fail in known ways for a known time."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from evergate.drill import prober
from evergate.drill.summary import summarise

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nX-Served-By: app1\r\nContent-Length: 2\r\n\r\nhi"


def plan_for(port: int, **options: Any) -> prober.Plan:
    given = {"rate": 50.0, "duration": 0.1, "mode": "new", "connections": 2, "deadline": 1.0, "slow": 0.5}
    url = f"http://127.0.0.1:{port}/shop?page=1"
    return prober.Plan(family=socket.AF_INET, address=("127.0.0.1", port), url=url, **given | options)


def probe(handler: Handler, **options: Any) -> list[str]:
    """Return the lines of a run against a server that treats each connection by `handler`."""
    output = io.StringIO()

    async def run() -> None:
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await asyncio.wait_for(prober.Prober(plan_for(port, **options), output).run(), 30)

    asyncio.run(run())
    return output.getvalue().splitlines()


def requests_of(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines[1:-1]]


def outcomes(handler: Handler, **options: Any) -> set[str]:
    return {request["outcome"] for request in requests_of(probe(handler, **options))}


def answering(answer: bytes, close: bool = True) -> Handler:
    """Return a handler that gives the same answer to each request."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            if close:
                break
        writer.close()

    return handle


def reset(writer: asyncio.StreamWriter) -> None:
    """Close without the usual farewell, so that the client sees a reset."""
    link = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK, "ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "ok"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", "ok"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, "ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nT: 1\r\n\r\n", "ok"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"", "closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "closed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", "closed"),
        (b"SSH-2.0-OpenSSH\r\n", "invalid"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi", "invalid"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", "invalid"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\nhi\r\n0\r\n\r\n", "invalid"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "invalid"),
    ],
)
def test_an_answer_is_ok_only_if_whole_and_well(answer: bytes, outcome: str) -> None:
    assert outcomes(answering(answer)) == {outcome}


@pytest.mark.parametrize("answer", [OK, b"HTTP/1.1 200 OK\r\n\r\nto the end of the connection"])
def test_an_answer_that_arrives_byte_by_byte_is_awaited(answer: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in answer:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.001)
        writer.close()

    requests = requests_of(probe(handle, duration=0.02))
    assert [request["outcome"] for request in requests] == ["ok"]
    assert requests[0]["ms"] > len(answer)


def test_a_reset_connection_is_told_from_a_closed_one() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        reset(writer)

    assert outcomes(handle) == {"reset"}


def test_a_port_without_a_listener_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    output = io.StringIO()

    async def run() -> None:
        await prober.Prober(plan_for(port), output).run()

    asyncio.run(run())
    assert {request["outcome"] for request in requests_of(output.getvalue().splitlines())} == {"refused"}


def test_a_silent_server_costs_the_deadline_and_no_more() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    requests = requests_of(probe(handle, deadline=0.2))
    assert {request["outcome"] for request in requests} == {"timeout"}
    assert all(200 <= request["ms"] < 600 for request in requests)


def test_requests_are_due_at_the_rate_whatever_becomes_of_the_others() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    requests = requests_of(probe(handle, rate=100.0, duration=0.3, deadline=0.3))
    due = sorted(request["at"] for request in requests)
    assert [round((at - due[0]) * 100, 2) for at in due] == list(range(30))
    assert sorted(request["late_ms"] for request in requests)[15] < 50


def test_the_first_line_describes_the_run_and_the_last_counts_it() -> None:
    lines = probe(answering(OK), rate=50.0, duration=0.2)
    head, end = json.loads(lines[0]), json.loads(lines[-1])
    assert (head["prober"], head["rate"], head["mode"], head["deadline"], head["slow"]) == (
        1,
        50,
        "new",
        1,
        0.5,
    )
    assert head["url"].endswith("/shop?page=1")
    assert end["requests"] == len(lines) - 2 == 10
    assert head["started"] < end["ended"] < head["started"] + 5


def test_the_request_is_a_get_that_names_host_and_path() -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        writer.close()

    requests = requests_of(probe(handle, duration=0.02))
    assert seen[0].startswith(b"GET /shop?page=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nConnection: close\r\n" in seen[0]
    assert requests[0]["server"] == "app1"


def test_keep_alive_uses_its_connections_in_turn() -> None:
    connections: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        number = len(connections) - 1
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            connections[number] += 1
            writer.write(OK)
        writer.close()

    lines = probe(handle, mode="keep-alive", connections=3, duration=0.6, rate=25.0)
    assert connections == [5, 5, 5]
    assert {request["outcome"] for request in requests_of(lines)} == {"ok"}


def test_a_connection_closed_between_two_requests_is_reopened_and_counted() -> None:
    lines = probe(answering(OK), mode="keep-alive", connections=1, duration=1.0, rate=10.0)
    assert {request["outcome"] for request in requests_of(lines)} == {"ok"}
    assert json.loads(lines[-1])["lost"] == 9


def test_a_request_lost_with_its_kept_connection_fails_and_is_not_repeated() -> None:
    asked: list[int] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            asked.append(1)
            if len(asked) == 3:
                break
            writer.write(OK)
        writer.close()

    lines = probe(handle, mode="keep-alive", connections=1, duration=0.24, rate=25.0)
    assert [request["outcome"] for request in requests_of(lines)] == ["ok", "ok", "closed", "ok", "ok", "ok"]
    assert len(asked) == 6


def test_a_busy_pool_makes_no_request_wait() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.write(OK)
        writer.close()

    requests = requests_of(probe(handle, mode="keep-alive", connections=1, duration=0.4, rate=50.0))
    assert len(requests) == 20
    assert sorted(request["ms"] for request in requests)[10] < 350


@pytest.mark.parametrize("way", ["silent", "reset", "status"])
def test_an_outage_of_known_length_is_measured(way: str) -> None:
    started: list[float] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time()
        started.append(now)
        down = 0.3 <= now - started[0] < 0.6
        await reader.readuntil(b"\r\n\r\n")
        if down and way == "silent":
            await reader.read()
        elif down and way == "reset":
            reset(writer)
        else:
            writer.write(OK.replace(b"200", b"503") if down else OK)
        writer.close()

    summary = summarise(probe(handle, rate=200.0, duration=1.0, deadline=0.5))
    # From below by one interval (5 ms) on each side; from above by what a loaded machine may add.
    assert 290 <= summary.outage_ms <= 450
    assert 40 <= summary.failed <= 65
    assert list(summary.failed_by_kind) == [{"silent": "timeout"}.get(way, way)]


def test_a_server_that_never_closes_does_not_lengthen_the_run() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.read()
        writer.close()

    summary = summarise(probe(handle, deadline=0.8))
    assert summary.ok == 5
    assert summary.outage_ms < 500


def test_the_run_can_be_ended_before_its_time() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        writer.write(OK)
        writer.close()

    lines = probe(handle, rate=20, duration=25)
    assert json.loads(lines[-1])["requests"] == len(requests_of(lines)) <= 10
    assert {request["outcome"] for request in requests_of(lines)} == {"ok"}


def test_want_of_files_ends_the_run_instead_of_blaming_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(family: int, address: tuple[Any, ...]) -> prober.Connection:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(prober, "Connection", none_left)
    with pytest.raises(prober.Unusable, match=r"the prober itself failed: .*Too many open files"):
        probe(answering(OK))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rate", "5001"], "--rate must be above 0 and at most 5000, not 5001"),
        (["--rate", "nan"], "--rate must be above 0"),
        (["--duration", "3601"], "--duration must be above 0 and at most 3600"),
        (["--deadline", "0"], "--deadline must be above 0"),
        (["--rate", "5000", "--deadline", "60"], "may take 600084 open files"),
        (["--url", "https://203.0.113.10/"], "--url must be http://"),
        (["--url", "http://203.0.113.10:99999/"], "Port out of range"),
        (["--id-prefix", "a b"], "--id-prefix must be 1 to 48 letters, digits and '-', not a b"),
    ],
)
def test_a_run_out_of_bounds_is_refused_with_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prober, "Prober", None)  # what is not refused shall not run either
    given = ["--url", "http://203.0.113.10/", "--output", "never-written.jsonl"]
    assert prober.main([*given, *words]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_the_file_runs_by_itself_on_a_bare_python() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", prober.__file__, "--help"], capture_output=True, text=True, check=True
    )
    assert "--keep-alive" not in done.stdout
    assert "--rate" in done.stdout


def test_a_form_is_posted_with_an_id_of_its_own() -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        seen.append(head + await reader.readexactly(int(size.partition(b":")[2])))
        writer.write(OK.replace(b"200 OK", b"201 Created"))
        writer.close()

    lines = probe(handle, mode="post", id_prefix="run-1")
    requests = requests_of(lines)
    assert [request["id"] for request in requests] == [f"run-1-0000000{number}" for number in range(5)]
    assert {request["outcome"] for request in requests} == {"ok"}
    assert seen[0].startswith(b"POST /shop?page=1 HTTP/1.1\r\n")
    assert b"\r\nConnection: close\r\n" in seen[0]
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in seen[0]
    for request, told in zip(requests, sorted(seen), strict=True):
        assert told.endswith(f"\r\nX-Order: {request['id']}\r\n\r\norder={request['id']}".encode())


def test_only_forms_have_an_id() -> None:
    assert not [request for request in requests_of(probe(answering(OK))) if "id" in request]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK, "ok"),
        (OK.replace(b"\r\n\r\nhi", b"\r\n\r\nho"), "invalid"),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end: hi", "ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", "ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\nx\r\n0\r\n\r\n", "invalid"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "invalid"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "ok"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "status"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "closed"),
    ],
)
def test_an_answer_without_the_text_expected_is_invalid(answer: bytes, outcome: str) -> None:
    requests = requests_of(probe(answering(answer), expect="hi"))
    assert {request["outcome"] for request in requests} == {outcome}


def test_a_wrong_answer_names_who_gave_it() -> None:
    requests = requests_of(probe(answering(OK), expect="something else", duration=0.02))
    assert (requests[0]["status"], requests[0]["server"]) == (200, "app1")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_text_is_found_wherever_the_parts_end(size: int) -> None:
    text = b"x" * 50 + b"needle" + b"y" * 50
    search = prober.Search(b"needle")
    for start in range(0, len(text), size):
        search.feed(text[start : start + size])
    assert search.found
