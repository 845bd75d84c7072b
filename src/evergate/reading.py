"""A typed reader over one mapping: every key is asked for once, every problem is remembered.

A parser takes a value and its path and returns the typed value or raises `InvalidData`. The parsers of single
values are in `evergate.values`; `from_data` of every model is one too, so that models nest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, cast

from evergate.errors import InvalidData, Problem, nearest, quoted, refused

T = TypeVar("T")
D = TypeVar("D")
Parser = Callable[[object, str], T]


class Reader:
    """One mapping being read.

    The methods return what they read; for what they could not read they return None under the promised type,
    which nobody sees, because `finish` then raises. A key whose value is None counts as not given.
    """

    def __init__(self, data: object, path: str, joint: str = ".") -> None:
        """Start reading `data`, a mapping; `joint` stands between `path` and a key in messages."""
        if not isinstance(data, Mapping):
            raise refused(
                path, f"{quoted(data)} is not a mapping", data, "write keys and values, as in 'name: shop'"
            )
        self._data: Mapping[object, object] = data
        self._base = path + joint
        self._asked: set[str] = set()
        self._problems: list[Problem] = []

    def required(self, key: str, parse: Parser[T], hint: str) -> T:
        """Return the parsed value of a key that must be there; `hint` says what to write when it is not."""
        value = self._value(key)
        if value is None:
            self._problems.append(Problem(self._base + key, "is missing", self._data, f"write {hint}"))
            return cast(T, None)
        return self._parsed(key, value, parse)

    def optional(self, key: str, parse: Parser[T], default: D) -> T | D:
        """Return the parsed value of a key, or the default when it is not given."""
        value = self._value(key)
        return default if value is None else self._parsed(key, value, parse)

    def refuse(self, key: str, problem: str, hint: str) -> None:
        """Remember a problem with the value of one key that only other keys make wrong."""
        value = self._data.get(key)
        self._problems.append(Problem(self._base + key, problem, self._traceable(key, value), hint))

    def finish(self) -> None:
        """Refuse keys nobody asked for, then raise `InvalidData` if anything was wrong."""
        unknown = [self._unknown(key) for key in self._data if key not in self._asked]
        # First what nobody knows: a misspelt key is why another one is missing.
        if unknown or self._problems:
            raise InvalidData([*unknown, *self._problems])

    def _unknown(self, key: object) -> Problem:
        hint = nearest(key, self._asked, f"the keys known here are: {', '.join(sorted(self._asked))}")
        return Problem(f"{self._base}{key}", "is not a known key", key, hint)

    def _value(self, key: str) -> object:
        self._asked.add(key)
        return self._data.get(key)

    def _parsed(self, key: str, value: object, parse: Parser[T]) -> T:
        try:
            return parse(value, self._base + key)
        except InvalidData as error:
            self._problems += [
                replace(each, value=self._traceable(key, each.value)) for each in error.problems
            ]
            return cast(T, None)

    def _traceable(self, key: str, value: object) -> object:
        """Return the value, or the key beside it when the value is one that cannot carry its origin."""
        if value is None or isinstance(value, bool):
            return next((known for known in self._data if known == key), self._data)
        return value


def each(parse: Parser[T]) -> Parser[tuple[T, ...]]:
    """Return a parser of a list that parses every item and reports the problems of all of them."""

    def parse_all(value: object, path: str) -> tuple[T, ...]:
        if not isinstance(value, (list, tuple)):
            raise refused(
                path, f"{quoted(value)} is not a list", value, "write a list: each item on a line with '- '"
            )
        parsed: list[T] = []
        problems: list[Problem] = []
        for index, item in enumerate(value):
            try:
                parsed.append(parse(item, f"{path}[{index}]"))
            except InvalidData as error:
                problems += error.problems
        if problems:
            raise InvalidData(problems)
        return tuple(parsed)

    return parse_all


def some(parse: Parser[T]) -> Parser[tuple[T, ...]]:
    """Return a parser of a list as `each` does, refusing an empty one."""

    def parse_some(value: object, path: str) -> tuple[T, ...]:
        items = each(parse)(value, path)
        if not items:
            raise refused(path, "is empty", value, "write at least one item")
        return items

    return parse_some


def repeated(items: Iterable[T], key: Callable[[T], Hashable]) -> list[tuple[int, T]]:
    """Return index and item of every item whose key an earlier item has already."""
    seen: set[Hashable] = set()
    found = []
    for index, item in enumerate(items):
        if key(item) in seen:
            found.append((index, item))
        seen.add(key(item))
    return found
