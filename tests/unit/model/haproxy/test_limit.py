from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.limit import Limit

Told = Callable[..., list[tuple[str, str, str]]]

MANY = ", ".join(f"192.0.2.{number}" for number in range(60))


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{limit: 0}", "l.limit", "'0' is not between 1 and 2147483647"),
        ("{limit: 1, per: header}", "l.key", "is missing beside 'per: header'"),
        ("{limit: 1, key: X}", "l.key", "has no effect beside 'per: address'"),
        ("{limit: 1, per: criterion}", "l.criterion", "is missing beside 'per: criterion'"),
        ("{limit: 1, criterion: src}", "l.criterion", "has no effect"),
        ("{limit: 1, what: connections, per: cookie, key: c}", "l.per", "is known too late to count"),
        ("{limit: 1, what: concurrent, if: a}", "l.if", "is known too late for connections"),
        ("{limit: 1, what: concurrent, period: 5s}", "l.period", "has no effect on what is counted at one"),
        ("{limit: 1, status: 200}", "l.status", "'200' is not"),
        ("{limit: 1, allow: [x]}", "l.allow[0]", "'x' is not a network"),
        (f"{{limit: 1, allow: [{MANY}]}}", "l", "has too many words for one line"),
    ],
)
def test_what_a_limit_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    ((found, words, _),) = told(Limit.from_data, {"name": "x", **yaml.safe_load(text)}, "l")
    assert found == path
    assert words.startswith(problem)


@pytest.mark.parametrize(("period", "seconds"), [("100ms", 1), ("10s", 10), ("2500ms", 3), ("1m", 60)])
def test_a_refused_client_is_told_whole_seconds(period: str, seconds: int) -> None:
    assert Limit.from_data({"name": "x", "limit": 1, "period": period}, "l").seconds == seconds


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{what: requests}", "what"),
        ("{what: connections, status: 503}", "status"),
        ("{what: bytes, per: header, key: x}", "per"),
    ],
)
def test_a_limit_of_http_has_no_place_in_mode_tcp(text: str, key: str) -> None:
    limit = Limit.from_data({"name": "x", "limit": 1, **yaml.safe_load(text)}, "l")
    assert [each.path for each in limit.misplaced("tcp")] == [f"l.{key}"]
    assert not list(limit.misplaced("http"))
