"""A backend's `server` lines: where each server is, and its parameters with those of `default-server`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .haproxy_text import Section, keywords

# Parameters with one value, and switches (configuration manual, section 5.2). One that is missing here makes
# a line one that is not understood, and its change a reload.
_VALUED = keywords("""
    addr agent-addr agent-inter agent-port agent-send alpn ca-file check-alpn check-proto check-sni ciphers
    ciphersuites client-sigalgs cookie crl-file crt curves downinter error-limit fall fastinter guid hash-key
    id init-addr inter interface log-proto max-reuse maxconn maxqueue minconn namespace observe on-error
    on-marked-down on-marked-up pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto
    proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers rise shard sigalgs slowstart
    sni socks4 source ssl-max-ver ssl-min-ver tcp-ut track usesrc verify verifyhost weight ws
""")
_SWITCHES = keywords("""
    agent-check allow-0rtt backup check check-send-proxy check-ssl check-via-socks4 disabled no-ssl-reuse
    no-tls-tickets non-stick send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn ssl tfo
""")
# What takes a switch back that `default-server` may have turned on.
_TAKEN_BACK = {
    "enabled": "disabled",
    "ssl-reuse": "no-ssl-reuse",
    "stick": "non-stick",
    "tls-tickets": "no-tls-tickets",
    **{f"no-{name}": name for name in _SWITCHES if not name.startswith(("no", "disabled", "allow"))},
}
# What needs no quoting in the file nor on the command line.
_PLAIN = re.compile(r"[A-Za-z0-9/._:?=&%~+,@*|^!()\[\]-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Server:
    """A server: its name and address as they are written, and all words that hold for it."""

    name: str
    address: str
    words: tuple[str, ...]

    @property
    def settings(self) -> Mapping[str, str] | None:
        """Return its parameters, the last of each; a switch has an empty value. None if not understood."""
        found: dict[str, str] = {}
        rest = iter(self.words)
        for word in rest:
            value = next(rest, "") if word in _VALUED else ""
            if not _PLAIN.fullmatch(f"{word}{value}") or (word in _VALUED and not value):
                return None
            if word in _TAKEN_BACK:
                found.pop(_TAKEN_BACK[word], None)
            elif word in _VALUED or word in _SWITCHES:
                found[word] = value
            else:
                return None
        return found

    @property
    def place(self) -> tuple[str, int] | None:
        """Return its IP address and its port, or None if it is a name, or has no plain port."""
        match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})", self.address, re.ASCII)
        try:
            return (str(ipaddress.ip_address(match[1] or match[2])), int(match[3])) if match else None
        except ValueError:
            return None


def servers(section: Section, defaults: Section) -> dict[str, Server]:
    """Return the servers of a section by their names, in its order.

    `default-server` holds for what follows it; the section's adds to that of its `defaults` (configuration
    manual, section 4, "default-server").
    """
    return {server.name: server for server in _servers(section, defaults)}


def _servers(section: Section, defaults: Section) -> Iterator[Server]:
    inherited = list(_default_words(defaults.lines))
    for line in section.lines:
        inherited += _default_words([line])
        if is_server(line):
            _, name, address, *own = line.split()
            yield Server(name, address, (*inherited, *own))


def is_server(line: str) -> bool:
    """Return whether a line declares one server."""
    return line.startswith("server ") and len(line.split()) > 2


def _default_words(lines: Iterable[str]) -> Iterator[str]:
    return (word for line in lines if line.startswith("default-server ") for word in line.split()[1:])
