"""Whether a backend would have no server at all after a change, found out before it costs a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .backend import Backend
from .haproxy_proof import Servers, backends, is_up, judge, wanted
from .haproxy_text import Section
from .runtime import ServerState
from .server_line import Server

Place = tuple[str, int]
_TRIES = 5  # of a backend: where one server is alive, the proof knows the rest better
_OTHER_WAYS = ("source", "usesrc", "socks4", "namespace", "interface")
_UP = ServerState("UP", "", 0, 1)


def forsaken(
    old: Sequence[Section], new: Sequence[Section], now: Servers, refusal: Callable[[str, int], str]
) -> tuple[str, ...]:
    """Return which backends would go down as a whole, in the words of the proof.

    `refusal` tries to connect to an address and a port, and returns why that fails, or nothing. It is asked
    only where no server is left that is up now.
    """
    known: dict[Place, ServerState] = {}
    own: dict[tuple[str, str, Place], ServerState] = {}
    for backend in backends(old):
        for name, server in backend.servers.items():
            state = now.get((backend.name, name))
            if server.place is not None and state is not None:
                own[backend.name, name, server.place] = state
                if server.place not in known or is_up(state):  # another backend may ask it something else
                    known[server.place] = state
    expected: dict[tuple[str, str], ServerState] = {}
    for backend in backends(new):
        states = {
            name: own.get((backend.name, name, server.place), known.get(server.place))
            for name, server in backend.servers.items()
            if server.place is not None
        }
        expected |= {(backend.name, name): each for name, each in _expected(backend, states, refusal).items()}
    found = judge(now, expected, wanted(new))
    return found.missing if found.dead else ()


def _expected(
    backend: Backend, known: Mapping[str, ServerState | None], refusal: Callable[[str, int], str]
) -> dict[str, ServerState]:
    states = {name: known.get(name) for name in backend.servers}
    if any(state is not None and is_up(state) for state in states.values()):
        return {name: state or _UP for name, state in states.items()}
    found: dict[str, ServerState] = {}
    for tried, (name, server) in enumerate(backend.servers.items()):
        found[name] = states[name] or (_tried(server, refusal) if tried < _TRIES else _UP)
        if is_up(found[name]):
            return {each: states[each] or _UP for each in states} | found
    return found


def _tried(server: Server, refusal: Callable[[str, int], str]) -> ServerState:
    settings = server.settings
    if server.place is None or settings is None or any(way in settings for way in _OTHER_WAYS):
        return _UP  # only HAProxy finds out
    reason = refusal(*server.place)
    return ServerState("DOWN", "", 0, 1, reason) if reason else _UP
