from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.app_server import App, environment

Told = Callable[..., list[tuple[str, str, str]]]


def data(**changed: object) -> dict[str, Any]:
    return {
        "name": "shop",
        "version": "1.0",
        "source": "examples/shop",
        "command": "/usr/bin/gunicorn shop:app",
        "port": 8080,
    } | changed


def test_the_defaults_are_a_health_path_and_time_to_finish() -> None:
    app = App.from_data(data())
    assert (app.health_path, app.stop_timeout, app.environment, app.packages) == ("/healthz", "30s", (), ())


@pytest.mark.parametrize(
    ("changed", "path", "problem", "hint"),
    [
        ({"version": 1.10}, "version", "'1.1' is a number", "put the version in quotes, or 1.10 becomes 1.1"),
        ({"version": 7}, "version", "'7' is a number", "put the version in quotes"),
        ({"version": "../1"}, "version", "'../1' is not a version", "use up to 64 letters"),
        ({"version": "1/2"}, "version", "'1/2' is not a version", "use up to 64 letters"),
        ({"name": "Shop"}, "name", "'Shop' is not an application's name", "use up to 31 lower-case"),
        ({"name": "root"}, "name", "'root' is a user or service of the system", "use another name"),
        ({"name": "www-data"}, "name", "'www-data' is a user or service of the system", "use another name"),
        ({"name": "systemd-x"}, "name", "'systemd-x' is a user or service of the system", "use another name"),
        (
            {"command": "+/bin/x"},
            "command",
            "'+/bin/x' does not begin with a program",
            "begin with the program's",
        ),
        (
            {"command": "bin/serve"},
            "command",
            "'bin/serve' does not begin with a program",
            "begin with the progr",
        ),
        ({"command": "/bin/x \\"}, "command", "'/bin/x \\\\' ends in a backslash", "write the whole command"),
        (
            {"command": "/bin/x\nUser=root"},
            "command",
            "'/bin/x\\nUser=root' holds a line break",
            "write one line",
        ),
        ({"packages": ["a b"]}, "packages[0]", "'a b' is not a Debian package", "write a package's name"),
        (
            {"extra": ["[Install]"]},
            "extra[0]",
            "'[Install]' is not a setting of a systemd service",
            "write Key=",
        ),
        ({"health_retries": 0}, "health_retries", "'0' is not between 1 and 3600", "write a whole"),
        ({"stop_timeout": 30}, "stop_timeout", "'30' is not a duration", "write a number with its unit"),
        ({"prt": 80}, "prt", "is not a known key", "did you mean 'port'?"),
        (
            {"environment": ["A=b"]},
            "environment",
            "is not a mapping of names to values",
            "write names and values",
        ),
        ({"environment": {"A B": "c"}}, "environment.A B", "is not a variable's name", "use letters, digits"),
        (
            {"environment": {"A": True}},
            "environment.A",
            "is neither a text nor a number",
            "put the value in q",
        ),
        (
            {"environment": {"A": None}},
            "environment.A",
            "is neither a text nor a number",
            "put the value in q",
        ),
    ],
)
def test_wrong_applications_are_refused(
    told: Told, changed: dict[str, object], path: str, problem: str, hint: str
) -> None:
    ((told_path, told_problem, told_hint),) = told(App.from_data, data(**changed))
    assert told_path == f"app_server_{path}"
    assert told_problem.startswith(problem)
    assert told_hint.startswith(hint)


def test_the_environment_is_sorted_and_takes_numbers() -> None:
    assert environment({"B": 8080, "A": "x", "C": 0.5}) == (("A", "x"), ("B", "8080"), ("C", "0.5"))


def test_a_refused_secret_is_neither_told_nor_pointed_at() -> None:
    secret = "hunter2\n"
    key = "".join(["environ", "ment"])
    with pytest.raises(InvalidData) as caught:
        App.from_data(data() | {key: {"PASSWORD": secret}})
    (problem,) = caught.value.problems
    assert problem.value is key
    assert "hunter2" not in f"{caught.value}{problem}{problem.hint}"
