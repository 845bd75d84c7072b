"""What holds for every frontend and backend that says nothing else (HAProxy's manual, section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate import values
from evergate.errors import Problem
from evergate.model.extra import haproxy_lines, server_parameters
from evergate.model.haproxy import word
from evergate.model.haproxy.backend import RETRY_ON
from evergate.model.haproxy.files import ErrorPages, error_pages
from evergate.model.haproxy.logs import log_format
from evergate.model.haproxy.reference import reference
from evergate.model.model import Model, defaulted, optional
from evergate.reading import some

# With 500: it may come from a broken server as well as from a broken page, which then costs up to three more
# tries and nothing else, for answers never take a server out (DefaultServer.observe).
SAFE_RETRIES = ("conn-failure", "empty-response", "response-timeout", "500", "502", "503", "504")
_COUNT = values.integer(1, 10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts(Model):
    """HAProxy's timeouts (its manual, section 4.2); those not given are the ones that lost no request."""

    connect: str = defaulted(
        values.duration,
        "A server must accept within this; the default is for servers on the same site.",
        "250ms",
    )
    client: str = defaulted(values.duration, "A client may be silent this long.", "30s")
    server: str = defaulted(values.duration, "A server may take this long to answer.", "10s")
    queue: str = defaulted(values.duration, "A request may wait this long for a free server.", "5s")
    check: str = defaulted(values.duration, "A health check's answer must be complete within this.", "150ms")
    http_request: str = defaulted(
        values.duration, "A client may take this long to send its request's headers.", "5s"
    )
    http_keep_alive: str = defaulted(values.duration, "An idle client connection is kept this long.", "30s")
    tunnel: str = defaulted(values.duration, "A WebSocket may be silent this long.", "1h")
    client_fin: str | None = optional(
        values.duration,
        "A client that has closed its half may be silent this long; as O(client) unless given.",
    )
    server_fin: str | None = optional(
        values.duration,
        "A server that has closed its half may be silent this long; as O(server) unless given.",
    )
    client_hs: str | None = optional(
        values.duration, "A TLS handshake must be done within this; as O(client) unless given."
    )
    tarpit: str | None = optional(
        values.duration, "How long a tarpitted client waits; as O(connect) unless given."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultServer(Model):
    """How servers are checked and taken in and out (HAProxy's manual, section 5.2)."""

    inter: str = defaulted(values.duration, "Time between two checks of a server that is well.", "300ms")
    fastinter: str = defaulted(values.duration, "The same while its state is changing.", "100ms")
    downinter: str = defaulted(values.duration, "The same while it is down.", "200ms")
    fall: int = defaulted(values.integer(1, 100), "Failed checks in a row that take it out.", 2)
    rise: int = defaulted(values.integer(1, 100), "Good checks in a row that bring it back.", 2)
    slowstart: str = defaulted(values.duration, "It gets its full share of the load over this time.", "3s")
    observe: str = defaulted(
        values.choice("none", "layer4", "layer7"),
        "Which of its failures in serving count: connections, or answers too. With V(layer7) whoever finds a"
        " broken page can take servers out by reloading it.",
        "layer4",
    )
    error_limit: int = defaulted(_COUNT, "So many failures in a row do what O(on_error) says.", 5)
    on_error: str = defaulted(
        values.choice("fastinter", "fail-check", "sudden-death", "mark-down"), "What they do.", "mark-down"
    )
    on_marked_down: str | None = optional(
        values.choice("shutdown-sessions"),
        "Whether its connections are closed when it goes down: that kills what a retry would have saved.",
    )
    on_marked_up: str | None = optional(
        values.choice("shutdown-backup-sessions"),
        "Whether connections to backup servers are closed when it comes back.",
    )
    maxconn: int | None = optional(_COUNT, "Connections it takes at a time; the others wait in the queue.")
    maxqueue: int | None = optional(
        _COUNT, "Requests that wait for it alone before another server gets them."
    )
    weight: int | None = optional(values.integer(0, 256), "Its share of the load; V(1) unless given.")
    extra: str | None = optional(server_parameters, "Further keywords for the line.")


def _retry_word(value: object, path: str) -> str:
    number = isinstance(value, int) and not isinstance(value, bool)
    return values.choice(*RETRY_ON)(str(value) if number else value, path)


def _redispatch(value: object, path: str) -> int:
    """Return after how many tries another server is chosen; true is after every one, false never."""
    if isinstance(value, bool) or (isinstance(value, str) and not value.lstrip("-").isdigit()):
        return int(values.boolean(value, path))
    return values.integer(0, 100)(value, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Model):
    """What holds for every frontend and backend that says nothing else."""

    timeout: Timeouts = defaulted(
        Timeouts.from_data, "Timeouts, as durations such as V(250ms) or V(30s).", Timeouts()
    )
    log_format: str = defaulted(
        log_format,
        "How requests are logged: V(http), V(https), V(clf), V(tcp), V(json), or a format in HAProxy's own"
        " words. TCP frontends have V(tcp), or V(json) of their own, unless they say otherwise.",
        "http",
    )
    error_log_format: str | None = optional(
        word.log_format, "How failed connections are logged, in HAProxy's own words."
    )
    dontlognull: bool = defaulted(values.boolean, "Whether connections without any data go unlogged.", True)
    dontlog_normal: bool = defaulted(values.boolean, "Whether only what went wrong is logged.", False)
    log_separate_errors: bool = defaulted(
        values.boolean, "Whether what went wrong is logged at the level C(err).", False
    )
    log_health_checks: bool = defaulted(values.boolean, "Whether every change of a check is logged.", False)
    retries: int = defaulted(values.integer(0, 100), "How often a failed request is tried again.", 3)
    retry_on: tuple[str, ...] = defaulted(
        some(_retry_word),
        "The failures after which a request is tried again, each time on another server. Backends repeat only"
        " what is safe to repeat, C(GET) and C(HEAD), for a server may have acted on any other.",
        SAFE_RETRIES,
    )
    redispatch: int = defaulted(
        _redispatch, "With every how many tries another server is chosen; V(0) for never.", 1
    )
    http_reuse: str = defaulted(
        values.choice("never", "safe", "aggressive", "always"),
        "How far idle connections to servers are shared. V(always) is safe where requests are retried.",
        "always",
    )
    idle_close_on_response: bool = defaulted(
        values.boolean,
        "Whether a reload lets idle clients finish, not closing the connection under their next request.",
        True,
    )
    default_server: DefaultServer = defaulted(
        DefaultServer.from_data, "How servers are checked and taken in and out.", DefaultServer()
    )
    errorfiles: ErrorPages = defaulted(
        error_pages,
        "Error pages: for each status a file of a whole HTTP response, or C(content), the page's text.",
        (),
    )
    http_errors: str | None = optional(
        reference("http_errors"), "The name of one of O(haproxy_http_errors) to use."
    )
    maxconn: int | None = optional(_COUNT, "Connections of each frontend at a time.")
    backlog: int | None = optional(_COUNT, "Connections of each frontend that may wait in the kernel.")
    fullconn: int | None = optional(_COUNT, "The load of a backend at which servers get their C(maxconn).")
    http_connection_mode: str | None = optional(
        values.choice("http-keep-alive", "http-server-close", "httpclose"), "What connections are kept."
    )
    abortonclose: bool = defaulted(values.boolean, "Whether requests of gone clients leave the queue.", False)
    allbackups: bool = defaulted(
        values.boolean, "Whether all backups serve at once, not the first only.", False
    )
    contstats: bool = defaulted(values.boolean, "Whether long transfers are counted as they go on.", False)
    nolinger: bool = defaulted(values.boolean, "Whether sockets are closed at once, data or not.", False)
    socket_stats: bool = defaulted(values.boolean, "Whether each address has its own statistics.", False)
    splice_auto: bool = defaulted(values.boolean, "Whether the kernel passes data on, where it helps.", False)
    tcpka: bool = defaulted(values.boolean, "Whether TCP keeps connections alive on both sides.", False)
    tcp_smart_accept: bool = defaulted(values.boolean, "Whether handshakes are answered with data.", False)
    tcp_smart_connect: bool = defaulted(values.boolean, "Whether handshakes carry the first data.", False)
    load_server_state_from_file: str = defaulted(
        values.choice("global", "none"),
        "Whether servers' state is read from O(haproxy_global.server_state_file) at a start and a reload: who"
        " is drained or in maintenance stays so.",
        "global",
    )
    extra: tuple[str, ...] = defaulted(
        haproxy_lines, "Further lines for this section, in HAProxy's own words.", ()
    )

    def rules(self) -> Iterator[Problem]:
        """Yield what contradicts itself."""
        if "none" in self.retry_on and len(self.retry_on) > 1:
            yield self.wrong("retry_on", "has 'none' beside others", "write 'none' alone, or leave it out")
        if len(set(self.retry_on)) < len(self.retry_on):
            yield self.wrong("retry_on", "names a failure twice", "write each of them once")
