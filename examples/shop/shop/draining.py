"""The announcement that this server is about to stop, shared by gunicorn's master and its workers."""

from __future__ import annotations

import mmap


class Drain:
    """A flag in anonymous shared memory: raised in the master, seen by every worker at its next request.

    No signal has to reach a worker and no file is written; a worker forked during the drain sees it too.
    """

    __slots__ = ("_flag",)

    def __init__(self) -> None:
        self._flag = mmap.mmap(-1, 1)

    def begin(self) -> None:
        """Announce the stop. Safe in a signal handler: it stores one byte and takes no lock."""
        self._flag[0] = 1

    @property
    def begun(self) -> bool:
        """True once the stop has been announced, in any process that shares this flag."""
        return self._flag[0] == 1


# Made when gunicorn.conf.py imports this module, hence before the first fork: the workers inherit it.
DRAIN = Drain()
