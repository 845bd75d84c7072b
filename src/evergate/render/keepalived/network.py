"""Addresses, routes and rules as `ip` writes them, and the announcements of the VIPs."""

from __future__ import annotations

from evergate.model.keepalived.network import ExtraAddress, Garp, Route, Rule
from evergate.model.model import keys
from evergate.render.keepalived.words import Block, given


def address(extra: ExtraAddress) -> str:
    """Return an address with the interface it is put on."""
    words = [f"{extra.address.interface} dev {extra.interface}"]
    return " ".join([*words, *given("label", extra.label), *given("scope", extra.scope)])


def route(each: Route) -> str:
    """Return a route; the word `default` is IPv4's to keepalived."""
    words = ["::/0" if each.to == "default" and each.version == 6 else str(each.to)]
    for key in ("via", "dev", "src", "scope", "table", "metric", "mtu"):
        words += given(key, getattr(each, key))
    return " ".join(words)


def rule(each: Rule) -> str:
    """Return a rule."""
    words = [
        *given("from", each.from_),
        *given("to", each.to),
        *given("iif", each.iif),
        *given("oif", each.oif),
        *given("fwmark", each.fwmark),
        *given("table", each.table),
        *given("preference", each.preference),
    ]
    return " ".join(words)


def garp(settings: Garp | None, prefix: str = "") -> Block:
    """Return the lines for gratuitous ARP and neighbour advertisements; the global ones have a prefix."""
    lines: Block = []
    for name in keys(type(settings)) if settings is not None else ():
        keyword = f"{prefix}{name}" if name == "gna_interval" else f"{prefix}garp_{name}"
        lines += given(keyword, getattr(settings, name))
    return lines
