"""Parsers of single values: each takes a value and its path and returns it typed, or raises `InvalidData`.

What they return is, wherever the type stays the same, the object they were given: Ansible's tag with the
file and line stays on it, and later rules can still say where a value came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface

from evergate.errors import nearest, quoted, refused
from evergate.reading import Parser

Address = IPv4Address | IPv6Address

_DURATION = re.compile(r"([0-9]{1,10})(us|ms|s|m|h|d)", re.ASCII)
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_DURATION = 2**31 - 1  # ms; HAProxy's manual, section 2.5
_FEW = 3  # so many words are all told at once: the nearest one may be a wrong guess
_TRUE_WORDS = ("true", "yes")
_FALSE_WORDS = ("false", "no")


@dataclass(frozen=True, slots=True)
class Vip:
    """A virtual address with its prefix length; `source` is the text it was read from, for messages only."""

    interface: IPv4Interface | IPv6Interface
    source: object = field(compare=False, repr=False)

    @property
    def address(self) -> Address:
        """Return the address without the prefix length."""
        return self.interface.ip


def text(value: object, path: str) -> str:
    """Return a text of printable characters: no newline, tab or other control character can hide in it."""
    if not isinstance(value, str):
        raise refused(
            path, f"{quoted(value)} is not a text", value, "write a text, in quotes if it looks like a number"
        )
    if not value.strip():
        raise refused(path, "is empty", value, "write a text or leave the key out")
    if not value.isprintable():
        raise refused(
            path, f"{quoted(value)} holds a line break or another control character", value, "write one line"
        )
    return value


def matching(pattern: str, what: str, hint: str) -> Parser[str]:
    """Return a parser of texts that match the whole pattern; `what` names them in messages."""
    compiled = re.compile(pattern, re.ASCII)

    def parse(value: object, path: str) -> str:
        word = text(value, path)
        if not compiled.fullmatch(word):
            raise refused(path, f"{quoted(value)} is not {what}", value, hint)
        return word

    return parse


name = matching(
    r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}",
    "a name",
    "use up to 63 letters, digits, '_', '-', '.' and ':', beginning with a letter or digit",
)
url_path = matching(r"/[!-~]*", "a URL path", "write a path that begins with '/', such as /healthz")
host_header = matching(
    r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?",
    "a host name",
    "write a host name such as shop.example, with ':port' if it needs one",
)
interface_name = matching(
    r"[A-Za-z0-9_.-]{1,15}", "a network interface's name", "write a name that `ip link` shows, such as eth0"
)


def integer(low: int, high: int, what: str = "a whole number") -> Parser[int]:
    """Return a parser of whole numbers from `low` to `high`; a text of digits counts too."""
    hint = f"write a whole number from {low} to {high}"

    def parse(value: object, path: str) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value, re.ASCII):
            number = int(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            number = value
        else:
            raise refused(path, f"{quoted(value)} is not {what}", value, hint)
        if not low <= number <= high:
            raise refused(path, f"{quoted(value)} is not between {low} and {high}", value, hint)
        return number

    return parse


port = integer(1, 65535, "a TCP port")


def boolean(value: object, path: str) -> bool:
    """Return true or false, which a template may have turned into a word."""
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word not in (*_TRUE_WORDS, *_FALSE_WORDS):
        raise refused(path, f"{quoted(value)} is not true or false", value, "write true or false")
    return word in _TRUE_WORDS


def seconds(low: float, high: float) -> Parser[float]:
    """Return a parser of seconds from `low` to `high` in hundredths, VRRP's unit (RFC 5798, 5.2.7)."""
    hint = f"write seconds from {low:g} to {high:g}, such as 0.1"

    def parse(value: object, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise refused(path, f"{quoted(value)} is not a number of seconds", value, hint)
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value), re.ASCII):
            raise refused(path, f"{quoted(value)} is not a number of seconds", value, hint)
        number = float(value)
        if not low <= number <= high:
            raise refused(path, f"{quoted(value)} is not between {low:g} and {high:g}", value, hint)
        if abs(number * 100 - round(number * 100)) > 1e-6:
            raise refused(
                path, f"{quoted(value)} is finer than 0.01 seconds", value, "write at most two decimals"
            )
        return number

    return parse


def duration(value: object, path: str) -> str:
    """Return a duration as HAProxy writes it: a whole number with its unit, longer than zero."""
    hint = "write a number with its unit, such as 500ms, 5s or 1h"
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not isinstance(value, str) or match is None:
        raise refused(path, f"{quoted(value)} is not a duration", value, hint)
    if not 0 < int(match[1]) * _MILLISECONDS[match[2]] <= _LONGEST_DURATION:
        raise refused(path, f"{quoted(value)} is not between 1us and 24 days", value, hint)
    return value


@dataclass(frozen=True, slots=True)
class Choice:
    """A parser of one out of several words."""

    known: tuple[str, ...]

    def __call__(self, value: object, path: str) -> str:
        """Return the word; raises `InvalidData` with the nearest known one."""
        if not isinstance(value, str) or value not in self.known:
            all_of_them = f"write one of: {', '.join(self.known)}"
            hint = nearest(value, self.known, all_of_them) if len(self.known) > _FEW else all_of_them
            raise refused(path, f"{quoted(value)} is not known here", value, hint)
        return value


def choice(*known: str) -> Choice:
    """Return a parser of one out of several words."""
    return Choice(known)


def choice_of_numbers(*known: int) -> Parser[int]:
    """Return a parser of one out of several whole numbers."""
    hint = f"write one of: {', '.join(map(str, known))}"

    def parse(value: object, path: str) -> int:
        number = integer(0, 2**31 - 1)(value, path)
        if number not in known:
            raise refused(path, f"{quoted(value)} is not known here", value, hint)
        return number

    return parse


def address(value: object, path: str) -> Address:
    """Return an IPv4 or IPv6 address."""
    if isinstance(value, str) and "%" not in value:
        try:
            return ip_address(value)
        except ValueError:
            pass
    hint = "write an address without a prefix length, such as 203.0.113.11 or 2001:db8:113::11"
    raise refused(path, f"{quoted(value)} is not an IP address", value, hint)


def vip(value: object, path: str) -> Vip:
    """Return a virtual address, which is written with its prefix length and is one a host can have."""
    hint = "write an address and its network's prefix length, such as 203.0.113.100/24"
    if isinstance(value, str) and "%" not in value and "/" not in value:
        raise refused(path, f"{quoted(value)} has no prefix length", value, hint)
    try:
        parsed = ip_interface(value) if isinstance(value, str) and re.search("/[0-9]+$", value) else None
    except ValueError:
        parsed = None
    if parsed is None or "%" in str(parsed):
        raise refused(path, f"{quoted(value)} is not an IP address with a prefix length", value, hint)
    if not _is_host_address(parsed):
        inside = "write one inside its network, neither the first nor the last, such as 203.0.113.100/24"
        raise refused(path, f"{quoted(value)} is not an address a host can have", value, inside)
    return Vip(parsed, value)


def _is_host_address(candidate: IPv4Interface | IPv6Interface) -> bool:
    if candidate.ip.is_multicast or candidate.ip.is_loopback or candidate.ip.is_unspecified:
        return False
    network = candidate.network
    if network.prefixlen >= network.max_prefixlen - 1:
        return True
    return candidate.ip != network.network_address and (
        candidate.ip.version == 6 or candidate.ip != network.broadcast_address
    )
