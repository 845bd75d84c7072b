"""Whether HAProxy's servers serve no less after a change than before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .backend import Backend
from .haproxy_text import Section, defaults_of
from .runtime import ServerState

Servers = Mapping[tuple[str, str], ServerState]
States = Mapping[str, ServerState]  # of one backend
_UNRESOLVED = "MAINT (resolution)"
_DOWN = ("DOWN", "MAINT", "DRAIN")
_USUAL_INTER = 2.0  # s (configuration manual, section 5.2, "inter")
_UNITS = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The servers that a backend's lines put into use, by name; those of a template are a group."""

    servers: tuple[str, ...]
    templates: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all."""
        return (*self.servers, *(name for template in self.templates for name in template))


@dataclass(frozen=True, slots=True)
class Findings:
    """What is less than before, and which servers, by BACKEND/SERVER, HAProxy has not checked again yet.

    `dead` is whether a backend has gone down as a whole, so that waiting costs requests; `nameless` the same
    of one whose servers' names are being resolved, which is soon over.
    """

    missing: tuple[str, ...]
    unchecked: tuple[str, ...]
    dead: bool = False
    nameless: bool = False


def wanted(sections: Sequence[Section]) -> dict[str, Wanted]:
    """Return what each backend's lines want, by its name."""
    return {each.name: _wanted(each) for each in backends(sections)}


def backends(sections: Sequence[Section]) -> Iterator[Backend]:
    """Yield what has servers and is in use."""
    for place, section in enumerate(sections):
        if section.kind in ("backend", "listen") and "disabled" not in section.lines:
            yield Backend(section, defaults_of(sections, place))


def slowest_check(sections: Sequence[Section]) -> float:
    """Return the longest time between two checks of a server, in seconds; 0 if none is checked."""
    settings = [
        server.settings or {} for backend in backends(sections) for server in backend.servers.values()
    ]
    return max((seconds(each.get("inter", "")) for each in settings if "check" in each), default=0.0)


def seconds(text: str) -> float:
    """Return a duration as HAProxy writes it (manual, section 2.5) in seconds; if it is none, the usual."""
    match = re.fullmatch(r"(\d+)(us|ms|s|m|h|d|)", text)
    return int(match[1]) * _UNITS[match[2]] if match else _USUAL_INTER


def is_up(server: ServerState) -> bool:
    """Return whether it gets new sessions and no check fails: `UP 1/3` is on its way, whichever."""
    return server.status in ("UP", "no check") or server.status.startswith("UP (")


def judge(before: Servers, now: Servers, wanted: Mapping[str, Wanted]) -> Findings:
    """Return what is less than before.

    Of a backend as many servers have to be up as were, or as its lines put into use: neither those that were
    down already count, nor those that an operator has taken out. A new server has to be known by address and
    checked, not to be up; one of a backend that came while another one went has to be up, however.
    """
    old, new = _grouped(before), _grouped(now)
    gone = sorted(
        name for name, states in old.items() if name not in wanted and any(map(is_up, states.values()))
    )
    missing: list[str] = []
    unchecked: list[str] = []
    dead = nameless = False
    for name, want in wanted.items():
        was, has = old.get(name, {}), new.get(name, {})
        less = [
            *_too_few(name, was, has, want),
            *(_replaced(name, has, want, gone) if name not in old else ()),
        ]
        missing += [*less, *_strangers(name, was, has, want)]
        if less and _are_down(has, want):
            resolving = any(has[each].status == _UNRESOLVED for each in want.names)
            dead, nameless = dead or not resolving, nameless or resolving
        again = [each for each in want.names if each in was and _is_unchecked(has.get(each), was[each])]
        unchecked += [f"{name}/{each}" for each in again]
    return Findings(tuple(missing), tuple(unchecked), dead, nameless)


def _wanted(backend: Backend) -> Wanted:
    own = [name for name, each in backend.servers.items() if "disabled" not in (each.settings or {})]
    return Wanted(tuple(own), tuple(_template(line.split()) for line in backend.section.lines if _many(line)))


def _many(line: str) -> bool:
    return re.match(r"server-template \S+ \d+(-\d+)? \S", line) is not None


def _template(words: Sequence[str]) -> tuple[str, ...]:
    first, _, last = words[2].rpartition("-")
    return tuple(f"{words[1]}{number}" for number in range(int(first or 1), int(last) + 1))


def _grouped(servers: Servers) -> dict[str, States]:
    found: dict[str, dict[str, ServerState]] = {}
    for (backend, name), state in servers.items():
        found.setdefault(backend, {})[name] = state
    return {**found}


def _too_few(backend: str, old: States, new: States, want: Wanted) -> Iterator[str]:
    was = sum(map(is_up, old.values()))
    up = sum(is_up(new[name]) for name in want.names if name in new)
    able = [
        name for name in want.names if not _is_out(new.get(name)) and (name not in old or is_up(old[name]))
    ]
    if up < min(was, len(able)):
        down = [_told(name, new.get(name)) for name in able if name not in new or not is_up(new[name])]
        plural = "server" if up == 1 else "servers"
        yield f"backend {backend} has {up} {plural} up, {was} before: {', '.join(down)}"


def _is_out(server: ServerState | None) -> bool:
    """Return whether an operator has taken it out."""
    return (
        server is not None and server.status.startswith(("MAINT", "DRAIN")) and server.status != _UNRESOLVED
    )


def _is_unchecked(server: ServerState | None, old: ServerState) -> bool:
    """Return whether it is up for its file of states says so, and its check has yet to agree."""
    waits = server is not None and is_up(server) and server.check.endswith("INI")
    return waits and not old.check.endswith("INI")


def _strangers(backend: str, old: States, new: States, want: Wanted) -> Iterator[str]:
    """Yield which new servers HAProxy cannot use, or does not know enough of."""
    groups: list[tuple[str, ...]] = [(name,) for name in want.servers if name not in old]
    groups += [names for names in want.templates if old.keys().isdisjoint(names)]
    for names in groups:
        states = [new.get(name) for name in names]
        if all(each is None or each.status == _UNRESOLVED for each in states):
            yield f"{backend}/{names[0]} has no address: its name cannot be resolved"
        elif any(each is not None and each.check.endswith("INI") and not _is_out(each) for each in states):
            yield f"{backend}/{names[0]} has not been checked yet"


def _replaced(backend: str, new: States, want: Wanted, gone: Sequence[str]) -> Iterator[str]:
    """Yield that a new backend serves nothing while others went: it may be one of them, renamed."""
    able = [each for each in want.names if not _is_out(new.get(each))]
    if gone and able and not any(is_up(new[each]) for each in able if each in new):
        down = ", ".join(_told(each, new.get(each)) for each in able)
        yield f"backend {backend} is new, {', '.join(gone)} is gone, and no server is up: {down}"


def _are_down(servers: States, want: Wanted) -> bool:
    """Return whether none of them serves, nor is about to: `DOWN 1/2` is."""
    return all(name in servers and servers[name].status.split(" (")[0] in _DOWN for name in want.names)


def _told(name: str, server: ServerState | None) -> str:
    if server is None:
        return f"{name} is missing"
    check = " ".join(word for word in (server.check.lstrip("* "), server.detail) if word)
    return f"{name} {server.status}" + (f", {check}" if check else "")
