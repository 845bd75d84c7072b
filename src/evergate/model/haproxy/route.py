"""Routes: which backend answers which requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate import values
from evergate.errors import Problem
from evergate.model.haproxy import acl
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.word import Condition, condition, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany

MOST_WORDS = 56  # of the 64 that HAProxy reads in a line
# What a route can look at, as an ACL does.
MATCHERS = (
    "host",
    "host_end",
    "host_reg",
    "path",
    "path_beg",
    "path_end",
    "path_reg",
    "method",
    "req_ssl_sni",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMap(Model):
    """A map whose values are names of backends."""

    name: str = required(reference("maps"), "The name of one of O(haproxy_maps); its values are backends.")
    # Not `on`, which is a boolean in YAML 1.1.
    by: str = defaulted(
        values.choice("host", "path", "base", "req_ssl_sni"),
        "What is looked up: V(host) without its port, V(path), V(base) for both together, or the"
        " SNI in mode tcp.",
        "host",
    )
    criterion: str | None = optional(
        sample, "Look up something else: a fetch and its converters, instead of O(by)."
    )
    match: str = defaulted(
        values.choice("str", "beg", "end", "dom", "dir", "reg"),
        "How the keys are compared: V(str) as a whole, V(beg) from the beginning.",
        "str",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield two things to look up."""
        if self.criterion is not None and self.has("by"):
            yield self.wrong("by", "stands beside 'criterion'", "keep either 'by' or 'criterion'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Model):
    """A backend for the requests that fit everything said here; the first route that fits is taken."""

    backend: str | None = optional(
        reference("backends"), "The name of one of O(haproxy_backends) or O(haproxy_listens)."
    )
    map: RouteMap | None = optional(
        RouteMap.from_data, "A map that tells the backend, instead of O(backend)."
    )
    host: tuple[str, ...] = defaulted(
        OneOrMany(acl.host_part), "The host asked for is one of these; its port and capitals don't count.", ()
    )
    host_end: tuple[str, ...] = defaulted(
        OneOrMany(acl.host_part), "The host ends with one of these, such as V(.shop.example).", ()
    )
    host_reg: tuple[str, ...] = defaulted(OneOrMany(acl.regex), "The host fits one of these.", ())
    path: tuple[str, ...] = defaulted(OneOrMany(acl.url_path), "The path is one of these.", ())
    path_beg: tuple[str, ...] = defaulted(OneOrMany(acl.url_path), "The path begins with one of these.", ())
    path_end: tuple[str, ...] = defaulted(OneOrMany(acl.url_part), "The path ends with one of these.", ())
    path_reg: tuple[str, ...] = defaulted(OneOrMany(acl.regex), "The path fits one of these.", ())
    method: tuple[str, ...] = defaulted(OneOrMany(acl.http_method), "The method is one of these.", ())
    req_ssl_sni: tuple[str, ...] = defaulted(
        OneOrMany(acl.host_part),
        "The TLS client, whose bytes are passed on, asks for one of these names.",
        (),
    )
    if_: Condition | None = optional(condition, "A condition of ACLs that must be true as well.")

    @property
    def needs_http(self) -> tuple[str, ...]:
        """Return the keys that look at what only HTTP has."""
        return tuple(key for key in MATCHERS if self.has(key) and key in acl.HTTP_CRITERIA)

    @property
    def _words(self) -> int:
        """Return about how many words the line has; criteria stand there once for each group of ACLs."""
        criteria = sum(6 + len(getattr(self, key)) for key in MATCHERS if self.has(key))
        return criteria if self.if_ is None else criteria * self.if_.groups + len(self.if_.words)

    def rules(self) -> Iterator[Problem]:
        """Yield a route to nowhere or to two places, and one that would take every request."""
        if self.backend is not None and self.map is not None:
            yield self.wrong("map", "stands beside 'backend'", "keep either 'backend' or 'map'")
        if self.backend is None and self.map is None:
            yield self.absent("backend", "is missing, and so is 'map'")
        if self._words > MOST_WORDS:
            hint = "put the values into an ACL, which may have any number, or into a map"
            yield Problem(self.at, f"has more than {MOST_WORDS} words for one line", self.source, hint)
        if self.backend is not None and not any(map(self.has, (*MATCHERS, "if"))):
            hint = f"say what for ({', '.join(MATCHERS)} or if), or make it the default_backend"
            yield self.wrong("backend", "would take every request", hint)
