"""Trouble on demand, so that one can see what a load balancer makes of a server that fails or is slow."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

from flask import abort

LONGEST_SECONDS = 300.0

_ORDER = re.compile(r"(error|slow) ([0-9]{1,3}(?:\.[0-9]{1,3})?)\s*", re.ASCII)
_NONE = ("", 0.0)


class Trouble:
    """What a file asks for: `error 50` (percent of the requests) or `slow 3` (seconds), nothing else.

    The file is read when it has changed, not for each request; without one, or with anything else in it, the
    server is well.
    """

    __slots__ = ("_file", "_known")

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: tuple[tuple[int, ...], tuple[str, float]] = ((), _NONE)

    def wanted(self) -> tuple[str, float]:
        """The kind of trouble and how much of it, in percent or seconds; `("", 0.0)` for none."""
        try:
            found = os.stat(self._file)
            state = (found.st_mtime_ns, found.st_size, found.st_ino)
            if state != self._known[0]:
                # One assignment, for other threads come by here.
                self._known = (state, _parsed(self._file.read_text(encoding="ascii")))
        except (OSError, UnicodeDecodeError):
            return _NONE
        return self._known[1]

    def make(self) -> None:
        """Fail or delay the request at hand, if that is wanted; for Flask's `before_request`."""
        kind, much = self.wanted()
        if kind == "slow":
            time.sleep(min(much, LONGEST_SECONDS))
        elif kind == "error" and random.uniform(0, 100) < much:
            abort(500)


def _parsed(text: str) -> tuple[str, float]:
    match = _ORDER.fullmatch(text)
    return _NONE if match is None else (match[1], float(match[2]))
