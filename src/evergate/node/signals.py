"""A change that a lost connection does not stop half way, and a termination turns back.

The programs that it runs inherit what it ignores, and are not stopped half way either. The daemons do not:
they are systemd's children.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_IGNORED = (signal.SIGHUP, signal.SIGPIPE)


class Stopped(Exception):
    """The process was asked to end (SIGTERM); it is asked only once."""

    def __init__(self) -> None:
        super().__init__("stopped by SIGTERM")


def _stop(number: int, frame: FrameType | None) -> None:
    ignore_termination()
    raise Stopped


def ignore_termination() -> None:
    """From now on end only when done; for the way back, which is not turned back itself."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore that the connection is gone, and raise Stopped for a SIGTERM, wherever the process is then.

    Only for the main thread. Afterwards all is as it was.
    """
    former = {each: signal.signal(each, signal.SIG_IGN) for each in _IGNORED}
    former[signal.SIGTERM] = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
