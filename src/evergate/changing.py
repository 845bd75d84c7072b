"""In which order load balancers are changed: a bad change is found where nobody is served."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evergate import inventory
from evergate.errors import refused

# What the roles register when they compare a host with the inventory.
PREVIEWS = ("__haproxy_preview", "__keepalived_preview")


def turns(
    hostvars: Mapping[str, Mapping[str, Any]], hosts: Sequence[str], previews: Sequence[str] = PREVIEWS
) -> dict[str, Any]:
    """Return the hosts that would change, and when.

    `all` has them in order: first those that change at once, for they serve nothing yet, or apart they would
    not count each other's adverts; then the others one by one, pair by pair, those without a VIP first.
    `batches` says the same to Ansible, as a play's `serial`. `locked` are the hosts that nobody else may
    change meanwhile: none if nothing changes.
    `hosts` are those of the run. Each has what is registered by the names of `previews`, and as `__holds`
    what `node_duty.py holds` printed. Raises `InvalidData` if a run without all nodes of a pair would cut it.
    """
    pairs = {host.name: host.pair for host in inventory.hosts(hostvars) if host.pair is not None}
    told = {name: [hostvars[name][each] for each in previews] for name in hosts}
    changing = [name for name in hosts if any(each["changed"] for each in told[name])]
    cut = {pairs[name] for name in changing if _is_cut_off(told[name])}
    for pair in cut:
        _refuse_half([name for name in pairs if pairs[name] == pair], hosts)
    at_once = [name for name in changing if _is_bare(told[name]) or pairs[name] in cut]
    order = list(dict.fromkeys(pairs.values()))
    waiting = [name for name in changing if name not in at_once]
    in_turn = sorted(waiting, key=lambda name: (order.index(pairs[name]), _is_active(hostvars[name])))
    batches = [len(at_once), 1] if at_once else [1]  # the last is repeated, and 0 would be all
    every = [*at_once, *in_turn]
    return {"all": every, "batches": batches, "locked": list(hosts) if every else []}


def _is_bare(previews: Sequence[Mapping[str, Any]]) -> bool:
    return all(each.get("kind") == "start" for each in previews)


def _is_cut_off(previews: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the host, once changed, would not count the adverts of those that are not."""
    return any("count each other's adverts" in why for each in previews for why in each.get("reasons", ()))


def _refuse_half(members: Sequence[str], hosts: Sequence[str]) -> None:
    """Refuse to change some nodes of a pair that can only change together."""
    if left_out := [name for name in members if name not in hosts]:
        inside = " and ".join(name for name in members if name in hosts)
        outside = " and ".join(left_out)
        problem = f"{inside} would not count the adverts of {outside} any more, and all be active"
        raise refused("this change", problem, left_out[0], "leave --limit out: the nodes change together")


def _is_active(host: Mapping[str, Any]) -> bool:
    """Return whether the host holds a VIP that it has now, whatever the inventory wants by now."""
    return bool(json.loads(host["__holds"]["stdout"]))
