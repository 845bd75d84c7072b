"""What an operator may do to a running pair, judged before anything is touched."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from evergate import site
from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.inventory import HostVars
from evergate.landscape import Pair

Specs = Mapping[str, Mapping[str, object]]
Looks = Mapping[str, Mapping[str, Any]]

_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
LOOK_THERE = "look at journalctl --unit haproxy --unit keepalived there"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a pair as it was found: why it is not fit, and the VIPs it has."""

    name: str
    unfit: tuple[str, ...]
    holds: tuple[str, ...]

    @classmethod
    def from_look(cls, name: str, looks: Looks) -> Self:
        """Return the member by what it told; one that told nothing is not fit."""
        told = told_by(looks, name)
        if told is None:
            return cls(name, ("it was not reached",), ())
        return cls(name, tuple(told["unfit"]), tuple(told["holds"]))


def switchover(
    hostvars: HostVars, specs: Specs, looks: Looks, pair: object = None, node: object = None
) -> dict[str, Any]:
    """Return who hands which VIPs over to whom: `pair`, `from`, `to` (who is fit for them) and `vips`.

    `looks` holds for each load balancer the result of `node_duty.py look`, with `stdout`. `pair` and `node`
    may be left out where there is only one pair, and one node that holds VIPs. Raises `InvalidData` as
    `checked_site` does, and when nobody is ready to take the VIPs or they would come back.
    """
    chosen = _pair(site.read(hostvars, specs)[0], pair, node)
    members = [Member.from_look(host.name, looks) for host in chosen.hosts]
    giver = _giver(members, node)
    takers = _takers(members, giver.name)
    for instance in chosen.instances:
        if instance.preempt and chosen.moving[0].preferred(instance) == giver.name:
            problem = f"prefers {giver.name} and preempts: the VIPs would come back at once"
            hint = f"keep it out while you need to: maintain_node.yml -e node={giver.name} -e state=begin"
            raise refused(f"instance {instance.name}", problem, instance.name, hint)
    return {"pair": chosen.name, "from": giver.name, "to": takers, "vips": list(giver.holds)}


def maintenance(
    hostvars: HostVars, specs: Specs, looks: Looks, node: object, state: object
) -> dict[str, Any]:
    """Return what it takes to begin or end the maintenance of a node.

    kind: `load_balancer` or `app_server`. For the first, to: who is fit for its VIPs. For the second, places:
    for each load balancer where the server is used, as `backend/server`; drains: those that have to let go of
    it first, for it is not in maintenance there. Errors as of `switchover`; to begin
    is refused where it would leave a VIP without a node, or a backend without a server.
    """
    if state not in ("begin", "end"):
        raise refused("state", f"{quoted(state)} is no state of maintenance", state, "write begin or end")
    pairs, _ = site.read(hostvars, specs)
    balancer = next((pair for pair in pairs if node in [host.name for host in pair.hosts]), None)
    if balancer is not None:
        members = [Member.from_look(host.name, looks) for host in balancer.hosts]
        to = _takers(members, str(node)) if state == "begin" else []
        return {"kind": "load_balancer", "to": to, "places": {}, "drains": []}
    places = site.places(pairs, node, "maint" if state == "begin" else "ready")
    if state == "begin":
        others_serve(places, looks)
    drains = [name for name, taken in places.items() if state == "begin" and _is_in(taken, name, looks)]
    return {"kind": "app_server", "to": [], "places": places, "drains": drains}


def _is_in(taken: Sequence[str], balancer: str, looks: Looks) -> bool:
    """Return whether a load balancer has any of the servers out of maintenance."""
    states = (told_by(looks, balancer) or {}).get("servers", {})
    return any(not states.get(each, "").startswith("MAINT") for each in taken)


def _pair(pairs: Sequence[Pair], wanted: object, node: object) -> Pair:
    """Return the pair that is meant."""
    names = [pair.name for pair in pairs]
    found = [
        pair
        for pair in pairs
        if (wanted is None or pair.name == wanted)
        and (node is None or node in [host.name for host in pair.hosts])
    ]
    if len(found) == 1:
        return found[0]
    if found:
        hint = f"say which: -e pair=NAME, one of {', '.join(names)}"
        raise refused("pair", "is not given, and there are several", names[0], hint)
    if wanted is not None and wanted not in names:
        raise no_pair(wanted, names)
    nodes = [host.name for pair in pairs for host in pair.hosts]
    hint = nearest(node, nodes, f"the load balancers are: {', '.join(nodes)}")
    raise refused("node", f"{quoted(node)} is no load balancer of that pair", node, hint)


def no_pair(wanted: object, names: Sequence[str]) -> InvalidData:
    """Return the refusal of a pair that none of the names is."""
    hint = nearest(wanted, names, f"the pairs are: {', '.join(names)}")
    return refused("pair", f"there is no pair {quoted(wanted)}", wanted, hint)


def truth(value: object) -> bool | None:
    """Return a truth, also as the command line has it; None if it is none."""
    return value if isinstance(value, bool) else _TRUTHS.get(str(value).lower())


def _giver(members: Sequence[Member], node: object) -> Member:
    """Return the node that hands over."""
    holders = [each for each in members if each.holds and node in (None, each.name)]
    if len(holders) == 1:
        return holders[0]
    if holders:
        hint = "say whose are to move: -e node=NAME"
        names = " and ".join(each.name for each in holders)
        raise refused("node", f"is not given, and {names} hold VIPs", node, hint)
    problem = (
        "no node holds a VIP" if node is None else f"{node} holds no VIP, so there is nothing to hand over"
    )
    raise refused("node", problem, node, LOOK_THERE if node is None else "it is the standby already")


def _takers(members: Sequence[Member], giver: str) -> list[str]:
    """Return who is fit to take VIPs from one of the members; raise InvalidData if nobody is."""
    others = [each for each in members if each.name != giver]
    if fit := [each.name for each in others if not each.unfit]:
        return fit
    problems = [
        Problem(
            "node", f"{each.name} is not ready to take over: {'; '.join(each.unfit)}", each.name, LOOK_THERE
        )
        for each in others
    ]
    hint = "a pair needs a second node first"
    raise InvalidData(problems or [Problem("node", f"{giver} has nobody to hand over to", giver, hint)])


def told_by(looks: Looks, name: str) -> dict[str, Any] | None:
    text = looks.get(name, {}).get("stdout")
    told: dict[str, Any] | None = json.loads(text) if text else None
    return told


def others_serve(places: Mapping[str, Sequence[str]], looks: Looks) -> None:
    """Raise InvalidData for a backend that has no other server that is up, as its load balancers see it."""
    problems = []
    for balancer, taken in places.items():
        states = (told_by(looks, balancer) or {}).get("servers", {})
        for place in taken:
            backend = place.partition("/")[0]
            others = [each for each in states if each.partition("/")[0] == backend and each not in taken]
            if not any(states[each].startswith(("UP", "no check")) for each in others):
                problem = f"no other server of backend {backend} is up on {balancer}"
                hint = "bring one up first, or all requests would be answered with 503"
                problems.append(Problem("node", problem, place, hint))
    if problems:
        raise InvalidData(problems)
