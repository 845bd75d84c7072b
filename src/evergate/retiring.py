"""Load balancers that are taken out for good, judged before anything is touched."""

from __future__ import annotations

from typing import Any

from evergate import site
from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.inventory import HostVars
from evergate.landscape import Pair
from evergate.operations import LOOK_THERE, Looks, Member, Specs, no_pair, truth

_ASK = "say what: -e node=NAME hands its VIPs over first; -e pair=NAME takes all nodes, and its VIPs go down"


def retirement(
    hostvars: HostVars,
    specs: Specs,
    looks: Looks | None = None,
    pair: object = None,
    node: object = None,
    confirmed: object = False,
) -> dict[str, Any]:
    """Return who is taken out: pair, hosts (the standby first), partners (who stay), vips (that go down).

    Without `looks` only what was asked for is judged, and nobody's state. Raises `InvalidData` for a name
    that is none, when nobody who stays is fit, when a node was not reached, and when all nodes of a pair are
    meant and it is not `confirmed`.
    """
    if (pair is None) == (node is None):
        problem = "is not given, and no pair either" if node is None else "is given, and a pair as well"
        raise refused("node", problem, node, _ASK)
    pairs = site.read(hostvars, specs)[0]
    chosen = _of_node(pairs, node) if pair is None else _named(pairs, pair)
    names = [host.name for host in chosen.hosts]
    going = names if node is None else [str(node)]
    staying = [name for name in names if name not in going]
    vips = [] if staying else [str(vip.address) for each in chosen.instances for vip in each.vips]
    if not staying and not truth(confirmed):
        hint = "-e retire_confirmed=true if that is meant"
        raise refused("retire_confirmed", f"nobody would answer on {' and '.join(vips)}", pair, hint)
    order = going if looks is None else _in_order(going, staying, looks)
    return {"pair": chosen.name, "hosts": order, "partners": staying, "vips": vips}


def _named(pairs: list[Pair], wanted: object) -> Pair:
    names = [pair.name for pair in pairs]
    if wanted not in names:
        raise no_pair(wanted, names)
    return pairs[names.index(str(wanted))]


def _of_node(pairs: list[Pair], node: object) -> Pair:
    found = next((pair for pair in pairs if node in [host.name for host in pair.hosts]), None)
    if found is None:
        names = [host.name for pair in pairs for host in pair.hosts]
        hint = nearest(node, names, f"the load balancers are: {', '.join(names)}")
        raise refused("node", f"{quoted(node)} is no load balancer", node, hint)
    return found


def _in_order(going: list[str], staying: list[str], looks: Looks) -> list[str]:
    """Return those who go, the ones without a VIP first; raise InvalidData if that cannot be done now."""
    unreached = [name for name in going if not looks.get(name, {}).get("stdout")]
    problems = [
        Problem(
            "node", f"{name} was not reached, and nothing can be removed there", name, "switch it on first"
        )
        for name in unreached
    ]
    others = [Member.from_look(name, looks) for name in staying]
    if others and all(each.unfit for each in others):
        problems += [
            Problem(
                "node",
                f"{each.name} would be left, and is not fit: {'; '.join(each.unfit)}",
                each.name,
                LOOK_THERE,
            )
            for each in others
        ]
    if problems:
        raise InvalidData(problems)
    return sorted(going, key=lambda name: bool(Member.from_look(name, looks).holds))
