from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from evergate import values
from evergate.errors import InvalidData, Problem
from evergate.model.model import Model, defaulted, keys, optional, required
from evergate.reading import each


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Model):
    """A model with everything that can be declared."""

    name: str = required(values.name, "A name, such as V(here\\)).")
    port: int = defaulted(values.port, "The port.", 80)
    if_: str | None = optional(values.text, "A condition.")
    password: str | None = optional(values.name, "A secret.", secret=True)
    secure: bool | None = optional(values.boolean, "Whether it is.")

    def rules(self) -> Iterator[Problem]:
        if self.port == 1:
            yield self.wrong("port", "is one", "write two")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places(Model):
    """A model that goes on when something in it is wrong."""

    home: ClassVar[str] = "top"
    joint: ClassVar[str] = "_"
    lenient: ClassVar[bool] = True

    places: tuple[Place, ...] = defaulted(each(Place.from_data), "Places.", ())

    def rules(self) -> Iterator[Problem]:
        yield from (place.wrong("name", "is seen", "") for place in self.places)


def problems_of(model: type[Model], data: object) -> tuple[Problem, ...]:
    with pytest.raises(InvalidData) as caught:
        model.from_data(data, "p")
    return caught.value.problems


def test_what_is_given_is_typed_and_the_rest_has_its_default() -> None:
    place = Place.from_data({"name": "a", "port": "81", "if": "x", "secure": None}, "p")
    assert (place.name, place.port, place.if_, place.secure) == ("a", 81, "x", None)
    assert Place.from_data({"name": "a"}, "p").port == 80


def test_a_key_is_written_without_the_underscore_that_python_needs() -> None:
    assert list(keys(Place)) == ["name", "port", "if", "password", "secure"]


def test_an_unknown_key_comes_first_and_is_the_key_itself() -> None:
    key = "".join(["na", "mee"])
    unknown, missing = problems_of(Place, {key: "a"})
    assert (unknown.path, unknown.hint) == ("p.namee", "did you mean 'name'?")
    assert unknown.value is key
    assert (missing.path, missing.problem) == ("p.name", "is missing")


@pytest.mark.parametrize("data", [{}, {"name": None}])
def test_a_missing_key_points_at_its_mapping_and_says_what_it_is(data: dict[str, object]) -> None:
    (problem,) = problems_of(Place, data)
    assert problem.value is data
    assert problem.hint == "write name: A name, such as here)."


def test_all_problems_of_the_keys_are_told_together_and_before_the_rules() -> None:
    assert [each.path for each in problems_of(Place, {"name": "a b", "port": 1, "if": 7})] == [
        "p.name",
        "p.if",
    ]
    assert [each.problem for each in problems_of(Place, {"name": "a", "port": 1})] == ["is one"]


def test_a_value_without_origin_is_told_by_its_key() -> None:
    key = "".join(["po", "rt"])
    (problem,) = problems_of(Place, {"name": "a", key: True})
    assert problem.value is key


def test_a_secret_is_located_but_never_shown() -> None:
    with pytest.raises(InvalidData) as caught:
        Place.from_data({"name": "a", "password": "hunter 2"}, "p")
    assert caught.value.problems[0].secret
    assert caught.value.value is None
    assert "hunter" not in repr(Place.from_data({"name": "a", "password": "hunter2"}, "p"))


def test_a_lenient_model_asks_its_rules_about_what_is_right() -> None:
    problems = problems_of(Places, {"places": [{"name": "a"}, {"name": "b c"}]})
    assert [each.path for each in problems] == ["p_places[1].name", "p_places[0].name"]


def test_what_is_not_a_mapping_is_refused() -> None:
    (problem,) = problems_of(Places, ["a"])
    assert (problem.path, problem.problem) == ("p", "a list is not a mapping")
