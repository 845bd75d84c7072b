"""HAProxy's runtime API, with a HAProxy that only answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evergate.node.runtime import NotIdle, Runtime, RuntimeRefused, ServerState
from evergate.node.touch import VERSION, Command, Touch

BUSY = "Server still has connections attached to it, cannot remove it.\n"
Answer = Callable[[str], str]


@contextmanager
def haproxy(tmp_path: Path, answer: Answer) -> Iterator[tuple[Runtime, list[str]]]:
    """Yield a runtime and what it has asked; each question is answered on a connection of its own."""
    asked: list[str] = []
    path = tmp_path / "admin.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    question = connection.recv(65536).decode()
                    if not question:
                        return
                    asked.append(question)
                    connection.sendall(answer(question).encode())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Runtime(path), asked
        finally:
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(str(path))
            thread.join()


def asked_of(tmp_path: Path, command: str, answer: str) -> str:
    with haproxy(tmp_path, lambda _: answer) as (runtime, _):
        return runtime.ask(command)


def runtime_touch(*commands: Command) -> Touch:
    return Touch("runtime", commands)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("add server b/s 203.0.113.1:80", "New server registered.\n\n"),
        ("del server b/s", "Server deleted.\n"),
        ("enable server b/s", "\n"),
        ("enable health b/s", "\n"),
        ("set server b/s state maint", "\n"),
        ("set server b/s weight 7", "\n"),
        ("set server b/s addr ::1 port 80", "nothing changed\n\n"),
        ("set server b/s addr ::1 port 80", "IP changed from '::2' to '::1' by 'stats socket command'\n\n"),
        (
            "set server b/s addr ::1 port 80",
            "no need to change the addr, port changed from '1' to '80' by 'stats socket command'\n\n",
        ),
        ("prepare map /m", "New version created: 7\n\n"),
        ("add map @7 /m <<\na b\n\n", "\n"),
        ("commit map @7 /m", "\n"),
        ("set ssl cert /c.pem <<\nx\n\n", "Transaction created for certificate /c.pem!\n\n"),
        ("set ssl cert /c.pem <<\nx\n\n", "Transaction updated for certificate /c.pem!\n\n"),
        ("commit ssl cert /c.pem", "Committing /c.pem..\nSuccess!\n\n"),
        ("abort ssl cert /c.pem", "Transaction aborted for certificate '/c.pem'!\n\n"),
        ("show map /m", "\n"),
    ],
)
def test_haproxy_has_done_it_if_it_says_so(command: str, answer: str, tmp_path: Path) -> None:
    assert asked_of(tmp_path, command, answer) == answer.strip("\n")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("add server b/s 203.0.113.1:80 cookie x", "'cookie' option is not accepted for dynamic server\n\n"),
        ("add server b/s 203.0.113.1:80", "Already exists a server with the same name in backend.\n\n"),
        ("del server b/s", BUSY),
        ("del server b/s", "Only servers in maintenance mode can be deleted.\n"),
        ("enable health b/s", "Health check was not configured on this server, cannot enable.\n\n"),
        ("set server b/s state maint", "No such server.\n\n"),
        ("set server b/s weight 300", "Absolute weight can only be between 0 and 256 inclusive.\n\n"),
        ("set server b/s addr x port 80", "Invalid addr 'x' by 'stats socket command'\n\n"),
        ("prepare map /m", "Unknown map identifier. Please use #<id> or <file>.\n\n"),
        ("add acl @7 /l x", "'x' is not a valid IPv4 or IPv6 address.\n\n"),
        ("set ssl cert /c.pem <<\nx\n\n", "Can't load the payload\nCan't update /c.pem!\n\n"),
        ("commit ssl cert /c.pem", "No ongoing transaction! !\nCan't commit /c.pem!\n\n"),
        ("set server b/s state maint", "Permission denied\n\n"),
        ("show frobs", "Unknown command: 'show frobs'\n"),
        ("add map @7 /m <<\na b\n\n", ""),
    ],
)
def test_haproxy_has_not_done_it_if_it_says_anything_else(command: str, answer: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeRefused) as caught:
        asked_of(tmp_path, command, answer)
    assert caught.value.command == command.split(" <<")[0]
    assert caught.value.words == answer.strip("\n")


def test_a_refusal_does_not_show_what_was_secret(tmp_path: Path) -> None:
    with pytest.raises(RuntimeRefused) as caught:
        asked_of(tmp_path, "set ssl cert /c.pem <<\nSECRET\n\n", "Can't update /c.pem!\n")
    assert str(caught.value) == "HAProxy does not do 'set ssl cert /c.pem': Can't update /c.pem!"


def test_a_haproxy_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Runtime(tmp_path / "none.sock").ask("show info")


def test_commands_are_sent_one_by_one_with_their_payloads(tmp_path: Path) -> None:
    touch = runtime_touch(Command("enable server b/s"), Command("add map /m", "a b\nc d"))
    with haproxy(tmp_path, lambda _: "\n") as (runtime, asked):
        runtime.run(touch, 1)
    assert asked == ["enable server b/s\n", "add map /m <<\na b\nc d\n\n"]


def test_a_transaction_has_the_number_that_haproxy_gave_it_and_the_next_one_another(tmp_path: Path) -> None:
    numbers = iter("79")

    def answer(question: str) -> str:
        return f"New version created: {next(numbers)}\n\n" if question.startswith("prepare") else "\n"

    lists = [
        Command(f"{words} /{name}")
        for name in "lm"
        for words in ("prepare acl", f"add acl {VERSION}", f"commit acl {VERSION}")
    ]
    with haproxy(tmp_path, answer) as (runtime, asked):
        runtime.run(runtime_touch(*lists), 1)
    assert [question.split()[2] for question in asked] == ["/l", "@7", "@7", "/m", "@9", "@9"]


def test_what_looks_like_a_number_to_fill_in_stays_in_a_payload(tmp_path: Path) -> None:
    touch = runtime_touch(Command("prepare map /m"), Command(f"add map {VERSION} /m", f"a {VERSION}"))
    answers = iter(["New version created: 7\n", "\n"])
    with haproxy(tmp_path, lambda _: next(answers)) as (runtime, asked):
        runtime.run(touch, 1)
    assert asked[1] == f"add map @7 /m <<\na {VERSION}\n\n"


def busy(sessions: int, times: int) -> Answer:
    """Return a HAProxy whose server has so many sessions, and so often a connection when it is to go."""
    left = iter([BUSY] * times)

    def answer(question: str) -> str:
        if question.startswith("del"):
            return next(left, "Server deleted.\n")
        table = f"# pxname,svname,scur,status,weight,check_status,\nb,s,{sessions},MAINT,1,,\n"
        return table if question.startswith("show") else "\n"

    return answer


def test_a_server_is_deleted_as_soon_as_it_is_idle(tmp_path: Path) -> None:
    with haproxy(tmp_path, busy(sessions=1, times=2)) as (runtime, asked):
        runtime.run(runtime_touch(Command("del server b/s", when_idle="b/s")), 5)
    assert [question for question in asked if question != "show stat -1 4 -1\n"] == ["del server b/s\n"] * 3


def test_connections_that_no_session_uses_are_closed_by_entering_maintenance_anew(tmp_path: Path) -> None:
    with haproxy(tmp_path, busy(sessions=0, times=1)) as (runtime, asked):
        runtime.run(runtime_touch(Command("del server b/s", when_idle="b/s")), 5)
    assert asked == [
        "del server b/s\n",
        "show stat -1 4 -1\n",
        "set server b/s state drain\n",
        "set server b/s state maint\n",
        "del server b/s\n",
    ]


def test_a_server_that_is_not_idle_in_time_is_named(tmp_path: Path) -> None:
    touch = runtime_touch(Command("del server b/s", when_idle="b/s"))
    with haproxy(tmp_path, busy(1, 1000)) as (runtime, _), pytest.raises(NotIdle) as caught:
        runtime.run(touch, 0.2)
    assert caught.value.server == "b/s"


def test_a_server_that_cannot_be_deleted_at_all_is_not_waited_for(tmp_path: Path) -> None:
    touch = runtime_touch(Command("del server b/s", when_idle="b/s"))
    with haproxy(tmp_path, lambda _: "No such server.\n") as (runtime, asked), pytest.raises(RuntimeRefused):
        runtime.run(touch, 60)
    assert len(asked) == 1


def test_nothing_follows_a_refusal(tmp_path: Path) -> None:
    touch = runtime_touch(Command("enable server b/s"), Command("enable server b/t"))
    with haproxy(tmp_path, lambda _: "No such server.\n") as (runtime, asked), pytest.raises(RuntimeRefused):
        runtime.run(touch, 1)
    assert len(asked) == 1


def test_before_a_reload_a_refusal_does_not_matter(tmp_path: Path) -> None:
    touch = Touch(
        "reload", before_reload=(Command("set server b/s weight 7"), Command("set server b/t weight 8"))
    )
    with haproxy(tmp_path, lambda _: "No such server.\n") as (runtime, asked):
        runtime.prepare_reload(touch)
    assert asked == ["set server b/s weight 7\n", "set server b/t weight 8\n"]


def test_the_servers_are_read_with_their_states(tmp_path: Path) -> None:
    table = (
        "# pxname,svname,scur,status,weight,check_status,last_chk,\n"
        'shop,app1,3,UP,10,L7OK,"said ""OK"", twice",\n'
        "shop,app2,0,MAINT,1,,,\n\n"
    )
    with haproxy(tmp_path, lambda _: table) as (runtime, asked):
        found = runtime.servers()
    assert found == {
        ("shop", "app1"): ServerState("UP", "L7OK", 3, 10, 'said "OK", twice'),
        ("shop", "app2"): ServerState("MAINT", "", 0, 1),
    }
    assert asked == ["show stat -1 4 -1\n"]


def test_what_haproxy_says_of_itself_is_read_by_name(tmp_path: Path) -> None:
    text = "Name: HAProxy\nVersion: 3.0.11\ndescription: a: b\n\n"
    with haproxy(tmp_path, lambda _: text) as (runtime, _):
        assert runtime.info() == {"Name": "HAProxy", "Version": "3.0.11", "description": "a: b"}
