"""A reload of HAProxy that says whether it was one: its master keeps the old worker if it was not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from .haproxy_master import Processes, verdict
from .haproxy_system import System
from .haproxy_words import said
from .service import Refused

_PATIENCE = 60.0  # s: HAProxy reads its configuration again, and looks up its names
_LOGGED = 1.0  # s, for the journal to have what was said
_POLL = 0.1  # s


def reload(system: System) -> None:
    """Reload HAProxy through its unit, or start it if it has died; return when the new worker answers.

    Raises Refused with HAProxy's own words. The servers' states are saved by the unit.
    """
    since, former, worker = system.now(), system.processes(), system.worker()
    verb = "reload" if system.runs() else "restart"
    failure = system.systemctl(verb)
    if failure is not None:
        system.check((), Path("/"))  # the unit's own check is silent, this one raises what is the matter
        words = _logged(system, since, worker) or failure
        raise Refused(f"systemctl could not {verb} it: {words}")
    if not _took(system, former, worker):
        words = _startup(system, worker) or _logged(system, since, worker)
        raise Refused(f"the new process did not start: {words or 'it does not say why'}")


def _took(system: System, former: Processes | None, worker: int | None) -> bool:
    """Return whether a new worker takes the place of the old one, which may take a while."""
    until = system.clock() + _PATIENCE
    while system.clock() < until:
        now = system.processes()
        took = verdict(former, now) if former and now else None
        current = system.worker()
        if took is False or (now is None and current is None and not system.runs()):
            return False
        if current not in (None, worker) and (took is None or now is None or current == now.worker):
            return True
        system.sleep(_POLL)
    return False


def _startup(system: System, worker: int | None) -> str:
    with suppress(OSError):
        return "; ".join(said(system.master.startup_logs(), "ALERT", {worker}))
    return ""


def _logged(system: System, since: float, worker: int | None) -> str:
    until = system.clock() + _LOGGED
    while True:
        words = "; ".join(said(system.journal(since), "ALERT", {worker}))
        if words or system.clock() >= until:
            return words
        system.sleep(_POLL)
