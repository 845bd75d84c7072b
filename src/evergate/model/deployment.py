"""How an operator wants a release to be rolled out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import quoted, refused
from evergate.model.model import Model, defaulted, optional

_LONGEST = 86_400  # s, a day


def _batch(value: object, path: str) -> str:
    """Return how many servers at a time, as a number or as a percentage of all of them."""
    text = str(value)
    found = re.fullmatch(r"([1-9][0-9]{0,3})(%?)", text, re.ASCII)
    if not found or (found[2] and int(found[1]) > 100):
        hint = "write how many servers at a time, such as 2, or a part of them, such as 50%"
        raise refused(path, f"{quoted(value)} is no size of a batch", value, hint)
    return text


def _percent(value: object, path: str) -> float:
    """Return a percentage; `-e` gives texts."""
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text, re.ASCII) or float(text) > 100:
        raise refused(path, f"{quoted(value)} is no percentage", value, "write 0 to 100, such as 1 or 0.5")
    return float(text)


_seconds = values.integer(0, _LONGEST, "a number of seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Model):
    """One rollout. The fields are the operator's variables `deploy_<field>`; times are in seconds."""

    home: ClassVar[str] = "deploy"
    joint: ClassVar[str] = "_"

    canary: str | None = optional(values.text, "The server that gets it first.")
    batch: str = defaulted(_batch, "Servers at a time after the canary, as a number or a percentage.", "50%")
    pause: int = defaulted(_seconds, "How long the canary serves before it is judged.", 30)
    max_error_percent: float = defaulted(_percent, "So many of its requests may fail.", 1.0)
    patience: int = defaulted(_seconds, "How long clients have to finish what they do.", 60)
    keep: int = defaulted(values.integer(1, 1000), "Releases that stay on a server.", 3)

    def size(self, everyone: int) -> int:
        """Return how many servers a batch has, of so many."""
        number = int(self.batch.rstrip("%"))
        return max(1, everyone * number // 100) if self.batch.endswith("%") else number
