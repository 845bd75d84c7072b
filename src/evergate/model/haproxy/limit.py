"""Limits: how much one client may ask for, counted in a table that the pair's members share."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem
from evergate.model.haproxy import acl
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.server import milliseconds
from evergate.model.haproxy.word import Condition, condition, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany

# What is counted: the counter that is stored, and the fetch that reads it.
COUNTERS = {
    "requests": ("http_req_rate", "sc_http_req_rate"),
    "errors": ("http_err_rate", "sc_http_err_rate"),
    "connections": ("conn_rate", "sc_conn_rate"),
    "concurrent": ("conn_cur", "sc_conn_cur"),
    "bytes": ("bytes_out_rate", "sc_bytes_out_rate"),
}
_MOST_WORDS = 48  # of the 64 that HAProxy reads in a line; the answer takes the others
_OF_CONNECTIONS = ("connections", "concurrent")
_HTTP_ONLY = ("requests", "errors")
_name = values.matching(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}", "a name", "use up to 31 letters, digits, '_' and '-'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Model):
    """So much of something in so much time for each client; who wants more is told when to come again.

    The period is a sliding one. What is refused counts too: who goes on hammering stays refused.
    """

    identity: ClassVar[str | None] = "name"

    name: str = required(_name, "A name for this limit, such as V(login).")
    what: str = defaulted(
        values.choice(*COUNTERS),
        "What is counted: V(requests), V(errors) (answers of 4xx), V(connections), V(concurrent)"
        " connections, or V(bytes) sent.",
        "requests",
    )
    limit: int = required(values.integer(1, 2**31 - 1), "How much of it a client may have in a period.")
    period: str = defaulted(values.duration, "The time in which it is counted.", "10s")
    burst: int = defaulted(
        values.integer(0, 2**30), "How much more than O(limit) is borne within one period.", 0
    )
    per: str = defaulted(
        values.choice("address", "header", "cookie", "url_param", "criterion"),
        "What tells one client from another. An IPv6 client is its /64 network.",
        "address",
    )
    key: str | None = optional(
        values.matching(
            r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", "a name", "write the name alone, such as X-Tenant"
        ),
        "The name of the header, cookie or URL parameter that O(per) speaks of.",
    )
    criterion: str | None = optional(sample, "For V(criterion): a fetch and its converters.")
    status: int = defaulted(
        values.choice_of_numbers(400, 403, 429, 503), "The HTTP status of a refusal.", 429
    )
    retry_after: int | None = optional(
        values.integer(1, 86_400),
        "Seconds in the header C(Retry-After) of a refusal; the period unless given.",
    )
    allow: tuple[str, ...] = defaulted(
        OneOrMany(acl.network), "Networks whose clients are neither counted nor refused.", ()
    )
    allow_list: str | None = optional(
        reference("lists"), "The name of one of O(haproxy_lists), whose networks are neither."
    )
    if_: Condition | None = optional(condition, "Only what fits this condition is counted and refused.")
    size: int = defaulted(
        values.integer(1_000, 100_000_000), "How many clients are remembered, about 100 bytes each.", 100_000
    )

    @property
    def seconds(self) -> int:
        """Return when a refused client may come again, in whole seconds."""
        return self.retry_after or max(1, math.ceil(milliseconds(self.period) / 1000))

    @property
    def of_connections(self) -> bool:
        """Return whether it is known before a request is."""
        return self.what in _OF_CONNECTIONS

    def rules(self) -> Iterator[Problem]:
        """Yield clients that can't be told apart, and keys that have no effect."""
        if self.per in ("header", "cookie", "url_param") and self.key is None:
            yield self.absent("key", f"is missing beside 'per: {self.per}'")
        if self.per in ("address", "criterion") and self.key is not None:
            yield self.wrong(
                "key", f"has no effect beside 'per: {self.per}'", "write per: header, or delete it"
            )
        if self.per == "criterion" and self.criterion is None:
            yield self.absent("criterion", "is missing beside 'per: criterion'")
        if self.per != "criterion" and self.criterion is not None:
            yield self.wrong("criterion", "has no effect", "write per: criterion, or delete it")
        groups, words = (1, 0) if self.if_ is None else (self.if_.groups, len(self.if_.words))
        if groups * (len(self.allow) + 12) + words > _MOST_WORDS:
            hint = "put the networks into a list of haproxy_lists and name it in allow_list; name ACLs in if"
            yield Problem(self.at, "has too many words for one line", self.source, hint)
        if self.of_connections and self.per != "address":
            hint = "write per: address, or what: requests"
            yield self.wrong("per", "is known too late to count connections by", hint)
        if self.of_connections and self.if_ is not None:
            yield self.wrong("if", "is known too late for connections", "delete it, or write what: requests")
        if self.what == "concurrent" and self.has("period"):
            yield self.wrong("period", "has no effect on what is counted at one moment", "delete it")

    def misplaced(self, mode: str) -> Iterator[Problem]:
        """Yield what has no meaning in a frontend of this mode."""
        if mode == "http":
            return
        if self.what in _HTTP_ONLY:
            hint = "write what: connections, concurrent or bytes"
            yield self.wrong("what", f"'{self.what}' are known only in mode http", hint)
        for key in ("per", "status", "retry_after", "if"):
            if self.has(key):
                yield self.wrong(key, "has no meaning in mode tcp", f"delete {key}, or write mode: http")
