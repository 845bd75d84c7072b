from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.route import Route

Told = Callable[..., list[tuple[str, str, str]]]

MANY = ", ".join(f"h{number}.example" for number in range(60))


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{host: x}", "r.backend", "is missing, and so is 'map'"),
        ("{backend: b}", "r.backend", "would take every request"),
        ("{backend: b, map: {name: m}}", "r.map", "stands beside 'backend'"),
        ("{map: {name: m, by: host, criterion: path}}", "r.map.by", "stands beside 'criterion'"),
        ("{map: {name: m, by: src}}", "r.map.by", "'src' is not known here"),
        (f"{{backend: b, host: [{MANY}]}}", "r", "has more than 56 words for one line"),
    ],
)
def test_what_a_route_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    assert (path, problem) in [each[:2] for each in told(Route.from_data, yaml.safe_load(text), "r")]


def test_criteria_count_once_for_each_group_of_acls(told: Told) -> None:
    hosts = [f"h{number}.example" for number in range(15)]
    Route.from_data({"backend": "b", "host": hosts, "if": "a"}, "r")
    ((_, problem, _),) = told(Route.from_data, {"backend": "b", "host": hosts, "if": "a or b or c"}, "r")
    assert problem == "has more than 56 words for one line"
