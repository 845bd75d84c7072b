"""Which faults a run of chaos makes, on which hosts, when and for how long: all of it decided by one number.

Two faults overlap only if the service can bear both: one of a load balancer beside one of an app server. What
takes all nodes or all servers at once stands alone, and the pair has time to heal before the next fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from evergate import values
from evergate.drill.faults import Fault, catalogue
from evergate.drill.plan import plan
from evergate.errors import refused
from evergate.reading import each

MOST_MINUTES = 59  # prober and watcher go on for an hour at most
LEAD = 5.0  # s before the first fault
LASTS = (3, 6)  # s, a fault
# s without a fault between two; a node that was stopped may have to boot.
GAP, GAP_AFTER_STOP = (6.0, 10.0), (12.0, 16.0)
BESIDE = 3  # one in so many faults of a load balancer has one of an app server beside it

_SERVER = "app_server"
_ALONE = ("nodes", "app_servers")

# What takes longer than chaos has, in its own way unless the inventory has another.
_SHORT = {
    "haproxy_reloaded": {
        "text": "HAProxy reloaded 10 times",
        "inflict": "for _ in $(seq 10); do systemctl reload haproxy.service; sleep 0.1; done",
        "heal": "systemctl start haproxy.service",
    }
}


@dataclass(slots=True)
class _Bag:
    """Faults in a random order, each drawn once before any is drawn again."""

    faults: tuple[Fault, ...]
    left: list[Fault] = field(default_factory=list)

    def draw(self, chance: Random) -> Fault:
        if not self.left:
            self.left = chance.sample(self.faults, len(self.faults))
        return self.left.pop()


@dataclass(frozen=True, slots=True)
class _Step:
    """One fault on its way into the plan; at, seconds: s; host: of an app server's fault."""

    fault: Fault
    at: float
    seconds: int
    host: str | None

    @property
    def end(self) -> float:
        return self.at + self.seconds


def chaos(names: object, own: object, seed: object, minutes: object, apps: object) -> list[dict[str, Any]]:
    """Return the faults in the order of time: number, name, title, where, host, at, seconds, lasts and own.

    `names` and `own` are the variables drill_faults and drill_own_faults, of which a stress is left out;
    `apps` are the app servers' hosts. at: s from the start. host: of one app server's fault, else None. own:
    what `drill_script` needs to make it. The same arguments make the same plan. Raises InvalidData.
    """
    wanted = [str(step["name"]) for step in plan(names, own, 1)]
    chance = Random(values.integer(0, 2**32 - 1)(seed, "drill_chaos_seed"))
    length = values.integer(1, MOST_MINUTES)(minutes, "drill_chaos_minutes") * 60
    hosts = each(values.name)(apps, "drill_target.apps")
    own = {**_SHORT, **own} if isinstance(own, Mapping) else _SHORT
    faults = _usable([catalogue(own)[name] for name in wanted], names, hosts)
    return [_event(number, step, own) for number, step in enumerate(_steps(faults, hosts, length, chance), 1)]


def settling(fault: Fault) -> float:
    """Return for how many seconds at least no fault follows this one."""
    return (GAP_AFTER_STOP if fault.stops_node else GAP)[0]


def is_alone(where: str) -> bool:
    """Return whether a fault made there takes all nodes or all servers at once."""
    return where in _ALONE


def _usable(wanted: Sequence[Fault], names: object, hosts: Sequence[str]) -> tuple[Fault, ...]:
    """Return the faults that chaos may make; raise InvalidData for one that would take the last server."""
    usable = tuple(fault for fault in wanted if fault.lasts == "fault")
    if not usable:
        hint = "name a fault that heals within seconds, such as switchover"
        raise refused("drill_faults", "have nothing but stress", names, hint)
    lonely = [fault.name for fault in usable if fault.where in (_SERVER, "app_servers")]
    if lonely and len(hosts) < 2:
        hint = "leave it out, or let the role app_server run the application on two hosts or more"
        raise refused("drill_faults", f"'{lonely[0]}' needs two app servers in chaos", names, hint)
    return usable


def _steps(faults: Sequence[Fault], hosts: Sequence[str], length: float, chance: Random) -> list[_Step]:
    """Return as many steps as fit into that many seconds, with the time to settle after the last."""
    nodes = _Bag(tuple(fault for fault in faults if fault.where != _SERVER))
    servers = _Bag(tuple(fault for fault in faults if fault.where == _SERVER))
    found: list[_Step] = []
    at = LEAD
    while True:
        group = _group(nodes, servers, hosts, chance)
        end = at + max(step.end for step in group)
        settled = max(settling(step.fault) for step in group)
        if end + settled > length:
            return found
        found += [replace(step, at=round(at + step.at, 1)) for step in group]
        at = end + chance.uniform(*(GAP if settled == GAP[0] else GAP_AFTER_STOP))


def _group(nodes: _Bag, servers: _Bag, hosts: Sequence[str], chance: Random) -> list[_Step]:
    """Return one fault, or two that overlap, with times counted from the first one."""
    of_nodes = chance.randrange(len(nodes.faults) + len(servers.faults)) < len(nodes.faults)
    first = _step((nodes if of_nodes else servers).draw(chance), hosts, chance)
    if not of_nodes or is_alone(first.fault.where) or not servers.faults or chance.randrange(BESIDE):
        return [first]
    pair = [first, _step(servers.draw(chance), hosts, chance)]
    chance.shuffle(pair)
    return [pair[0], replace(pair[1], at=chance.uniform(0, pair[0].seconds - 1))]


def _step(fault: Fault, hosts: Sequence[str], chance: Random) -> _Step:
    host = chance.choice(hosts) if fault.where == _SERVER else None
    return _Step(fault, 0.0, chance.randint(*LASTS), host)


def _event(number: int, step: _Step, own: Mapping[str, Any]) -> dict[str, Any]:
    name = step.fault.name
    shortened = name in _SHORT and own[name] is _SHORT[name]
    return {
        "number": number,
        "name": name,
        "title": step.fault.text if shortened else step.fault.title,
        "where": step.fault.where,
        "host": step.host,
        "at": step.at,
        "seconds": step.seconds,
        "lasts": step.fault.lasts,
        "own": {name: own[name]} if name in own else {},
    }
