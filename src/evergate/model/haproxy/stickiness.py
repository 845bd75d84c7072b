"""How a client stays with its server: cookies, stick rules and rules for one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate import values
from evergate.errors import Problem
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.server import host_name, server_name
from evergate.model.haproxy.word import Condition, condition, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import some

ACTIONS = ("on", "match", "store-request", "store-response")


def _domain(value: object, path: str) -> str:
    """Return a domain with a dot inside it, without which browsers keep no cookie (RFC 6265, 5.3)."""
    text = values.matching(
        r"\.?[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+",
        "a cookie's domain",
        "write shop.example or .shop.example",
    )(value, path)
    host_name(text.removeprefix("."), path)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(Model):
    """The cookie that says which server a client has (HAProxy's manual, section 4.2, "cookie")."""

    name: str = required(
        values.matching(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,63}", "a cookie's name", "write a word such as SRV"),
        "The cookie's name, one that the application does not use itself.",
    )
    mode: str = defaulted(
        values.choice("insert", "rewrite", "prefix"),
        "Whether HAProxy makes the cookie, changes the application's, or puts the server before its value.",
        "insert",
    )
    indirect: bool | None = optional(
        values.boolean, "Whether the application never sees the cookie; it does not in mode V(insert)."
    )
    nocache: bool | None = optional(
        values.boolean, "Whether answers that set the cookie may not be cached; so it is in mode V(insert)."
    )
    httponly: bool | None = optional(
        values.boolean, "Whether scripts in the browser can't read it; they can't in mode V(insert)."
    )
    secure: bool = defaulted(values.boolean, "Whether browsers send it over TLS only.", False)
    postonly: bool = defaulted(values.boolean, "Whether only answers to POST set it.", False)
    preserve: bool = defaulted(values.boolean, "Whether the application may set it itself.", False)
    domains: tuple[str, ...] = defaulted(some(_domain), "The domains it is for.", ())
    maxidle: str | None = optional(values.duration, "After how long without a visit it no longer counts.")
    maxlife: str | None = optional(values.duration, "How long after the first visit it no longer counts.")
    attr: tuple[str, ...] = defaulted(
        some(values.matching(r"[A-Za-z][ -:<-~]{0,127}", "an attribute", "write it as in SameSite=Lax")),
        "Further attributes, such as V(SameSite=Lax).",
        (),
    )
    dynamic: bool = defaulted(
        values.boolean,
        "Whether the value is a hash of the server's address, the same on every load balancer.",
        False,
    )
    dynamic_cookie_key: str | None = optional(
        values.text, "The secret that goes into the hash of O(dynamic).", secret=True
    )

    def on(self, key: str) -> bool:
        """Return whether a switch is on; some are by default, where HAProxy makes the cookie."""
        chosen: bool | None = getattr(self, key)
        return self.mode == "insert" if chosen is None else chosen

    def rules(self) -> Iterator[Problem]:
        """Yield the switches that exclude each other."""
        if self.mode != "insert":
            for key in (
                "indirect",
                "maxidle",
                "maxlife",
                "postonly",
                "domains",
                "attr",
                "httponly",
                "secure",
            ):
                if getattr(self, key):
                    problem = f"has no place in mode '{self.mode}'"
                    yield self.wrong(key, problem, "delete it, or write mode: insert")
        if self.preserve and not self.on("indirect") and self.mode != "insert":
            yield self.wrong("preserve", f"has no place in mode '{self.mode}'", "write mode: insert")
        if self.dynamic and self.dynamic_cookie_key is None:
            yield self.absent("dynamic_cookie_key", "is missing beside 'dynamic'")
        if not self.dynamic and self.dynamic_cookie_key is not None:
            yield self.absent("dynamic", "is missing beside 'dynamic_cookie_key'")


def _action(value: object, path: str) -> str:
    """Return the action; YAML reads a bare `on` as true."""
    return values.choice(*ACTIONS)("on" if value is True else value, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick(Model):
    """A rule that looks up or remembers a client's server in a stick table ("stick on" and the like)."""

    action: str = defaulted(_action, "Whether to look up and remember, or only one of both.", "on")
    pattern: str = required(
        sample, "What tells clients apart: an expression such as C(src) or C(req.cook(id\\))."
    )
    table: str | None = optional(
        reference("tables"), "The section whose stick table is used, if not this backend's own."
    )
    if_: Condition | None = optional(condition, "Only if this condition holds.")
    unless: Condition | None = optional(condition, "Only if this condition does not hold.")

    def rules(self) -> Iterator[Problem]:
        """Yield two conditions on one rule."""
        if self.if_ is not None and self.unless is not None:
            yield self.wrong("unless", "stands beside 'if'", "keep one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseServer(Model):
    """A rule that sends what a condition fits to one server ("use-server")."""

    server: str = required(server_name, "The name of a server of this backend.")
    if_: Condition | None = optional(condition, "Use it if this condition holds.")
    unless: Condition | None = optional(condition, "Use it if this condition does not hold.")

    def rules(self) -> Iterator[Problem]:
        """Yield a rule without a condition, or with two."""
        if self.if_ is not None and self.unless is not None:
            yield self.wrong("unless", "stands beside 'if'", "keep one of them")
        if self.if_ is None and self.unless is None:
            yield self.absent("if", "is missing")
