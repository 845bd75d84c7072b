from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import links, values
from evergate.model.haproxy.reference import reference
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany, each


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Model):
    identity: ClassVar[str | None] = "name"

    name: str = required(values.name, "A name.")
    user: str | None = optional(reference("backends"), "One.")
    users: tuple[str, ...] = defaulted(OneOrMany(reference("backends")), "Some.", ())
    fast: bool = defaulted(values.boolean, "Whether.", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Things(Model):
    handed: ClassVar[tuple[str, ...]] = ("others",)

    things: tuple[Thing, ...] = defaulted(each(Thing.from_data), "Things.", ())
    one: Thing | None = optional(Thing.from_data, "One.")
    others: tuple[Thing, ...] = defaulted(each(Thing.from_data), "Handed in.", ())


def things(*items: dict[str, object], **more: object) -> Things:
    return Things.from_data({"things": list(items), **more}, "p")


def paths(found: Iterator[links.Problem]) -> list[str]:
    return [each.path for each in found]


def test_every_model_inside_is_visited_but_for_what_is_handed_in() -> None:
    config = things({"name": "a"}, one={"name": "b"}, others=[{"name": "c"}])
    assert [each.at for each in links.every(config)] == ["p", "p.things[0]", "p.one"]


def test_a_name_that_points_at_nothing_is_told_with_the_nearest() -> None:
    config = things({"name": "a", "user": "shpo"}, {"name": "b", "users": ["shop", "x"]})
    first, second = links.dangling(config, {"backends": ("shop",)})
    assert (first.path, first.hint) == ("p.things[0].user", "did you mean 'shop'?")
    assert (second.path, second.value) == ("p.things[1].users", "x")


def test_a_kind_nobody_knows_the_names_of_is_not_judged() -> None:
    assert paths(links.dangling(things({"name": "a", "user": "x"}), {})) == []


def test_what_is_referred_to_is_found_wherever_it_stands() -> None:
    config = things({"name": "a", "user": "x"}, one={"name": "b", "users": ["y", "z"]})
    assert links.referred(config, "backends") == {"x", "y", "z"}


def test_an_identity_is_given_once_in_its_list() -> None:
    assert paths(links.given_twice(things({"name": "a"}, {"name": "a"}, one={"name": "a"}))) == [
        "p.things[1].name"
    ]


def test_a_key_and_a_word_may_be_newer_than_the_daemon() -> None:
    config = things({"name": "a", "user": "x"}, {"name": "b", "fast": True}, {"name": "c", "fast": False})
    since = {"Thing.user": (3, 0), "Thing.fast=True": (3, 0)}
    old = links.too_new(config, since, (2, 6), "HAProxy")
    assert paths(old) == ["p.things[0].user", "p.things[1].fast"]
    assert paths(links.too_new(config, since, (3, 0), "HAProxy")) == []
