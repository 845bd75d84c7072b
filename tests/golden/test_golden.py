"""Whole files, byte for byte, as the daemons of both Debian releases accept them without a warning."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import beside
import pytest
import yaml

from evergate import app_server, links
from evergate.model.app_server import App
from evergate.model.haproxy import check, rule
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.model import Model, keys
from evergate.render.keepalived import config as keepalived
from evergate.render.keepalived import second_chance

GOLDEN = Path(__file__).parent
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/input.yml"))
ROOTS: Mapping[str, type[Model]] = {"haproxy": HaproxyConfig, "keepalived": KeepalivedConfig}
# What a section of an input is rendered to: its files by their names.
FILES: dict[str, Callable[[object], dict[str, str]]] = {
    "haproxy": lambda data: beside.written(HaproxyConfig.from_data(data)),
    "keepalived": lambda data: _keepalived(KeepalivedConfig.from_data(data)),
    "app_server": lambda data: {
        "app.service": app_server.render_unit(App.from_data(data)),
        "app.env": app_server.render_environment(App.from_data(data).environment),
    },
}


def _keepalived(config: KeepalivedConfig) -> dict[str, str]:
    others = {each["path"].removeprefix("/etc/"): each["content"] for each in second_chance.files(config)}
    return {"keepalived.conf": keepalived.render(config), **others}


@cache
def read(case: str) -> dict[str, Any]:
    """Return the input of a case."""
    data = yaml.safe_load((GOLDEN / case / "input.yml").read_text())
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("case", CASES)
def test_the_input_renders_to_the_golden_files(case: str) -> None:
    rendered: dict[str, str] = {}
    for section, data in read(case).items():
        rendered |= FILES[section](data)
    found = {
        str(path.relative_to(GOLDEN / case)): path.read_bytes().decode()
        for path in (GOLDEN / case).rglob("*")
        if path.is_file() and path.name != "input.yml" and "given" not in path.parts
    }
    for name in rendered:
        assert rendered[name] == found.get(name), name
    assert set(found) == set(rendered)


def declared(model: type[Model]) -> Iterator[type[Model]]:
    """Yield a class of models and all that its keys can hold, without what the play hands in."""
    yield model
    hints = get_type_hints(model)
    for key in (each for each in keys(model).values() if each.field not in model.handed):
        for inside in _models(hints[key.field]):
            yield from declared(inside)


def _models(hint: Any) -> Iterator[type[Model]]:
    if isinstance(hint, type) and issubclass(hint, Model):
        yield hint
    for each in get_args(hint):
        yield from _models(each)


def owner(model: type[Model], field: str) -> str:
    """Return the class that declares a field, so that what several have in common is asked for once."""
    return next(each.__name__ for each in model.__mro__ if field in inspect.get_annotations(each))


@cache
def used() -> frozenset[str]:
    """Return `Class.key` for every key that a golden input gives."""
    parsed = (
        ROOTS[name].from_data(read(case)[name]) for case in CASES for name in ROOTS if name in read(case)
    )
    return frozenset(
        f"{owner(type(model), key.field)}.{key.name}"
        for config in parsed
        for model in links.every(config)
        for key in keys(type(model)).values()
        if model.has(key.name)
    )


@pytest.mark.parametrize("root", ROOTS)
def test_every_key_is_used_in_a_golden_input(root: str) -> None:
    there_are = {
        f"{owner(model, key.field)}.{key.name}"
        for model in declared(ROOTS[root])
        for key in keys(model).values()
    }
    assert len(there_are) > 100
    assert there_are - used() == set()


def test_every_key_of_an_app_server_is_used_in_the_full_example() -> None:
    assert {name.rstrip("_") for name in App.__slots__} <= set(read("every_key")["app_server"])


@pytest.mark.parametrize(
    ("key", "actions"),
    [
        ("http_request", rule.HTTP_REQUEST),
        ("http_response", rule.HTTP_RESPONSE),
        ("http_after_response", rule.HTTP_AFTER_RESPONSE),
        ("tcp_request", {f"{stage} {each}" for stage, known in rule.TCP_REQUEST.items() for each in known}),
        ("tcp_response", rule.TCP_RESPONSE),
    ],
)
def test_every_action_is_used_in_the_full_example(key: str, actions: Mapping[str, str]) -> None:
    config = HaproxyConfig.from_data(read("every_key")["haproxy"])
    sections = (*config.frontends, *config.backends, *config.listens)
    rules = [each for section in sections for each in getattr(section, key, ())]
    stages = {f"{each.stage} " for each in rules} if key == "tcp_request" else {""}
    assert stages and {_action(each) for each in rules} == set(actions)


def _action(each: rule.Rule) -> str:
    return f"{each.stage} {each.action}" if isinstance(each, rule.TcpRequestRule) else each.action


def test_every_type_of_check_is_used_in_the_full_example() -> None:
    config = HaproxyConfig.from_data(read("every_key")["haproxy"])
    types = {each.check.type for each in (*config.backends, *config.listens)}
    assert set(check.TYPES) <= types
