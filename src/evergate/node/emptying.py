"""A HAProxy that nobody is connected to any more, so that it can be stopped without a lost request."""

from __future__ import annotations

from contextlib import suppress

from .haproxy_reload import reload
from .haproxy_system import System

_POLL = 0.2  # s


def empty(patience: float, system: System | None = None) -> int:
    """Reload HAProxy and wait until its former workers have ended; return how many are left.

    For a node that has handed its VIPs over, and gets only what belongs to connections from before. The
    former worker answers what is asked and closes (`idle-close-on-response`), so clients go where the VIP
    is. `patience` is in seconds; its own is `hard-stop-after`. Raises Refused if it cannot be reloaded.
    """
    system = system or System()
    if not system.runs():
        return 0
    reload(system)
    give_up = system.clock() + patience
    while (left := _leaving(system)) and system.clock() < give_up:
        system.sleep(_POLL)
    return left


def _leaving(system: System) -> int:
    """Return how many former workers there are; one at least while the master itself starts anew."""
    with suppress(OSError):
        return system.master.leaving()
    return 1
