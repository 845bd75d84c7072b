"""What keepalived and the kernel say of the VIPs of this node."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from .keepalived_instance import Address

_STATES = {0: "INIT", 1: "BACKUP", 2: "MASTER", 3: "FAULT"}
Place = tuple[str, Address]  # an interface and an address on it


@dataclass(frozen=True, slots=True)
class Told:
    """What keepalived says of an instance: its state in keepalived's word, and where its VIPs belong."""

    interface: str
    router_id: str
    priority: int
    state: str
    vips: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Standing:
    """What keepalived says of its instances, by name, and the addresses that the kernel has."""

    told: Mapping[str, Told]
    present: frozenset[Place]

    def masters(self) -> frozenset[str]:
        """Return the instances that keepalived believes to be active here."""
        return frozenset(name for name, each in self.told.items() if each.state == "MASTER")


def told(text: str) -> dict[str, Told]:
    """Return the instances in what keepalived writes on its JSON signal, in either version.

    Raises ValueError while it is not written to the end, or if it is something else.
    """
    data = json.loads(text)
    try:
        listed = data["vrrp"] if isinstance(data, dict) else data
        return {each["data"]["iname"]: _told(each["data"]) for each in listed}
    except (KeyError, TypeError) as error:
        raise ValueError(f"not what keepalived writes: {error}") from error


def addresses(text: str) -> frozenset[Place]:
    """Return the addresses in the output of `ip -json address`. Raises ValueError."""
    return frozenset(
        (link["ifname"], ip_address(each["local"]))
        for link in json.loads(text or "[]")
        for each in link.get("addr_info", ())
        if "local" in each
    )


def _told(data: Mapping[str, Any]) -> Told:
    number = data["state"]
    vips = frozenset(
        place for line in (*data.get("vips", ()), *data.get("evips", ())) for place in _place(line)
    )
    return Told(
        interface=data["ifp_ifname"],
        router_id=str(data["vrid"]),
        priority=data["base_priority"],
        state=_STATES.get(number, f"state {number}"),
        vips=vips,
    )


def _place(line: str) -> Iterator[Place]:
    """Yield where a VIP belongs: `203.0.113.100/24 dev vrrp.7@eth1 scope global set`."""
    words = line.split()
    if "dev" in words[:-1]:
        yield words[words.index("dev") + 1].partition("@")[0], ip_address(words[0].partition("/")[0])
