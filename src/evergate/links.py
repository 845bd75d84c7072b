"""What holds between the parts of one configuration: names that point at things, and names given twice.

Every model says by its declarations what it refers to (`reference`) and what must be its own (`identity`);
the rules themselves stand here, once for all sections.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args, get_type_hints

from evergate import releases
from evergate.errors import Problem, nearest, quoted
from evergate.model.haproxy.reference import Reference
from evergate.model.model import Key, Model, keys
from evergate.reading import Each, OneOrMany, repeated
from evergate.releases import Version


def every(model: Model) -> Iterator[Model]:
    """Yield the model and all models inside it, in the order of the data."""
    yield model
    for name in _children(type(model)):
        yield from _inside(getattr(model, name))


def _inside(value: object) -> Iterator[Model]:
    if isinstance(value, Model):
        yield from every(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _inside(item)


_CHILDREN: dict[type[Model], tuple[str, ...]] = {}


def _children(model: type[Model]) -> tuple[str, ...]:
    """Return the fields that hold models, by their annotations."""
    if model not in _CHILDREN:
        hints = get_type_hints(model)
        _CHILDREN[model] = tuple(
            key.field
            for key in keys(model).values()
            if key.field not in model.handed and _mentions_a_model(hints[key.field])
        )
    return _CHILDREN[model]


def _mentions_a_model(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, Model):
        return True
    return any(_mentions_a_model(each) for each in get_args(hint))


def dangling(config: Model, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Yield the references to what does not exist; `known` holds the names there are for each kind."""
    for model in every(config):
        for key, to in _references(type(model)):
            if key.name in model.source and to.to in known:
                yield from _unknown(model, key, to, known[to.to])


def _unknown(model: Model, key: Key, to: Reference, known: Collection[str]) -> Iterator[Problem]:
    value = getattr(model, key.field)
    for name in value if isinstance(value, tuple) else (value,):
        if name is not None and name not in known:
            none_yet = f"there are none yet; declare it in {to.where}"
            there_are = f"write one of: {', '.join(sorted(known))}" if known else none_yet
            if to.to == "groups":
                there_are += "; a group without hosts counts for nothing"
            problem = f"there is nothing named {quoted(name)} in {to.where}"
            yield model.wrong(key.name, problem, nearest(name, known, there_are), name)


_REFERENCES: dict[type[Model], tuple[tuple[Key, Reference], ...]] = {}


def _references(model: type[Model]) -> tuple[tuple[Key, Reference], ...]:
    """Return the keys of a model that refer to something, and to what kind of things."""
    if model not in _REFERENCES:
        found = []
        for key in keys(model).values():
            parse = key.parse.parse if isinstance(key.parse, (Each, OneOrMany)) else key.parse
            if isinstance(parse, Reference):
                found.append((key, parse))
        _REFERENCES[model] = tuple(found)
    return _REFERENCES[model]


def referred(config: Model, to: str) -> set[str]:
    """Return the names of one kind that something in the configuration refers to."""
    found: set[str] = set()
    for model in every(config):
        for key, kind in _references(type(model)):
            value = getattr(model, key.field) if kind.to == to else None
            found |= set(value) if isinstance(value, tuple) else {value} if value is not None else set()
    return found


def given_twice(config: Model) -> Iterator[Problem]:
    """Yield the items of a list whose identity an earlier item of the same list has already."""
    for model in every(config):
        for name in _children(type(model)):
            items = getattr(model, name)
            identity = _identity(items)
            if identity is None:
                continue
            for _, item in repeated(items, lambda each, by=identity: getattr(each, by)):  # type: ignore[misc]
                problem = f"{quoted(getattr(item, identity))} stands here a second time"
                yield item.wrong(identity, problem, "give every one its own name, or delete one of them")


def _identity(items: object) -> str | None:
    if isinstance(items, tuple) and items and isinstance(items[0], Model):
        return items[0].identity
    return None


def too_new(config: Model, since: Mapping[str, Version], version: Version, daemon: str) -> Iterator[Problem]:
    """Yield what the daemon's version does not have yet; `since` is the table of `evergate.releases`."""
    for model in every(config):
        kind = type(model).__name__
        for key, value in model.source.items():
            chosen = f"{kind}.{key}={value}" if isinstance(value, (str, bool)) else ""
            for feature in (f"{kind}.{key}", chosen):
                if since.get(feature, version) > version and model.has(str(key)):
                    needed = releases.written(since[feature])
                    problem = f"needs {daemon} {needed}; this pair has {releases.written(version)}"
                    hint = f"leave it out, or upgrade the pair: {releases.origin(daemon, since[feature])}"
                    yield model.wrong(str(key), problem, hint)
