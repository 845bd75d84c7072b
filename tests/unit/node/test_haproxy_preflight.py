"""Backends that a change would leave without a server, found before it is made."""

from __future__ import annotations

import pytest

from evergate.node.haproxy_preflight import forsaken
from evergate.node.haproxy_text import sections
from evergate.node.runtime import ServerState

UP, DOWN = ServerState("UP", "L7OK", 0, 1), ServerState("DOWN", "L4CON", 0, 1)
OLD = "backend shop\n  server app1 203.0.113.21:80 check\n  server app2 203.0.113.22:80 check\n"
NOW = {("shop", "app1"): UP, ("shop", "app2"): UP}


def found(
    new: str, *alive: str, now: dict[tuple[str, str], ServerState] = NOW
) -> tuple[list[str], list[str]]:
    """Return what would go down, and to whom was connected, of whom some are alive."""
    asked: list[str] = []

    def refusal(address: str, port: int) -> str:
        asked.append(address)
        return "" if address in alive else "Connection refused"

    return [*forsaken(sections(OLD), sections(new), now, refusal)], asked


def test_where_a_server_stays_nobody_is_asked() -> None:
    assert found(OLD.replace("203.0.113.22", "203.0.113.99")) == ([], [])


def test_where_all_move_one_that_answers_is_enough() -> None:
    assert found(OLD.replace("203.0.113.2", "203.0.113.9"), "203.0.113.91") == ([], ["203.0.113.91"])
    assert found(OLD.replace("203.0.113.2", "203.0.113.9"), "203.0.113.92")[0] == []


def test_where_nobody_answers_it_is_told_in_the_words_of_the_proof() -> None:
    down = "app1 DOWN, Connection refused, app2 DOWN, Connection refused"
    words = f"backend shop has 0 servers up, 2 before: {down}"
    assert found(OLD.replace(":80", ":81")) == ([words], ["203.0.113.21", "203.0.113.22"])


def test_a_renamed_backend_with_the_same_servers_is_well() -> None:
    assert found(OLD.replace("shop", "store")) == ([], [])


def test_a_renamed_backend_with_dead_servers_is_not() -> None:
    (words,) = found(OLD.replace("shop", "store").replace(":80", ":81"))[0]
    assert words.startswith("backend store is new, shop is gone, and no server is up: app1 DOWN")


def test_a_new_backend_beside_the_others_may_wait_for_its_servers() -> None:
    assert found(f"{OLD}backend new\n  server a 203.0.113.50:80 check\n")[0] == []


def test_another_backend_that_finds_the_same_servers_down_is_no_reason() -> None:
    """They are asked something else there, and nobody can be connected to here."""
    old = OLD + OLD.replace("shop", "api")
    now = NOW | {("api", "app1"): DOWN, ("api", "app2"): DOWN}
    told = forsaken(
        sections(old), sections(old.replace("check", "check inter 5s")), now, lambda *_: "refused"
    )
    assert told == ()


def test_what_was_down_before_may_stay_so() -> None:
    now = {("shop", "app1"): DOWN, ("shop", "app2"): DOWN}
    assert found(OLD.replace(":80", ":81"), now=now)[0] == []


@pytest.mark.parametrize(
    "line",
    [
        "server a app.example:80 check",
        "server a unix@/run/a.sock",
        "server a 203.0.113.9:80 source 203.0.113.1",
    ],
)
def test_servers_that_only_haproxy_can_reach_are_left_to_the_proof(line: str) -> None:
    assert found(f"backend shop\n  {line}\n") == ([], [])


def test_of_many_only_some_are_asked() -> None:
    servers = "".join(f"  server s{number} 203.0.113.{100 + number}:80 check\n" for number in range(50))
    problems, asked = found(f"backend shop\n{servers}")
    assert (problems, len(asked)) == ([], 5)
