from __future__ import annotations

from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.defaults import SAFE_RETRIES, Defaults


def test_a_500_is_retried_unless_somebody_says_otherwise() -> None:
    assert "500" in Defaults.from_data({}).retry_on
    assert Defaults.from_data({}).retry_on == SAFE_RETRIES
    assert Defaults.from_data({"retry_on": [503, "conn-failure"]}).retry_on == ("503", "conn-failure")


def test_one_timeout_leaves_the_others_as_they_are() -> None:
    timeout = Defaults.from_data({"timeout": {"server": "60s"}}).timeout
    assert (timeout.server, timeout.connect, timeout.tunnel) == ("60s", "250ms", "1h")


def test_one_key_of_the_servers_leaves_the_others_as_they_are() -> None:
    server = Defaults.from_data({"default_server": {"slowstart": "10s"}}).default_server
    assert (server.slowstart, server.inter, server.on_error) == ("10s", "300ms", "mark-down")


@pytest.mark.parametrize(("value", "tries"), [(True, 1), (False, 0), ("no", 0), ("3", 3), (2, 2)])
def test_redispatch_is_a_switch_or_a_number(value: object, tries: int) -> None:
    assert Defaults.from_data({"redispatch": value}).redispatch == tries


@pytest.mark.parametrize(
    ("data", "path", "hint"),
    [
        ({"retry_on": ["none", 503]}, "d.retry_on", "write 'none' alone"),
        ({"retry_on": [503, "503"]}, "d.retry_on", "write each of them once"),
        ({"retry_on": [999]}, "d.retry_on[0]", "write one of"),
        ({"retry_on": [True]}, "d.retry_on[0]", "write one of"),
        ({"timeout": {"conect": "1s"}}, "d.timeout.conect", "did you mean 'connect'?"),
        ({"timeout": {"connect": "1"}}, "d.timeout.connect", "with its unit"),
        ({"log_format": "jsn"}, "d.log_format", "write one of: http"),
        ({"log_format": "100%"}, "d.log_format", "'%%'"),
        ({"redispatch": "often"}, "d.redispatch", "true or false"),
        ({"errorfiles": {418: "/a"}}, "d.errorfiles", "write one of"),
        ({"http_reuse": "all"}, "d.http_reuse", "write one of"),
        ({"default_server": {"observe": "layer5"}}, "d.default_server.observe", "write one of"),
        ({"extra": [" x"]}, "d.extra[0]", "begin with the keyword"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, Any], path: str, hint: str) -> None:
    with pytest.raises(InvalidData) as caught:
        Defaults.from_data(data, "d")
    problem = caught.value.problems[0]
    assert problem.path == path
    assert hint in problem.hint
