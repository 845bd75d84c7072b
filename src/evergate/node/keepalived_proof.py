"""Whether keepalived does after a change what it did before, and what its configuration says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .keepalived_instance import Instance
from .keepalived_told import Standing, Told

# What keepalived 2.2 and 2.3 say when they give something up that their own check lets pass. Left out is what
# they say of packets, such as "Unknown VRID(7) received", and of a user that nothing needs.
_COMPLAINT = re.compile(
    r"please restart"
    r"|Unknown keyword|missing '}'s|Config files missing|doesn't exist"
    r"|- (?:ignoring|removing|clearing|disabling|skipping)|[Ss]kipping|^Disabling |not found, ignoring"
    r"|cannot be accessed|Unable to (?!open DBus)|[Ff]ailed (?:99|to (?:set|open|create|bind))|bind\(\) error"
    r"|cant open raw socket|Netlink: error: .*type=RTM_NEW"
    r"|permanent error|exited due to|\) died: "
)
_BEGINNING = re.compile(r"Reloading \.\.\.|Starting Keepalived ")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Expected:
    """What holds after a change: the instances, unless the file is not plain, and what may differ.

    `moving` may take or lose their VIPs by the change, `holding` were active when it was applied. `said` is
    what keepalived has said since.
    """

    wanted: tuple[Instance, ...] | None
    moving: Collection[str]
    holding: Collection[str]
    said: Collection[str] = ()


def latest(lines: Sequence[str]) -> Sequence[str]:
    """Return what was said since keepalived read the files that it uses: of others it says no usual thing."""
    beginnings = [number for number, line in enumerate(lines) if _BEGINNING.match(line)]
    return lines[beginnings[-1] :] if beginnings else lines


def complaints(lines: Collection[str], known: Collection[str] = ()) -> list[str]:
    """Return the lines that say that something is given up, each once, without those that are known."""
    found = {_alike(line): line for line in reversed([*lines]) if _COMPLAINT.search(line)}
    before = {_alike(line) for line in known}
    return [line for alike, line in reversed(found.items()) if alike not in before]


def _alike(line: str) -> str:
    """Return what is the same when the same is said again: line numbers and counters differ."""
    return _NUMBER.sub("#", line)


def left(before: Standing, now: Standing) -> list[str]:
    """Return the instances whose VIPs were on this node, and are not now."""
    present = {vip for _, vip in now.present}
    return [
        name
        for name, each in before.told.items()
        if each.vips & before.present and present.isdisjoint(vip for _, vip in each.vips)
    ]


def missing(before: Standing, now: Standing, expected: Expected) -> list[str]:
    """Return what does not hold, a sentence each without a full stop."""
    return [
        *_not_taken(now.told, expected.wanted),
        *(words for name, each in now.told.items() for words in _state(name, each, before, expected)),
        *(words for name, each in now.told.items() for words in _places(name, each, now)),
        *_remnants(before, now),
    ]


def _not_taken(told: Mapping[str, Told], wanted: tuple[Instance, ...] | None) -> Iterator[str]:
    for each in wanted or ():
        found = told.get(each.name)
        if found is None:
            yield f"keepalived has no instance {each.name}"
        elif (found.router_id, found.priority, {vip for _, vip in found.vips}) != (
            each.router_id,
            each.priority,
            {*each.vips},
        ):
            yield f"keepalived does not have {each.name} as its configuration says"
    if wanted is not None:
        for name in told.keys() - {each.name for each in wanted}:
            yield f"keepalived still has an instance {name}"


def _state(name: str, each: Told, before: Standing, expected: Expected) -> Iterator[str]:
    """Yield what is wrong with an instance's state; one that was renamed is known by its number."""
    was = before.told.get(name) or next(
        (
            old
            for old in before.told.values()
            if (old.interface, old.router_id) == (each.interface, each.router_id)
        ),
        None,
    )
    old_state = was.state if was else None
    unfit = any(old.state == "FAULT" for old in before.told.values())
    if each.state == "FAULT":
        if old_state != "FAULT" and not (was is None and unfit):
            yield f"{name} is in FAULT{_cause(name, expected.said)}"
    elif each.state not in ("MASTER", "BACKUP"):
        yield f"{name} has not started"
    elif name in expected.moving or was is None:
        return
    elif old_state == "MASTER" != each.state and name in expected.holding:
        yield f"the VIP of {name} has left"
    elif old_state == "BACKUP" != each.state:
        yield f"the VIP of {name} has come here"


def _cause(name: str, said: Collection[str]) -> str:
    """Return why, as keepalived has it: `(shop) entering FAULT state (src address not configured)`."""
    found = [line for line in said if f"({name})" in line and re.search(r"FAULT state \(", line)]
    return f": {found[-1]}" if found else ""


def _places(name: str, each: Told, now: Standing) -> Iterator[str]:
    """Yield where the kernel does not have what keepalived believes: it may be wrong after a reload."""
    for place in sorted(each.vips, key=str):
        interface, vip = place
        if each.state == "MASTER" and place not in now.present:
            yield f"{vip} is not on {interface}, as keepalived believes of {name}"
        elif each.state != "MASTER" and place in now.present:
            yield f"{vip} is on {interface}, though {name} is in {each.state}"


def _remnants(before: Standing, now: Standing) -> Iterator[str]:
    """Yield VIPs that were and are here, and belong to no instance any more."""
    belonging = {place for each in now.told.values() for place in each.vips}
    former = {place for each in before.told.values() for place in each.vips}
    for interface, vip in sorted((former - belonging) & now.present, key=str):
        yield f"{vip} is still on {interface}, and no VIP there any more"
