"""Which faults a drill makes, in which order and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from evergate import values
from evergate.drill.faults import FAULTS, Fault, catalogue, commands, known
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.reading import repeated, some

MOST_ROUNDS = 100

T = TypeVar("T")


def plan(names: object, own: object, repeat: object) -> list[dict[str, object]]:
    """Return each round of each fault, with all that running it takes; raise InvalidData.

    name, round, where, text, lasts and title are the catalogue's, and so are seconds, None if any will do. A
    fault has `repeat` rounds, counted from 1, one after the other; a stress has one, as it lasts long.
    """
    problems: list[Problem] = []
    every = _or_told(problems, lambda: catalogue(own), dict(FAULTS))
    wanted: tuple[str, ...] = _or_told(problems, lambda: _names(names), tuple[str, ...]())
    rounds = _or_told(problems, lambda: values.integer(1, MOST_ROUNDS)(repeat, "drill_repeat"), 1)
    problems += _unmakeable(wanted, every, own)
    if problems:
        raise InvalidData(problems)
    return [
        _step(every[name], number)
        for name in wanted
        for number in range(1, (1 if every[name].once else rounds) + 1)
    ]


def _or_told(problems: list[Problem], parse: Callable[[], T], otherwise: T) -> T:
    """Return what is parsed; else add its problems to the others and return something to go on with."""
    try:
        return parse()
    except InvalidData as error:
        problems += error.problems
        return otherwise


def _names(value: object) -> tuple[str, ...]:
    """Return the faults' names as they were written; there is at least one, and none twice."""
    names = some(_name)(value, "drill_faults")
    for index, name in repeated(names, str):
        hint = "write it once; drill_repeat says how often each is made"
        raise refused(f"drill_faults[{index}]", f"{quoted(name)} stands there twice", name, hint)
    return names


def _name(value: object, path: str) -> str:
    known(value, path)
    return values.text(value, path)


def _unmakeable(wanted: tuple[str, ...], every: dict[str, Fault], own: object) -> list[Problem]:
    """Return a problem for each fault that can't be made; what is wrong in `own` is told already."""
    told = own if isinstance(own, Mapping) else {}
    problems: list[Problem] = []
    for index, name in enumerate(wanted):
        try:
            if name not in told:
                commands(every[name], f"drill_faults[{index}]", name)
        except InvalidData as error:
            problems += error.problems
    return problems


def _step(fault: Fault, number: int) -> dict[str, object]:
    return {
        "name": fault.name,
        "round": number,
        "where": fault.where,
        "text": fault.text,
        "lasts": fault.lasts,
        "title": fault.title,
        "seconds": fault.seconds,
    }
