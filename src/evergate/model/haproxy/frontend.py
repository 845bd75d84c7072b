"""A frontend: where clients connect, what is asked of them, and which backend answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, quoted
from evergate.model.extra import haproxy_lines
from evergate.model.haproxy import logs, word
from evergate.model.haproxy.acl import Acl, misused, phase
from evergate.model.haproxy.bind import Bind
from evergate.model.haproxy.files import ErrorPages, error_pages
from evergate.model.haproxy.limit import Limit
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.route import Route
from evergate.model.haproxy.rule import (
    HttpAfterResponseRule,
    HttpRequestRule,
    HttpResponseRule,
    TcpRequestRule,
    in_section,
)
from evergate.model.haproxy.table import StickTable
from evergate.model.haproxy.word import Condition, condition, file_path, header_name
from evergate.model.model import Model, defaulted, keys, optional, required
from evergate.reading import each, some

MOST_LIMITS = 3  # as many as HAProxy tracks for one connection (its manual, tune.stick-counters)

_engine = values.matching(r"[A-Za-z0-9_-]{1,63}", "an engine's name", "use letters, digits, '_' and '-'")
_cookie = values.matching(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}=?", "a cookie's name", "write a name")
_HTTP_ONLY = (
    *(
        "http_request",
        "http_response",
        "http_after_response",
        "redirect_to_https",
        "security_headers",
        "hsts",
    ),
    *(
        "captures",
        "capture_cookie",
        "monitor_uri",
        "monitor_fail",
        "forwardfor",
        "originalto",
        "unique_id_format",
    ),
    *("unique_id_header", "http_buffer_request", "http_ignore_probes", "logasap", "timeout_http_request"),
    *("timeout_http_keep_alive", "errorfiles", "http_errors", "accept_invalid_http_request"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Model):
    """A header whose value is kept for the logs."""

    request: str | None = optional(header_name, "The name of a request header.")
    response: str | None = optional(header_name, "The name of a response header.")
    len: int = defaulted(values.integer(1, 8192), "How much of it is kept, in bytes.", 64)

    def rules(self) -> Iterator[Problem]:
        """Yield a capture of nothing or of two things."""
        if (self.request is None) == (self.response is None):
            yield Problem(
                self.at, "captures no header or two", self.source, "write either request or response"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoe(Model):
    """An agent outside HAProxy that is asked about the traffic (HAProxy's doc/SPOE.txt)."""

    engine: str = required(_engine, "The engine, as its configuration calls it.")
    config: str = required(file_path, "Path on the hosts of the engine's configuration.")


@dataclass(frozen=True, kw_only=True)
class Frontend(Model):
    """What clients connect to."""

    identity: ClassVar[str | None] = "name"

    name: str = required(values.name, "A name for this frontend, such as V(shop).")
    mode: str = defaulted(
        values.choice("http", "tcp"),
        "Whether HAProxy understands the traffic as HTTP or passes bytes.",
        "http",
    )
    vip: str | None = optional(
        reference("vips"),
        "The name of one of keepalived_instances, on whose addresses it listens; with O(port).",
    )
    port: int | None = optional(values.port, "The TCP port clients connect to, such as 80.")
    binds: tuple[Bind, ...] = defaulted(
        some(Bind.from_data), "Where it listens, one by one, instead of O(vip) and O(port).", ()
    )
    default_backend: str | None = optional(
        reference("backends"), "The name of one of O(haproxy_backends), for what no route sends elsewhere."
    )
    routes: tuple[Route, ...] = defaulted(
        each(Route.from_data), "Backends for some of the requests; the first route that fits is taken.", ()
    )
    acls: tuple[Acl, ...] = defaulted(each(Acl.from_data), "Named conditions for this section's rules.", ())
    limits: tuple[Limit, ...] = defaulted(
        each(Limit.from_data), "How much a client may ask for; counted once for all members of the pair.", ()
    )
    tcp_request: tuple[TcpRequestRule, ...] = defaulted(
        each(TcpRequestRule.from_data), "Rules for connections.", ()
    )
    inspect_delay: str | None = optional(
        values.duration, "How long rules for content wait for enough of it to decide."
    )
    http_request: tuple[HttpRequestRule, ...] = defaulted(
        each(HttpRequestRule.from_data), "Rules for requests.", ()
    )
    http_response: tuple[HttpResponseRule, ...] = defaulted(
        each(HttpResponseRule.from_data), "Rules for answers.", ()
    )
    http_after_response: tuple[HttpAfterResponseRule, ...] = defaulted(
        each(HttpAfterResponseRule.from_data), "Rules for all answers, HAProxy's own too.", ()
    )
    redirect_to_https: bool = defaulted(
        values.boolean, "Whether requests that came unencrypted are sent to the same URL with https.", False
    )
    security_headers: bool = defaulted(
        values.boolean,
        "Whether answers without them get HSTS, X-Content-Type-Options, X-Frame-Options and Referrer-Policy.",
        False,
    )
    hsts: int | None = optional(
        values.integer(0, 10_000),
        "For how many days browsers shall ask with https alone; 365 with O(security_headers).",
    )
    captures: tuple[Capture, ...] = defaulted(
        each(Capture.from_data), "Headers whose values are kept for the logs.", ()
    )
    capture_cookie: str | None = optional(_cookie, "A cookie whose value is kept for the logs.")
    maxconn: int | None = optional(
        values.integer(1, 10_000_000),
        "Concurrent connections accepted; the others wait in the kernel's queue.",
    )
    backlog: int | None = optional(values.integer(1, 10_000_000), "How many may wait there.")
    rate_limit_sessions: int | None = optional(
        values.integer(1, 10_000_000), "New connections accepted in a second; the others wait."
    )
    monitor_uri: str | None = optional(
        values.url_path, "A path that HAProxy answers itself, for a monitor outside; never logged."
    )
    monitor_fail: Condition | None = optional(
        condition, "When that answer is 503, as in C(nbsrv(shop\\) lt 1)."
    )
    forwardfor: bool = defaulted(
        values.boolean, "Whether servers get the client's address in X-Forwarded-For.", True
    )
    originalto: bool = defaulted(values.boolean, "Whether they get the address it came to.", False)
    log_format: str | None = optional(
        logs.log_format,
        "How its logs are written: V(http), V(https), V(tcp), V(json), V(clf), or a log format of your own.",
    )
    unique_id_format: str | None = optional(word.log_format, "A number for each request, a log format.")
    unique_id_header: str | None = optional(header_name, "The request header it is sent in.")
    timeout_client: str | None = optional(values.duration, "How long a client may be silent.")
    timeout_client_fin: str | None = optional(values.duration, "The same after the server has finished.")
    timeout_http_request: str | None = optional(values.duration, "How long a request's headers may take.")
    timeout_http_keep_alive: str | None = optional(values.duration, "How long to wait for a next request.")
    errorfiles: ErrorPages = defaulted(
        error_pages, "What HAProxy answers itself, by status: a file's path, or C(content) with a page.", ()
    )
    http_errors: str | None = optional(
        reference("http_errors"), "The name of one of O(haproxy_http_errors) to use."
    )
    stick_table: StickTable | None = optional(StickTable.from_data, "A table for this section's own rules.")
    filters: tuple[Spoe, ...] = defaulted(
        each(Spoe.from_data), "Agents that are asked about the traffic.", ()
    )
    http_buffer_request: bool | None = optional(
        values.boolean, "Whether a request's body is awaited before its rules are applied."
    )
    http_ignore_probes: bool | None = optional(
        values.boolean, "Whether connections closed without a request go unlogged and unanswered."
    )
    accept_invalid_http_request: bool | None = optional(
        values.boolean, "Whether requests that HTTP does not allow are passed on; a risk."
    )
    logasap: bool | None = optional(values.boolean, "Whether long transfers are logged as they begin.")
    dontlog_normal: bool | None = optional(values.boolean, "Whether only what went wrong is logged.")
    clitcpka: bool | None = optional(values.boolean, "Whether connections to clients are kept alive by TCP.")
    disabled: bool = defaulted(values.boolean, "Whether it does not listen for now.", False)
    extra: tuple[str, ...] = defaulted(haproxy_lines, "Further lines in HAProxy's own words.", ())

    @property
    def all_binds(self) -> tuple[Bind, ...]:
        """Return its binds, also that of the short form."""
        if self.binds or self.vip is None:
            return self.binds
        return (Bind(at=self.at, source=self.source, vip=self.vip, port=self.port),)

    @property
    def uses_tls(self) -> bool:
        """Return whether clients can speak TLS with it."""
        return any(bind.tls is not None for bind in self.all_binds)

    @property
    def uses_quic(self) -> bool:
        """Return whether clients can speak HTTP/3 with it."""
        return any(bind.quic for bind in self.all_binds)

    def rules(self) -> Iterator[Problem]:
        """Yield what the parts of a frontend make wrong in each other."""
        yield from self._place()
        yield from self._mode()
        yield from misused(self, self.acls, self.mode)
        yield from in_section(self, self.mode)
        yield from self._counters()
        yield from self._slots()
        for limit in self.limits:
            yield from limit.misplaced(self.mode)
        if self.default_backend is None and not self._answers():
            yield self.absent("default_backend", "is missing, and nothing else answers")
        if self.redirect_to_https and all(bind.tls is not None for bind in self.all_binds):
            hint = "add a bind without tls, or delete it"
            yield self.wrong("redirect_to_https", "has nothing to do: every bind speaks TLS", hint)
        if self.hsts is not None and not self.uses_tls:
            yield self.wrong("hsts", "needs TLS", "give a bind 'tls', or delete it")
        if self.monitor_fail is not None and self.monitor_uri is None:
            yield self.absent("monitor_uri", "is missing beside 'monitor_fail'")
        if self.unique_id_header is not None and self.unique_id_format is None:
            yield self.absent("unique_id_format", "is missing beside 'unique_id_header'")

    def _answers(self) -> bool:
        return bool(
            self.routes or self.http_request or self.tcp_request or self.extra or self.redirect_to_https
        )

    def _counters(self) -> Iterator[Problem]:
        """Yield limits beyond the counters there are, and rules that would count into those of a limit.

        Limits take the first counters; HAProxy has three of them unless told otherwise.
        """
        for limit in self.limits[MOST_LIMITS:]:
            problem = f"is one more than the {MOST_LIMITS} limits a frontend can have"
            yield limit.wrong("name", problem, "count several things in one limit, or make a second frontend")
        for rule in (*self.tcp_request, *self.http_request, *self.http_response):
            if rule.action.startswith("track-sc") and int(rule.action[-1]) < len(self.limits):
                free = f"track-sc{len(self.limits)}" if len(self.limits) < MOST_LIMITS else "a limit less"
                yield rule.wrong("action", f"{quoted(rule.action)} is taken by a limit", f"write {free}")
        for rule in self.tcp_request if self.mode == "http" else ():
            early = rule.stage == "content" and phase(rule.expression or "") == "any"
            if early and rule.action.startswith("track-sc"):
                hint = "write stage: session, which counts invalid requests too"
                yield rule.wrong("stage", "is later than what is counted by is known", hint)
        for rule in self.http_request if "servers" not in keys(type(self)) else ():
            if rule.action == "set-timeout":
                problem = "sets a timeout of servers, which a frontend has none of"
                yield rule.wrong("action", problem, "write it into the backend")

    def _slots(self) -> Iterator[Problem]:
        """Yield rules that capture into a slot which no capture has declared."""
        declared = sum(each.response is not None for each in self.captures)
        for rule in (*self.http_response, *self.http_after_response):
            if rule.slot is not None and rule.slot >= declared:
                problem = f"{quoted(rule.slot)} is not one of the {declared} captures of a response"
                yield rule.wrong("slot", problem, "count from 0, or declare one more in captures")

    def _place(self) -> Iterator[Problem]:
        if self.binds:
            for key in ("vip", "port"):
                if self.has(key):
                    yield self.wrong(key, "stands beside 'binds'", f"write {key} into a bind")
        elif not self.has("vip"):
            yield self.absent("vip", "is missing")
        elif not self.has("port"):
            yield self.absent("port", "is missing")

    def _mode(self) -> Iterator[Problem]:
        if self.mode == "http":
            for key in ("req_ssl_sni",):
                for route in self.routes:
                    if route.has(key):
                        hint = "write host, which is known once TLS is ended here, or mode: tcp"
                        yield route.wrong(key, "is what passes through in mode tcp", hint)
            return
        for key in _HTTP_ONLY:
            if self.has(key) and self.source[key] is not False:
                yield self.wrong(key, "has no meaning in mode tcp", f"delete {key}, or write mode: http")
        part = logs.of_requests(self.log_format)
        if part is not None:
            yield self.wrong("log_format", f"has {quoted(part)}, which mode tcp has none of", "delete it")
        for acl in self.acls:
            if acl.phase in ("request", "response") or acl.key == "method":
                yield acl.wrong(
                    acl.key, "is not known in mode tcp", "write mode: http, or look at src or SNI"
                )
        for route in self.routes:
            for key in route.needs_http:
                yield route.wrong(key, "is not known in mode tcp", "write req_ssl_sni, or mode: http")
        for bind in self.binds:
            if bind.proto is not None:
                yield bind.wrong("proto", "has no meaning in mode tcp", "delete proto, or write mode: http")
            if bind.quic:
                yield bind.wrong("quic", "is HTTP/3, which mode tcp does not speak", "write mode: http")
