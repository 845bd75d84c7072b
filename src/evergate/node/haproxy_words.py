"""What HAProxy says on its standard error, without what an operator has no use for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_LINE = re.compile(r"(?:<\d>)?\[(ALERT|WARNING|NOTICE|DEBUG|DIAG)\]\s+\((\d+)\) : (?:config : )?(.*)")
# They say only that there was something before them.
_EMPTY = re.compile(
    r"Fatal errors found in configuration\.|Error\(s\) found in configuration file : .*"
    r"|.*Some protocols failed to start their listeners! Exiting\.|Loading failure!"
)


def said(text: str, level: str, without: Collection[int | None] = ()) -> list[str]:
    """Return what a text says at a level, `ALERT` or `WARNING`, in its order and each only once.

    `without` are process numbers, such as that of a worker which is not asked. Lines that follow a message
    and have no beginning of their own belong to it.
    """
    found = [words for kind, pid, words in _messages(text) if kind == level and pid not in without]
    return list(dict.fromkeys(words for words in found if not _EMPTY.fullmatch(words)))


def reason(text: str, without: Collection[int | None] = ()) -> str:
    """Return why HAProxy refused something: its alerts, or all that it said if there are none."""
    return "; ".join(said(text, "ALERT", without)) or " ".join(text.split())


def _messages(text: str) -> Iterator[tuple[str, int, str]]:
    kind, pid, words = "", 0, ""
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            yield kind, pid, words
            kind, pid, words = match[1], int(match[2]), match[3].strip()
        elif line.strip():
            words += f" {line.strip()}"
    yield kind, pid, words
