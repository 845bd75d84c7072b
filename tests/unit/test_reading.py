from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate import values
from evergate.errors import InvalidData, Problem
from evergate.reading import Reader, each, repeated, some


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    """Return what a reading is refused for, nothing when it is not."""
    try:
        read()
    except InvalidData as error:
        return error.problems
    return ()


def test_what_is_not_a_mapping_is_refused() -> None:
    (problem,) = problems_of(lambda: Reader(["a"], "top"))
    assert (problem.path, problem.problem) == ("top", "a list is not a mapping")


def test_a_required_key_is_returned_typed() -> None:
    assert Reader({"port": "80"}, "top").required("port", values.port, "a port") == 80


@pytest.mark.parametrize("data", [{}, {"port": None}])
def test_a_missing_key_points_at_its_mapping(data: dict[str, object]) -> None:
    reader = Reader(data, "top")
    reader.required("port", values.port, "a port")
    (problem,) = problems_of(reader.finish)
    assert problem == Problem("top.port", "is missing", data, "write a port")
    assert problem.value is data


@pytest.mark.parametrize("data", [{}, {"port": None}])
def test_an_optional_key_that_is_not_given_has_its_default(data: dict[str, object]) -> None:
    assert Reader(data, "top").optional("port", values.port, 8404) == 8404


def test_an_unknown_key_comes_first_and_is_the_key_itself() -> None:
    key = "".join(["po", "rtt"])
    reader = Reader({key: 80}, "top", joint="_")
    reader.required("port", values.port, "a port")
    unknown, missing = problems_of(reader.finish)
    assert (unknown.path, unknown.hint) == ("top_portt", "did you mean 'port'?")
    assert unknown.value is key
    assert missing.problem == "is missing"


def test_all_problems_are_told_together() -> None:
    reader = Reader({"port": 0, "name": "a b"}, "top")
    reader.required("port", values.port, "a port")
    reader.required("name", values.name, "a name")
    assert [problem.path for problem in problems_of(reader.finish)] == ["top.port", "top.name"]


@pytest.mark.parametrize("value", [True, [None]])
def test_a_value_without_origin_is_told_by_its_key_or_its_list(value: object) -> None:
    key = "".join(["po", "rt"])
    reader = Reader({key: value}, "top")
    reader.required("port", values.port if value is True else each(values.port), "a port")
    (problem,) = problems_of(reader.finish)
    assert problem.value is (key if value is True else value)


def test_every_item_of_a_list_is_judged() -> None:
    first, second = problems_of(lambda: each(values.port)([80, 0, "x"], "ports"))
    assert (first.path, second.path) == ("ports[1]", "ports[2]")


def test_a_text_is_no_list() -> None:
    (problem,) = problems_of(lambda: each(values.port)("80", "ports"))
    assert problem.problem == "'80' is not a list"


def test_some_items_means_at_least_one() -> None:
    (problem,) = problems_of(lambda: some(values.port)([], "ports"))
    assert problem.problem == "is empty"
    assert some(values.port)([80], "ports") == (80,)


def test_repeated_items_are_found_with_their_index() -> None:
    assert repeated(["a", "b", "A", "a"], str.lower) == [(2, "A"), (3, "a")]
