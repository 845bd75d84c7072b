"""What of a backend decides whether its servers can change while HAProxy runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .haproxy_text import Section
from .server_line import Server, servers

# Nothing in these depends on a server's place or number (configuration manual, section 4, "balance").
_FREE = ("roundrobin", "leastconn", "random")
_HASHING = ("source", "uri", "url_param", "hdr", "rdp-cookie", "hash")


@dataclass(frozen=True, slots=True)
class Backend:
    """A section with servers, `backend` or `listen`, and the `defaults` behind it."""

    section: Section
    defaults: Section

    @property
    def name(self) -> str:
        """Return the backend's name."""
        return self.section.name

    @property
    def servers(self) -> Mapping[str, Server]:
        """Return its servers by their names, in the order of the file."""
        return servers(self.section, self.defaults)

    def last(self, start: str) -> list[str]:
        """Return the words of the line that begins so and holds, the defaults' if it has none itself."""
        return (self.section.last(start) or self.defaults.last(start) or "").split()

    @property
    def algorithm(self) -> str:
        """Return how it balances, without arguments; HAProxy's own choice is roundrobin."""
        return re.split(r"[( ]", (self.last("balance") or ["balance", "roundrobin"])[1])[0]

    @property
    def is_free(self) -> bool:
        """Return whether servers may come, go and change places, with nothing but their own traffic changed.

        `first` prefers the lowest number, consistent hashes are of numbers, and a server that comes takes the
        lowest free number where after a reload each has that of its place.
        """
        others = [self.last(start) for start in ("dispatch", "transparent", "option transparent")]
        return self.algorithm in _FREE and not any(others)

    @property
    def is_dynamic(self) -> bool:
        """Return whether a server's weight may change at run time (configuration manual, "balance")."""
        consistent = self.last("hash-type")[1:2] == ["consistent"]
        return self.algorithm in (*_FREE, "first") or (self.algorithm in _HASHING and consistent)

    @property
    def has_dynamic_cookies(self) -> bool:
        """Return whether a server's cookie is made of its address (configuration manual, "cookie")."""
        return "dynamic" in self.last("cookie")

    @property
    def keeps_states(self) -> bool:
        """Return whether a reload reads the servers' states (manual, "load-server-state-from-file")."""
        return self.last("load-server-state-from-file")[1:2] in (["global"], ["local"])
