from __future__ import annotations

from collections.abc import Callable

from evergate import values
from evergate.errors import InvalidData, Problem
from evergate.reading import OneOrMany, each, mapping, repeated, some


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    """Return what a reading is refused for, nothing when it is not."""
    try:
        read()
    except InvalidData as error:
        return error.problems
    return ()


def test_every_item_of_a_list_is_judged() -> None:
    first, second = problems_of(lambda: each(values.port)([80, 0, "x"], "ports"))
    assert (first.path, second.path) == ("ports[1]", "ports[2]")


def test_the_items_that_were_right_go_along_with_the_problems_of_the_others() -> None:
    try:
        each(values.port)([80, 0, 443], "ports")
    except InvalidData as error:
        assert error.rest == (80, 443)


def test_a_text_is_no_list() -> None:
    (problem,) = problems_of(lambda: each(values.port)("80", "ports"))
    assert problem.problem == "'80' is not a list"


def test_some_items_means_at_least_one() -> None:
    (problem,) = problems_of(lambda: some(values.port)([], "ports"))
    assert problem.problem == "is empty"
    assert some(values.port)([80], "ports") == (80,)


def test_a_single_value_is_a_list_of_one() -> None:
    assert OneOrMany(values.port)(80, "port") == (80,) == OneOrMany(values.port)([80], "port")
    assert [each.path for each in problems_of(lambda: OneOrMany(values.port)([80, 0], "port"))] == ["port[1]"]


def test_a_mapping_keeps_its_order_and_tells_every_entry() -> None:
    parse = mapping(values.name, values.port)
    assert parse({"b": 2, "a": 1}, "ports") == (("b", 2), ("a", 1))
    told = problems_of(lambda: parse({"b b": 2, "a": 0}, "ports"))
    assert [each.path for each in told] == ["ports", "ports.a"]


def test_repeated_items_are_found_with_their_index() -> None:
    assert repeated(["a", "b", "A", "a"], str.lower) == [(2, "A"), (3, "a")]
