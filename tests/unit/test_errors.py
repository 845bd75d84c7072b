from __future__ import annotations

import pytest

from evergate.errors import InvalidData, Problem, nearest, quoted, refused

PORT = Problem("a.port", "'0' is not a TCP port", 0, "write 80")
NAME = Problem("a.name", "is missing", {}, "write a name")


def test_the_first_problem_is_told_without_its_hint_and_the_others_with_theirs() -> None:
    assert (
        str(InvalidData([PORT, NAME]))
        == "a.port: '0' is not a TCP port\nalso a.name: is missing; write a name"
    )


def test_value_and_hint_are_the_first_problems() -> None:
    error = InvalidData([NAME, PORT])
    assert error.value is NAME.value
    assert error.hint == "write a name"


def test_a_problem_found_twice_is_kept_once_with_its_first_value() -> None:
    first, second = object(), object()
    error = InvalidData([Problem("a", "b", first, ""), PORT, Problem("a", "b", second, "")])
    assert [problem.path for problem in error.problems] == ["a", "a.port"]
    assert error.value is first


def test_a_single_problem_keeps_the_very_object_it_was_found_in() -> None:
    value = object()
    assert refused("a", "b", value, "c").problems == (Problem("a", "b", value, "c"),)
    assert refused("a", "b", value, "c").value is value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("shop", "'shop'"),
        (80, "'80'"),
        (True, "'true'"),
        (None, "nothing"),
        ({}, "a mapping"),
        ([1], "a list"),
        ("a\nb", r"'a\nb'"),
        ("x" * 61, "'" + "x" * 59 + "…'"),
    ],
)
def test_values_are_shown_on_one_short_line(value: object, shown: str) -> None:
    assert quoted(value) == shown


def test_the_nearest_word_is_suggested() -> None:
    assert nearest("defalt_backend", ["default_backend", "name"], "no") == "did you mean 'default_backend'?"


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert nearest("colour", ["default_backend", "name"], "write one of these") == "write one of these"
