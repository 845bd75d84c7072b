"""Where a configuration makes HAProxy listen, where a process listens, and who is in the way."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .haproxy_text import Section

_WITH_BINDS = ("frontend", "listen", "peers", "log-forward")
_MANY = 1000  # ports of a range that are looked at
_TABLES = {"tcp": ("tcp", "tcp6"), "udp": ("udp", "udp6")}
_LISTENING, _UNCONNECTED = "0A", "07"  # as /proc/net has them
_NOT_IP = ("unix@", "abns@", "abnsz@", "fd@", "sockpair@", "rhttp@", "rev@", "uxst@", "uxdg@", "/")


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """A protocol (`tcp` or `udp`), an IP address in its shortest form, and a port."""

    protocol: str
    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}" + ("" if self.protocol == "tcp" else f" ({self.protocol})")


def wanted(sections: Sequence[Section]) -> dict[Endpoint, str]:
    """Return where the sections listen, each with its section's first line; names and sockets are left out.

    See the configuration manual, section 4.2, "bind"; what is in a network namespace is left out as well.
    """
    return {
        endpoint: section.head
        for section in sections
        if section.kind in _WITH_BINDS and "disabled" not in section.lines
        for line in section.lines
        for endpoint in _endpoints(line.split())
    }


def _endpoints(words: Sequence[str]) -> Iterator[Endpoint]:
    if len(words) < 2 or words[0] not in ("bind", "dgram-bind") or "namespace" in words:
        return
    usual = "udp" if words[0] == "dgram-bind" else "tcp"
    for each in words[1].split(","):
        match = re.fullmatch(r"(?:(quic|udp|tcp|ipv)([46]?)@)?(.*?):(\d+)(?:-(\d+))?", each)
        if not match or each.startswith(_NOT_IP):
            continue
        protocol = {"quic": "udp", "udp": "udp", "tcp": "tcp"}.get(match[1] or "", usual)
        nowhere = "::" if match[2] == "6" else "0.0.0.0"
        host = match[3].strip("[]")
        with contextlib.suppress(ValueError):  # a name, or a variable
            address = str(ipaddress.ip_address(nowhere if host in ("", "*") else host))
            first, last = int(match[4]), int(match[5] or match[4])
            yield from (Endpoint(protocol, address, port) for port in range(first, last + 1)[:_MANY])


def listening(pid: int, proc: Path = Path("/proc")) -> set[Endpoint]:
    """Return where a process listens, in its own network namespace. Raises OSError if it is gone."""
    inodes = set()
    for each in (proc / str(pid) / "fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(os.readlink(each))
    return {endpoint for endpoint, inode in _open(proc / str(pid) / "net") if f"socket:[{inode}]" in inodes}


def _open(net: Path) -> Iterator[tuple[Endpoint, str]]:
    """Yield every listening socket with its inode (proc(5), /proc/net/tcp)."""
    for protocol, tables in _TABLES.items():
        state = _LISTENING if protocol == "tcp" else _UNCONNECTED
        for table in tables:
            with contextlib.suppress(FileNotFoundError):  # without IPv6
                for line in (net / table).read_text().splitlines()[1:]:
                    words = line.split()
                    if words[3] == state:
                        yield Endpoint(protocol, *_place(words[1])), words[9]


def _place(text: str) -> tuple[str, int]:
    """Return address and port: each word of 32 bits of the address is in the machine's order."""
    address, _, port = text.partition(":")
    words = [int(address[start : start + 8], 16).to_bytes(4, "little") for start in range(0, len(address), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)


def in_the_way(endpoints: Iterable[Endpoint]) -> dict[Endpoint, OSError]:
    """Return where nobody could listen as HAProxy does, and why; nothing listens afterwards.

    HAProxy itself finds this out late: its old worker then stops to take connections for 2 s, so that the new
    one may try again.
    """
    found = {}
    for endpoint in endpoints:
        try:
            _try(endpoint)
        except OSError as error:
            found[endpoint] = error
    return found


def _try(endpoint: Endpoint) -> None:
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    kind = socket.SOCK_STREAM if endpoint.protocol == "tcp" else socket.SOCK_DGRAM
    try:
        tried = socket.socket(family, kind)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return  # HAProxy's own check says so
        raise
    with tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        tried.bind((endpoint.address, endpoint.port))


def holder(endpoint: Endpoint, proc: Path = Path("/proc")) -> str:
    """Return who listens there or on all addresses, such as `nginx (process 812)`, or nothing."""
    everywhere = ("0.0.0.0", "::")
    inodes = {
        f"socket:[{inode}]"
        for each, inode in _open(proc / "self" / "net")
        if (each.protocol, each.port) == (endpoint.protocol, endpoint.port)
        and (each.address in (endpoint.address, *everywhere) or endpoint.address in everywhere)
    }
    for place in proc.glob("[0-9]*/fd/*") if inodes else ():
        with contextlib.suppress(OSError):
            if os.readlink(place) in inodes:
                name = (place.parent.parent / "comm").read_text().strip()
                return f"{name} (process {place.parent.parent.name})"
    return ""
