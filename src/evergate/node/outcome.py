"""What comes of a change, or would, and how it may fail after it has begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .files import Difference


class Undone(Exception):
    """It was applied and failed; the previous configuration serves again. `words` say what failed."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Broken(Exception):
    """It failed, and so did the way back. `words` say what failed, and what to look at."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: its differences, how the daemon would take it, and why.

    `cut_off` tells of a change that is in progress or was cut off: it would be taken back first, or else is
    empty. The kinds are those of `Service.plan`, or `start`.
    """

    differences: tuple[Difference, ...]
    kind: str
    reasons: tuple[str, ...]
    cut_off: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change has done, as `Preview` has it; `cut_off` tells of a change that was taken back first."""

    kind: str
    reasons: tuple[str, ...]
    differences: tuple[Difference, ...]
    cut_off: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Who changes something, why, and when."""

    who: str
    why: str
    now: datetime
