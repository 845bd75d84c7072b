"""Declared data: a model is a frozen dataclass whose fields say what may be written, and how it is read.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Check(Model):
        path: str = defaulted(values.url_path, "What to ask for.", "/healthz")
        host: str | None = optional(values.host_header, "Host header of the question.")

        def rules(self) -> Iterator[Problem]:
            ...

`Check.from_data(data, path)` is the only way in. A parser takes a value and its path and returns the typed
value or raises `InvalidData`; `from_data` of every model is one too, so that models nest. The argument specs
and the reference are written from the same declarations (`evergate.reference`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self, TypeVar, cast

from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.reading import Parser

T = TypeVar("T")
D = TypeVar("D")

_KEY = "key"


@dataclass(frozen=True, slots=True)
class Key:
    """What one field of a model accepts; `name` is what the operator writes, `field` the attribute."""

    name: str
    field: str
    parse: Parser[Any]
    doc: str
    required: bool
    default: object
    secret: bool


def required(parse: Parser[T], doc: str, *, secret: bool = False) -> T:
    """Declare a key that must be given; what is `secret` is never shown, neither it nor its line."""
    return cast(T, field(default=None, repr=not secret, metadata={_KEY: (parse, doc, True, secret)}))


def optional(parse: Parser[T], doc: str, *, secret: bool = False) -> T | None:
    """Declare a key that may be left out; its field is then None."""
    return cast(
        "T | None", field(default=None, repr=not secret, metadata={_KEY: (parse, doc, False, secret)})
    )


def defaulted(parse: Parser[T], doc: str, default: D, *, secret: bool = False) -> T | D:
    """Declare a key that has a default, given as the parsed value."""
    return cast(
        "T | D", field(default=default, repr=not secret, metadata={_KEY: (parse, doc, False, secret)})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What every model has: `at`, its path in the data, and `source`, the mapping it was read from."""

    at: str = field(default="", compare=False, repr=False)
    source: Mapping[object, object] = field(default_factory=dict, compare=False, repr=False)

    home: ClassVar[str] = ""  # the path of a model that stands in no other: a role's name
    joint: ClassVar[str] = "."  # stands between the path and a key
    handed: ClassVar[tuple[str, ...]] = ()  # the fields that no operator wrote
    identity: ClassVar[str | None] = None  # the key whose value no other item of the same list may have
    instead: ClassVar[Mapping[str, str]] = {}  # the daemon's keywords that another key stands for
    lenient: ClassVar[bool] = False  # whether `rules` is asked about what is right even if something is wrong

    @classmethod
    def from_data(cls, data: object, path: str = "") -> Self:
        """Return the model; raises `InvalidData` with every problem of its keys, else of its rules.

        A key whose value is None counts as not given.
        """
        path = path or cls.home
        if not isinstance(data, Mapping):
            known = keys(cls)
            first = next((key.name for key in known.values() if key.required), next(iter(known)))
            example = "as in 'name: shop'" if first == "name" else f"beginning with '{first}:'"
            raise refused(path, f"{quoted(data)} is not a mapping", data, f"write keys and values, {example}")
        found: dict[str, Any] = {}
        problems = [*_unknown(cls, data, path), *_read(cls, data, path, found), *_missing(cls, data, path)]
        model = cls(at=path, source=data, **found)
        if cls.lenient or not problems:
            problems += model.rules()
        if problems:
            raise InvalidData(problems, model if cls.lenient else None)
        return model

    def rules(self) -> Iterator[Problem]:
        """Yield what is wrong with the keys taken together; each of them is right by itself."""
        return iter(())

    def has(self, key: str) -> bool:
        """Return whether the operator has given this key."""
        return self.source.get(key) is not None

    def wrong(self, key: str, problem: str, hint: str, value: object = None) -> Problem:
        """Return a problem with one key; `value` is the offending object if it is not the key's own value."""
        found = self.source.get(key) if value is None else value
        return Problem(f"{self.at}{self.joint}{key}", problem, traceable(self.source, key, found), hint)

    def absent(self, key: str, problem: str) -> Problem:
        """Return the problem that a key is needed, with its description for a hint."""
        where = f"{self.at}{self.joint}{key}"
        return Problem(where, problem, self.source, _to_write(keys(type(self))[key], key))


def keys(model: type[Model]) -> dict[str, Key]:
    """Return the declared keys of a model by the names they are written with.

    A field that would be a word of Python's own has an underscore after it: `global_` is written `global`.
    """
    if model not in _KEYS:
        _KEYS[model] = _declared(model)
    return _KEYS[model]


_KEYS: dict[object, dict[str, Key]] = {}


def _declared(model: type[Model]) -> dict[str, Key]:
    found = {}
    for each in fields(model):
        if _KEY in each.metadata:
            parse, doc, needed, secret = each.metadata[_KEY]
            name = each.name.rstrip("_")
            found[name] = Key(name, each.name, parse, doc, needed, each.default, secret)
    return found


def traceable(data: Mapping[object, object], key: str, value: object) -> object:
    """Return the value, or the key beside it when the value is one that cannot carry its origin."""
    if value is None or isinstance(value, bool):
        return next((known for known in data if known == key), data)
    return value


def _unknown(model: type[Model], data: Mapping[object, object], path: str) -> Iterator[Problem]:
    """Yield the keys nobody knows; they come first, for a misspelt key is why another one is missing."""
    known = keys(model)
    for key in data:
        if not isinstance(key, str) or key not in known:
            hint = nearest(key, known, f"the keys known here are: {', '.join(sorted(known))}")
            if key in model.instead:
                hint = f"write the key {model.instead[str(key)]} instead, from which Evergate writes it"
            if isinstance(key, bool):
                hint = f"YAML reads on, off, yes and no as true and false; {hint}"
            yield Problem(f"{path}{model.joint}{key}", "is not a known key", key, hint)


def _read(
    model: type[Model], data: Mapping[object, object], path: str, found: dict[str, Any]
) -> Iterator[Problem]:
    """Put the parsed value of every known key into `found`; yield what is wrong with the others."""
    known = keys(model)
    for name, value in data.items():
        key = known.get(name) if isinstance(name, str) else None
        if key is None or value is None:
            continue
        try:
            found[key.field] = key.parse(value, f"{path}{model.joint}{name}")
        except InvalidData as error:
            if error.rest is not None:
                found[key.field] = error.rest
            for each in error.problems:
                yield replace(
                    each, value=traceable(data, key.name, each.value), secret=each.secret or key.secret
                )


def _missing(model: type[Model], data: Mapping[object, object], path: str) -> Iterator[Problem]:
    for key in keys(model).values():
        if key.required and data.get(key.name) is None:
            where = f"{path}{model.joint}{key.name}"
            name = where if model.joint == "_" else key.name
            yield Problem(where, "is missing", data, _to_write(key, name))


def _to_write(key: Key, name: str) -> str:
    """Return a missing key's description under its name, without the markup of Ansible's documentation."""
    plain = re.sub(r"\b[VOC]\(((?:[^()\\]|\\.|\([^()]*\))*)\)", r"\1", key.doc)
    plain = re.sub(r"^[a-z0-9-]+: ", "", plain)  # the action whose key it is, which the problem names
    return f"write {name}: " + re.sub(r"\\(.)", r"\1", plain)
