"""What is wrong with the data, told in words an operator can act on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_LONGEST_QUOTE = 60

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `path` leads into the data (`haproxy_frontends[0].port`), `problem` says what is wrong there in lower
    case, `hint` says what to write instead. `value` is the offending object itself, never a copy: Ansible
    has tagged it with the file, line and column it was read from, and any string operation would lose that.
    What is `secret` may be located but never shown, neither the value nor its line.
    """

    path: str
    problem: str
    value: object
    hint: str
    secret: bool = False

    def __str__(self) -> str:
        """Return path and problem on one line, without the hint."""
        return f"{self.path}: {self.problem}"


class InvalidData(Exception):
    """The data cannot be used; `problems` holds every reason found, in the order of the data.

    `rest` is what was right beside it, for a caller that goes on to look for further problems.
    """

    def __init__(self, problems: Iterable[Problem], rest: object = None) -> None:
        """Keep the problems, and of those that say the same the first."""
        kept: dict[str, Problem] = {}
        for problem in problems:
            kept.setdefault(str(problem), problem)
        self.problems = tuple(kept.values())
        self.rest = rest
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return the first problem, then every other one with its hint, one to a line."""
        first, *others = self.problems
        return "\n".join([str(first), *(f"also {other}; {other.hint}" for other in others)])

    @property
    def value(self) -> object:
        """Return the first problem's offending object, whose line Ansible shows; None if it is secret."""
        return None if self.problems[0].secret else self.problems[0].value

    @property
    def hint(self) -> str:
        """Return the first problem's hint."""
        return self.problems[0].hint

    def in_order(self, place: Callable[[object], Place | None]) -> InvalidData:
        """Return the same problems in the order of file, line and column; those without a place come last."""
        places = {id(problem): place(problem.value) for problem in self.problems}
        placed = [problem for problem in self.problems if places[id(problem)] is not None]
        others = [problem for problem in self.problems if places[id(problem)] is None]
        return InvalidData([*sorted(placed, key=lambda each: places[id(each)] or ("", 0, 0)), *others])

    def listing(self, place: Callable[[object], Place | None]) -> str:
        """Return a count, then for each problem its place, what is wrong and what to write instead."""
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count > 1 else ''} in the inventory; no host was contacted"]
        for problem in self.problems:
            found = place(problem.value)
            lines += ["", ":".join(map(str, found)) if found else "somewhere outside the inventory's files"]
            lines += [f"  {problem}", f"  {problem.hint}"]
        return "\n".join(lines)


def refused(path: str, problem: str, value: object, hint: str) -> InvalidData:
    """Return an error with a single problem, ready to raise."""
    return InvalidData([Problem(path, problem, value, hint)])


def quoted(value: object) -> str:
    """Return the value as a message shows it: a scalar in quotes, anything larger by its kind."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def nearest(word: object, known: Iterable[str], otherwise: str) -> str:
    """Return `did you mean …?` with the known word closest to `word`, or `otherwise` when none is close."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"did you mean {quoted(close[0])}?" if close else otherwise
