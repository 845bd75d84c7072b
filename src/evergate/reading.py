"""Parsers of lists and mappings, made from parsers of what is in them.

A parser takes a value and its path and returns the typed value or raises `InvalidData`. The parsers of single
values are in `evergate.values`; `from_data` of every model is one too, so that models nest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from evergate.errors import InvalidData, Problem, quoted, refused

T = TypeVar("T")
Parser = Callable[[object, str], T]


@dataclass(frozen=True, slots=True)
class Each(Generic[T]):
    """A parser of a list that parses every item and reports the problems of all of them."""

    parse: Parser[T]
    least: int = 0

    def __call__(self, value: object, path: str) -> tuple[T, ...]:
        """Return the parsed items; raises `InvalidData` whose rest is the items that were right."""
        if not isinstance(value, (list, tuple)):
            hint = "write a list: each item on a line with '- '"
            raise refused(path, f"{quoted(value)} is not a list", value, hint)
        parsed: list[T] = []
        problems: list[Problem] = []
        for index, item in enumerate(value):
            try:
                parsed.append(self.parse(item, f"{path}[{index}]"))
            except InvalidData as error:
                problems += [_placed(each, value) for each in error.problems]
        if problems:
            raise InvalidData(problems, tuple(parsed))
        if len(parsed) < self.least:
            raise refused(path, "is empty", value, "write at least one item")
        return tuple(parsed)


def _placed(problem: Problem, items: object) -> Problem:
    """Return the problem, with the list as its value if its own is one that cannot carry its origin."""
    bare = problem.value is None or isinstance(problem.value, bool)
    return replace(problem, value=items) if bare else problem


def each(parse: Parser[T]) -> Each[T]:
    """Return a parser of a list, which may be empty."""
    return Each(parse)


def some(parse: Parser[T]) -> Each[T]:
    """Return a parser of a list of at least one item."""
    return Each(parse, 1)


def repeated(items: Iterable[T], key: Callable[[T], Hashable]) -> list[tuple[int, T]]:
    """Return index and item of every item whose key an earlier item has already."""
    seen: set[Hashable] = set()
    found = []
    for index, item in enumerate(items):
        if key(item) in seen:
            found.append((index, item))
        seen.add(key(item))
    return found


@dataclass(frozen=True, slots=True)
class OneOrMany(Generic[T]):
    """A parser of a single value or a list of them."""

    parse: Parser[T]

    def __call__(self, value: object, path: str) -> tuple[T, ...]:
        """Return the values, of which there is at least one."""
        if isinstance(value, (list, tuple)):
            return some(self.parse)(value, path)
        return (self.parse(value, path),)


def mapping(parse_key: Parser[str], parse_value: Parser[T]) -> Parser[tuple[tuple[str, T], ...]]:
    """Return a parser of a mapping that keeps its order and reports the problems of all entries."""

    def parse_all(value: object, path: str) -> tuple[tuple[str, T], ...]:
        if not isinstance(value, Mapping):
            raise refused(path, f"{quoted(value)} is not a mapping", value, "write keys and values")
        parsed: list[tuple[str, T]] = []
        problems: list[Problem] = []
        for key, item in value.items():
            try:
                parsed.append((parse_key(key, path), parse_value(item, f"{path}.{key}")))
            except InvalidData as error:
                problems += [
                    replace(
                        each, value=key if each.value is None or isinstance(each.value, bool) else each.value
                    )
                    for each in error.problems
                ]
        if problems:
            raise InvalidData(problems, tuple(parsed))
        return tuple(parsed)

    return parse_all
