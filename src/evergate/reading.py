"""A typed reader over one mapping: every key is asked for once, every problem is remembered.

A parser takes a value and its path and returns the typed value or raises `InvalidData`. The parsers of single
values are in `evergate.values`; `from_data` of every model is one too, so that models nest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

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
