"""What keeps a client with its server, as lines."""

from __future__ import annotations

from evergate.model.haproxy.stickiness import Cookie, Stick, UseServer
from evergate.render.haproxy.rule import conditions
from evergate.render.haproxy.words import argument

_SWITCHES = ("indirect", "nocache", "postonly", "preserve", "httponly", "secure")


def cookie_lines(cookie: Cookie | None) -> list[str]:
    """Return the line of the cookie, and that of its key."""
    if cookie is None:
        return []
    words = ["cookie", argument(cookie.name), cookie.mode]
    words += [name for name in _SWITCHES if _is_on(cookie, name)]
    words += [word for domain in cookie.domains for word in ("domain", domain)]
    words += ["maxidle", cookie.maxidle] if cookie.maxidle else []
    words += ["maxlife", cookie.maxlife] if cookie.maxlife else []
    words += ["dynamic"] if cookie.dynamic else []
    words += [word for attribute in cookie.attr for word in ("attr", argument(attribute))]
    key = cookie.dynamic_cookie_key
    return [" ".join(words), *([f"dynamic-cookie-key {argument(key)}"] if key is not None else [])]


def _is_on(cookie: Cookie, name: str) -> bool:
    return cookie.on(name) if name in ("indirect", "nocache", "httponly") else bool(getattr(cookie, name))


def stick_lines(rules: tuple[Stick, ...]) -> list[str]:
    """Return a line for each rule of a stick table, in order."""
    return [
        " ".join(["stick", rule.action, argument(rule.pattern), *_table(rule), *conditions(rule)])
        for rule in rules
    ]


def _table(rule: Stick) -> list[str]:
    return ["table", rule.table] if rule.table is not None else []


def use_server_lines(rules: tuple[UseServer, ...]) -> list[str]:
    """Return a line for each rule that chooses a server, in order."""
    return [" ".join(["use-server", rule.server, *conditions(rule)]) for rule in rules]
