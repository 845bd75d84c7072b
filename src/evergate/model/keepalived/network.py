"""Addresses, routes and rules: those that move with the VIPs, and those that stay on the host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from evergate import values
from evergate.errors import Problem, quoted, refused
from evergate.model.keepalived import words
from evergate.model.model import Model, defaulted, optional, required

Network = IPv4Network | IPv6Network


def network(value: object, path: str) -> Network:
    """Return an IPv4 or IPv6 network."""
    try:
        if isinstance(value, str) and "%" not in value:
            return ip_network(value)
    except ValueError:
        pass
    hint = "write a network with its prefix length and no host bits, such as 192.0.2.0/24"
    raise refused(path, f"{quoted(value)} is not a network", value, hint)


def destination(value: object, path: str) -> Network | str:
    """Return a network, or the word `default`."""
    return "default" if value == "default" else network(value, path)


def _version(each: object) -> int | None:
    """Return the family of an address or a network, None for neither."""
    version = getattr(each, "version", None)
    return version if isinstance(version, int) else None


def _mixed(model: Model, names: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the key whose address is of another family than an earlier one's."""
    known = [
        (name, version) for name in names if (version := _version(getattr(model, name.rstrip("_"), None)))
    ]
    for name, version in known[1:]:
        if version != known[0][1]:
            hint = f"write an IPv{known[0][1]} one, or make it two entries"
            yield model.wrong(name, f"is of another family than {known[0][0]}", hint)
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraAddress(Model):
    """An address that HAProxy does not serve, such as a gateway's."""

    address: values.Vip = required(values.vip, "The address with its prefix length.")
    interface: str = required(values.interface_name, "Network interface that gets it.")
    label: str | None = optional(words.label, "Label for C(ifconfig), such as V(eth1:shop); IPv4 only.")
    scope: str | None = optional(
        values.choice("global", "link", "host", "site"),
        "Where the address is valid; the kernel's default is global.",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a label of an IPv6 address, which the kernel does not know."""
        if self.label is not None and self.address.address.version == 6:
            yield self.wrong("label", "is for IPv4 addresses only", "leave it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Model):
    """A route, in the words of `ip route add`."""

    to: Network | str = required(destination, "Network that the route leads to, or V(default).")
    via: values.Address | None = optional(values.address, "Address of the router.")
    dev: str = required(
        values.interface_name, "Network interface; keepalived watches whether the route is there."
    )
    src: values.Address | None = optional(values.address, "Address that packets leave from, such as the VIP.")
    table: str | None = optional(words.table, "Routing table; the main one unless given.")
    metric: int | None = optional(values.integer(0, 2**31 - 1), "Its rank among routes to the same network.")
    scope: str | None = optional(values.choice("global", "link", "host", "site"), "Scope of the route.")
    mtu: int | None = optional(values.integer(68, 65535), "Largest packet on this route, in bytes.")

    def rules(self) -> Iterator[Problem]:
        """Yield a route with addresses of both families."""
        yield from _mixed(self, ("to", "via", "src"))

    @property
    def version(self) -> int:
        """Return the address family, 4 or 6; a default route without an address is IPv4, as in keepalived."""
        return _version(self.to) or _version(self.via) or _version(self.src) or 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Model):
    """A rule that chooses a routing table, in the words of `ip rule add`."""

    from_: Network | None = optional(network, "Network that the packets come from.")
    to: Network | None = optional(network, "Network that the packets go to.")
    iif: str | None = optional(values.interface_name, "Network interface that they arrive on.")
    oif: str | None = optional(values.interface_name, "Network interface that their socket is bound to.")
    fwmark: int | None = optional(values.integer(0, 2**32 - 1), "Mark that the firewall has given them.")
    table: str = required(words.table, "Routing table to use for them.")
    preference: int = required(
        values.integer(1, 32765),
        "Rank of the rule. keepalived would choose one of its own, in the order of state changes.",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a rule without a network, whose family nobody knows, or with networks of both families."""
        if self.from_ is None and self.to is None:
            yield self.absent("from", "is needed, or to: otherwise the address family is unknown")
        if self.from_ and self.to and self.from_.version != self.to.version:
            yield self.wrong(
                "to", "is of another family than from", f"write an IPv{self.from_.version} network"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Garp(Model):
    """How often the active node tells its neighbours where the VIPs are: gratuitous ARP, and NA for IPv6.

    Their first message goes out at once in any case.
    """

    master_delay: int | None = optional(
        values.integer(0, 3600), "Seconds until they are told a second time; 0 for never."
    )
    master_repeat: int | None = optional(values.integer(1, 100), "Messages each time; 5 in keepalived.")
    master_refresh: int | None = optional(
        values.integer(0, 86400),
        "Seconds between refreshments for as long as the node is active; 0 for none.",
    )
    master_refresh_repeat: int | None = optional(
        values.integer(1, 100), "Messages at each refreshment; 1 in keepalived."
    )
    lower_prio_delay: int | None = optional(
        values.integer(0, 3600), "Seconds until they are told again after another node has claimed the VIPs."
    )
    lower_prio_repeat: int | None = optional(values.integer(1, 100), "Messages each time after such a claim.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalGarp(Garp):
    """The same for all instances, and the pauses between messages for switches that drop a flood of them."""

    master_delay: int = defaulted(
        values.integer(0, 3600), "Seconds until they are told a second time; 0 for never.", 1
    )
    master_refresh: int = defaulted(
        values.integer(0, 86400),
        "Seconds between refreshments for as long as the node is active; 0 for none.",
        10,
    )
    interval: float | None = optional(
        words.decimal(0, 10, 6, "seconds"), "Seconds between two gratuitous ARP messages."
    )
    gna_interval: float | None = optional(
        words.decimal(0, 10, 6, "seconds"), "Seconds between two unsolicited neighbour advertisements."
    )
