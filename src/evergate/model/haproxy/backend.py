"""A backend: the servers that answer, how one is chosen, kept and checked, and what is done on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, nearest, quoted, refused
from evergate.model.extra import haproxy_lines
from evergate.model.haproxy.acl import Acl, misused
from evergate.model.haproxy.balance import (
    HASHING,
    NEED_HTTP,
    algorithm,
    balance,
    hash_balance_factor,
    hash_type,
)
from evergate.model.haproxy.check import Check
from evergate.model.haproxy.files import ErrorPages, error_pages
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.rule import (
    HttpAfterResponseRule,
    HttpRequestRule,
    HttpResponseRule,
    TcpRequestRule,
    TcpResponseRule,
    in_section,
)
from evergate.model.haproxy.server import (
    Resolved,
    Server,
    ServerDefaults,
    ServerOptions,
    ServerTemplate,
    Source,
    count,
    milliseconds,
    some_count,
    words_in,
)
from evergate.model.haproxy.stickiness import Cookie, Stick, UseServer
from evergate.model.haproxy.table import StickTable
from evergate.model.haproxy.word import header_name, media_type
from evergate.model.member import Member
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each, repeated, some

RETRY_ON = (
    *("none", "all-retryable-errors", "conn-failure", "empty-response", "junk-response"),
    *("response-timeout", "0rtt-rejected"),
    *("401", "403", "404", "408", "425", "429", "500", "501", "502", "503", "504"),
)
_ERRORS = (200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504)

MOST_WORDS = 64

# What means nothing in mode tcp: HAProxy would ignore it, some with a warning.
HTTP_ONLY = (
    *("cookie", "http_reuse", "retry_on", "retry_unsafe", "compression", "cache", "http_request"),
    *("http_response", "http_after_response", "errorfiles", "http_errors", "http_send_name_header"),
    *("max_keep_alive_queue", "prefer_last_server", "http_pretend_keepalive", "forwarded"),
    *("http_connection_mode", "timeout_http_request", "timeout_http_keep_alive", "timeout_tarpit"),
)
_SERVER_HTTP_ONLY = (
    *("proto", "ws", "redir", "cookie", "max_reuse"),
    *("pool_max_conn", "pool_low_conn", "pool_purge_delay", "pool_conn_name"),
)
_CHECK_KEYS = (
    *("inter", "fastinter", "downinter", "rise", "fall", "check_port", "check_address", "check_ssl"),
    *("check_sni", "check_alpn", "check_proto", "check_send_proxy", "check_via_socks4"),
    *("observe", "error_limit", "on_error"),
)


def _retry_word(value: object, path: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return values.choice(*RETRY_ON)(str(value), path)
    return values.choice(*RETRY_ON)(value, path)


def error_status(value: object, path: str) -> str:
    """Return one of the HTTP statuses for which HAProxy has an error page."""
    if isinstance(value, bool) or str(value) not in map(str, _ERRORS):
        hint = f"write one of: {', '.join(map(str, _ERRORS))}"
        raise refused(path, f"{quoted(value)} is not a status with an error page", value, hint)
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression(Model):
    """Compression of answers, for clients that accept it (HAProxy's manual, section 4.2, "compression")."""

    algo: tuple[str, ...] = defaulted(
        some(values.choice("gzip", "deflate", "raw-deflate", "identity")), "The algorithms.", ("gzip",)
    )
    types: tuple[str, ...] = defaulted(
        some(media_type),
        "The media types to compress.",
        (
            "text/html",
            "text/plain",
            "text/css",
            "application/javascript",
            "application/json",
            "image/svg+xml",
        ),
    )
    offload: bool = defaulted(
        values.boolean, "Whether servers are asked for plain answers, so that only HAProxy compresses.", False
    )
    algo_req: str | None = optional(
        values.choice("gzip", "deflate", "raw-deflate", "identity"), "The algorithm for requests."
    )
    types_req: tuple[str, ...] = defaulted(some(media_type), "The media types of requests to compress.", ())
    direction: str | None = optional(
        values.choice("request", "response", "both"), "What is compressed; answers by default."
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a direction without its algorithm, and the other way round."""
        requests = self.direction in ("request", "both")
        if requests and self.algo_req is None:
            yield self.absent("algo_req", f"is missing beside direction '{self.direction}'")
        for key in ("algo_req", "types_req"):
            if self.has(key) and not requests:
                yield self.wrong(key, "compresses nothing in this direction", "write direction: both")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAlert(Model):
    """Mail about servers that go down (HAProxy's manual, section 4.2, "email-alert")."""

    mailers: str = required(reference("mailers"), "The name of one of O(haproxy_mailers).")
    from_: str = required(
        values.matching(r"[A-Za-z0-9._%+@-]{3,254}", "a mail address", "write haproxy@shop.example"),
        "The sender's address.",
    )
    to: str = required(
        values.matching(r"[A-Za-z0-9._%+@-]{3,254}", "a mail address", "write admin@shop.example"),
        "The recipient's address.",
    )
    level: str | None = optional(
        values.choice("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"),
        "Up to which level of importance; V(alert) by default.",
    )
    myhostname: str | None = optional(values.host_header, "The name to greet the mail server with.")


# Without slots: a Listen is a frontend and a backend in one, and Python joins only one slotted base.
@dataclass(frozen=True, kw_only=True)
class Backend(Model):
    """Servers that answer for frontends."""

    identity: ClassVar[str | None] = "name"

    name: str = required(values.name, "A name for this backend, such as V(shop).")
    mode: str = defaulted(
        values.choice("http", "tcp"),
        "Whether HAProxy understands the traffic as HTTP or passes bytes.",
        "http",
    )
    group: str | None = optional(
        reference("groups"), "The inventory group whose hosts are the servers; needs O(port)."
    )
    port: int | None = optional(values.port, "The servers' port, where a server has none of its own.")
    servers: tuple[Server, ...] = defaulted(
        some(Server.from_data), "The servers, one by one, instead of O(group).", ()
    )
    template: ServerTemplate | None = optional(
        ServerTemplate.from_data, "Servers from DNS, instead of O(group)."
    )
    server_defaults: ServerDefaults = defaulted(
        ServerDefaults.from_data, "What holds for each of the servers.", ServerDefaults()
    )
    balance: str = defaulted(
        balance, "How a server is chosen, with the arguments that the algorithm needs.", "roundrobin"
    )
    hash_type: str | None = optional(
        hash_type, "How a hash finds its server, such as V(consistent), which moves few clients on a failure."
    )
    hash_balance_factor: int | None = optional(
        hash_balance_factor, "Percentage of the mean load that no server of a consistent hash gets more than."
    )
    check: Check = defaulted(Check.from_data, "How the servers' health is asked.", Check())
    cookie: Cookie | None = optional(Cookie.from_data, "A cookie that keeps clients with their server.")
    stick_table: StickTable | None = optional(
        StickTable.from_data, "A table that remembers clients; shared with the pair's other members."
    )
    stick: tuple[Stick, ...] = defaulted(
        each(Stick.from_data), "What the table remembers, and for whom it is looked up.", ()
    )
    use_server: tuple[UseServer, ...] = defaulted(
        each(UseServer.from_data), "Rules that choose a certain server.", ()
    )
    persist_rdp_cookie: bool = defaulted(
        values.boolean, "tcp: Whether the RDP cookie of the client names its server.", False
    )
    timeout_connect: str | None = optional(values.duration, "How long a connection to a server may take.")
    timeout_server: str | None = optional(values.duration, "How long a server may be silent.")
    timeout_server_fin: str | None = optional(values.duration, "The same after the client has finished.")
    timeout_queue: str | None = optional(values.duration, "How long a request may wait for a server.")
    timeout_tunnel: str | None = optional(values.duration, "How long a tunnel may be silent.")
    timeout_check: str | None = optional(values.duration, "How long the answer to a check may take.")
    timeout_http_request: str | None = optional(values.duration, "How long a request's headers may take.")
    timeout_http_keep_alive: str | None = optional(values.duration, "How long to wait for a next request.")
    timeout_tarpit: str | None = optional(values.duration, "How long a tarpitted client waits.")
    retries: int | None = optional(values.integer(0, 100), "How often a failed request is tried again.")
    retry_on: tuple[str, ...] = defaulted(
        some(_retry_word), "The failures after which a request is tried again, such as V(503).", ()
    )
    retry_unsafe: bool = defaulted(
        values.boolean,
        "Whether requests other than GET and HEAD are repeated too, though a server may have acted on them.",
        False,
    )
    redispatch: int | None = optional(
        values.integer(0, 100), "With how many tries another server is chosen; V(0) for never."
    )
    fullconn: int | None = optional(some_count, "The load at which servers get their O(maxconn).")
    http_reuse: str | None = optional(
        values.choice("never", "safe", "aggressive", "always"), "How far idle connections are shared."
    )
    max_keep_alive_queue: int | None = optional(count, "From which queue on connections are not kept.")
    http_connection_mode: str | None = optional(
        values.choice("http-keep-alive", "http-server-close", "httpclose"), "What connections are kept."
    )
    http_send_name_header: str | None = optional(
        header_name, "The request header that tells a server its name."
    )
    compression: Compression | None = optional(Compression.from_data, "Compression of the answers.")
    cache: str | None = optional(reference("caches"), "The name of one of O(haproxy_caches) to use.")
    source_: Source | None = optional(Source.from_data, "The address that connections to servers come from.")
    abortonclose: bool | None = optional(values.boolean, "Whether requests of gone clients leave the queue.")
    allbackups: bool | None = optional(
        values.boolean, "Whether all backups serve at once, not the first only."
    )
    persist: bool | None = optional(
        values.boolean, "Whether clients are sent to their server though it is down."
    )
    prefer_last_server: bool | None = optional(values.boolean, "Whether a client's connection is used again.")
    http_pretend_keepalive: bool | None = optional(
        values.boolean, "Whether servers are told that connections stay, to have whole answers."
    )
    forwarded: bool | None = optional(
        values.boolean, "Whether servers get the header C(Forwarded) (RFC 7239)."
    )
    log_health_checks: bool | None = optional(values.boolean, "Whether every change of a check is logged.")
    tcp_smart_connect: bool | None = optional(values.boolean, "Whether handshakes carry the first data.")
    independent_streams: bool | None = optional(values.boolean, "Whether each direction times out by itself.")
    nolinger: bool | None = optional(values.boolean, "Whether sockets are closed at once, data or not.")
    splice_auto: bool | None = optional(values.boolean, "Whether the kernel passes data on, where it helps.")
    splice_request: bool | None = optional(values.boolean, "Whether the kernel passes requests on.")
    splice_response: bool | None = optional(values.boolean, "Whether the kernel passes answers on.")
    srvtcpka: bool | None = optional(values.boolean, "Whether connections to servers are kept alive by TCP.")
    srvtcpka_cnt: int | None = optional(values.integer(1, 127), "After how many unanswered ones it is dead.")
    srvtcpka_idle: str | None = optional(values.duration, "After how long without data they begin.")
    srvtcpka_intvl: str | None = optional(values.duration, "The time between two of them.")
    load_server_state_from_file: str | None = optional(
        values.choice("global", "none"),
        "Whether servers' state is read from O(haproxy_global.server_state_file) at a start and a reload.",
    )
    email_alert: EmailAlert | None = optional(EmailAlert.from_data, "Mail about servers that go down.")
    errorfiles: ErrorPages = defaulted(
        error_pages, "What HAProxy answers itself, by status: a file's path, or C(content) with a page.", ()
    )
    http_errors: str | None = optional(
        reference("http_errors"), "The name of one of O(haproxy_http_errors) to use."
    )
    acls: tuple[Acl, ...] = defaulted(each(Acl.from_data), "Named conditions for this section's rules.", ())
    tcp_request: tuple[TcpRequestRule, ...] = defaulted(
        each(TcpRequestRule.from_data), "Rules for connections.", ()
    )
    tcp_response: tuple[TcpResponseRule, ...] = defaulted(
        each(TcpResponseRule.from_data), "Rules for the servers' data.", ()
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
    extra: tuple[str, ...] = defaulted(haproxy_lines, "Further lines in HAProxy's own words.", ())

    @property
    def check_type(self) -> str:
        """Return the type of the check, which without a word follows from the mode."""
        return self.check.kind(self.mode)

    def serving(self, members: Iterable[Member]) -> tuple[Server, ...]:
        """Return the servers listed, or one for each member of the group, in order."""
        if self.group is None:
            return self.servers
        return tuple(Server(name=each.name, address=each.address, port=self.port) for each in members)

    def rules(self) -> Iterator[Problem]:
        """Yield what the parts of a backend make wrong in each other."""
        yield from _sources(self)
        yield from self.check.misplaced(self.mode)
        yield from _modes(self)
        yield from _choosing(self)
        if self.source_ is not None and self.source_.port is not None and "-" in self.source_.port:
            hint = "write one port, or give the range to the servers in server_defaults"
            yield self.source_.wrong("port", "may be a range only for a server", hint)
        yield from _sticking(self)
        yield from _retrying(self)
        yield from _names(self)
        yield from misused(self, self.acls, self.mode)
        yield from in_section(self, self.mode)
        for subject in _subjects(self):
            yield from _server_problems(self, subject, Resolved(subject, self.server_defaults))
        yield from tracking([self], own_only=True)


def _sources(backend: Backend) -> Iterator[Problem]:
    """Yield servers from two sources, or from none where nothing else could answer."""
    given = [key for key in ("group", "servers", "template") if backend.has(key)]
    for key in given[1:]:
        yield backend.wrong(key, f"stands beside '{given[0]}'", f"keep either '{given[0]}' or '{key}'")
    answering = ("http_request", "tcp_request", "stick_table", "extra")
    if not given and not any(map(backend.has, answering)):
        hint = "write group: the name of an inventory group, or list 'servers' instead"
        yield Problem(f"{backend.at}{backend.joint}group", "is missing", backend.source, hint)
    if backend.group is not None and backend.port is None:
        yield backend.absent("port", "is missing")
    for server in backend.servers:
        if server.port is None and backend.port is None:
            yield server.absent("port", "is missing, here and in the backend")
    template = backend.template
    if template is not None and not template.is_service and template.port is None and backend.port is None:
        yield template.absent("port", "is missing")


def _subjects(backend: Backend) -> Iterator[ServerOptions]:
    """Yield whatever parameters are given to: each server, the template, or the group's defaults."""
    if backend.servers:
        yield from backend.servers
    elif backend.template is not None:
        yield backend.template
    else:
        yield backend.server_defaults


def _modes(backend: Backend) -> Iterator[Problem]:
    """Yield what the backend's mode has no use for."""
    if backend.mode == "http":
        if backend.persist_rdp_cookie:
            yield backend.wrong("persist_rdp_cookie", "has no place in mode 'http'", "write mode: tcp")
        return
    for key in HTTP_ONLY:
        if backend.has(key):
            yield backend.wrong(key, "has no place in mode 'tcp'", "delete it, or write mode: http")
    usesrc = backend.source_.usesrc if backend.source_ is not None else None
    if backend.source_ is not None and usesrc is not None and usesrc.startswith("hdr_ip"):
        yield backend.source_.wrong(
            "usesrc", "needs a header, which mode 'tcp' has none of", "write clientip"
        )


def _choosing(backend: Backend) -> Iterator[Problem]:
    name = algorithm(backend.balance)
    if backend.mode == "tcp" and name in NEED_HTTP:
        hint = "write source, leastconn or roundrobin, or mode: http"
        yield backend.wrong("balance", f"'{name}' needs HTTP, and the mode is 'tcp'", hint)
    if backend.hash_type is not None and name not in HASHING:
        hint = f"delete it, or balance by one of: {', '.join(HASHING)}"
        yield backend.wrong("hash_type", f"has no effect on balance '{name}', which hashes nothing", hint)
    consistent = name == "random" or (backend.hash_type or "").startswith("consistent")
    if backend.hash_balance_factor is not None and not consistent:
        problem = "has no effect without a consistent hash"
        yield backend.wrong("hash_balance_factor", problem, "write hash_type: consistent, or delete it")
    for server in backend.servers if name == "first" else ():
        if server.weight is not None:
            yield server.wrong("weight", "has no effect on balance 'first'", "delete it, or use leastconn")


def _sticking(backend: Backend) -> Iterator[Problem]:
    """Yield cookies and stick rules that lack their other half, and cookies of two servers in one."""
    own = backend.cookie is not None and not backend.cookie.dynamic
    for server in backend.servers:
        if server.cookie is not None and not own and backend.mode == "http":
            problem = "is used by nobody: the backend's cookie " + (
                "is dynamic" if backend.cookie else "is missing"
            )
            yield server.wrong("cookie", problem, "give the backend a cookie, as in cookie: {name: SRV}")
    if backend.template is not None and own and backend.cookie is not None:
        yield backend.cookie.absent(
            "dynamic", "is missing: the servers of a template have no value of theirs"
        )
    for _, server in repeated(backend.servers if own else (), lambda each: each.cookie or each.name):
        value = server.cookie or server.name
        hint = "give every server its own cookie"
        yield server.wrong("cookie", f"another server has the cookie {quoted(value)} too", hint, value)
    for rule in backend.stick:
        if rule.table is None and backend.stick_table is None:
            yield backend.absent("stick_table", "is missing beside 'stick'")
            return


def _retrying(backend: Backend) -> Iterator[Problem]:
    if "none" in backend.retry_on and len(backend.retry_on) > 1:
        yield backend.wrong("retry_on", "holds 'none' beside other words", "write none alone, or delete it")
    if backend.retry_on and backend.retries == 0:
        yield backend.wrong("retry_on", "has no effect beside 'retries: 0'", "delete one of both")
    for key in ("srvtcpka_cnt", "srvtcpka_idle", "srvtcpka_intvl"):
        if backend.has(key) and not backend.srvtcpka:
            yield backend.wrong(key, "has no effect without 'srvtcpka'", "write srvtcpka: true")


def _names(backend: Backend) -> Iterator[Problem]:
    """Yield servers listed twice, ids given twice, and rules about servers that are not there."""
    for _, server in repeated(backend.servers, lambda each: (each.address, each.port or backend.port)):
        where = f"'{server.address}' with port {server.port or backend.port}"
        yield server.wrong("address", f"{where} stands here a second time", "list every server once")
    numbered = [server for server in backend.servers if server.id is not None]
    for _, server in repeated(numbered, lambda each: each.id):
        problem = f"{quoted(server.id)} stands here a second time"
        yield server.wrong("id", problem, "give every server its own id")
    if backend.group is not None:
        return
    known = _server_names(backend)
    for rule in backend.use_server:
        if rule.server not in known:
            hint = nearest(rule.server, known, f"the servers here are: {', '.join(sorted(known)) or 'none'}")
            yield rule.wrong("server", f"there is no server {quoted(rule.server)} in this backend", hint)


def _server_names(backend: Backend) -> set[str]:
    """Return the names of the servers that are known without the inventory's groups."""
    names = {server.name for server in backend.servers}
    if backend.template is not None:
        names |= {f"{backend.template.prefix}{number + 1}" for number in range(backend.template.count)}
    return names


def _server_problems(backend: Backend, server: ServerOptions, found: Resolved) -> Iterator[Problem]:
    """Yield what a server's parameters make wrong in each other, its backend's defaults included."""
    yield from _checked(backend, server, found)
    yield from _agents(found)
    yield from _found_by_name(server, found)
    yield from _spoken(backend, server, found)
    yield from _too_long(backend, server)
    if found.get("minconn") is not None and found.get("maxconn") is None:
        yield found.owner("minconn").absent("maxconn", "is missing beside 'minconn'")
    elif found.owner("minconn") is not found.owner("maxconn") and _number(found, "minconn") > _number(
        found, "maxconn"
    ):
        problem = f"{quoted(found.get('minconn'))} is more than maxconn {quoted(found.get('maxconn'))}"
        yield found.owner("minconn").wrong("minconn", problem, "write at most maxconn")
    if found.get("maxqueue") and found.get("maxconn") is None:
        yield found.owner("maxqueue").absent("maxconn", "is missing: without it nothing queues")


def _too_long(backend: Backend, server: ServerOptions) -> Iterator[Problem]:
    """Yield a server with more words than a line holds; the defaults may have several lines."""
    if isinstance(server, ServerDefaults) or len(server.source) < 15:
        return
    if words_in(server, server.tls or backend.server_defaults.tls) > MOST_WORDS:
        hint = "move what all servers have in common to the backend's server_defaults"
        problem = f"has more than the {MOST_WORDS} words HAProxy reads in a line"
        yield Problem(server.at, problem, server.source, hint)


def _number(found: Resolved, key: str) -> int:
    value = found.get(key)
    return value if isinstance(value, int) else 0


def is_checked(backend: Backend, server: ServerOptions) -> bool:
    """Return whether HAProxy checks a server itself, which it does not when the server tracks another."""
    if isinstance(server, Server) and server.track is not None:
        return False
    chosen = Resolved(server, backend.server_defaults).get("check")
    return backend.check_type != "none" if chosen is None else bool(chosen)


def _checked(backend: Backend, server: ServerOptions, found: Resolved) -> Iterator[Problem]:
    if found.get("check") and backend.check_type == "none":
        hint = "delete it, or choose another type of check"
        yield found.owner("check").wrong("check", "stands beside a check of type 'none'", hint)
    if not is_checked(backend, server):
        for key in _CHECK_KEYS if not found.get("agent_check") else ():
            if server.has(key):
                yield server.wrong(key, "has no effect on a server that is not checked", f"delete {key}")
        return
    if found.get("observe") == "layer7" and backend.mode == "tcp":
        yield found.owner("observe").wrong("observe", "'layer7' needs HTTP answers", "write layer4")
    proto = found.get("check_proto")
    if proto is not None and (proto == "none") == (backend.check_type == "http"):
        problem = f"{quoted(proto)} does not fit a check of type '{backend.check_type}'"
        hint = "write h1 or h2" if proto == "none" else "write none, or delete it"
        yield found.owner("check_proto").wrong("check_proto", problem, hint)
    yield from _pace(found)


def _pace(found: Resolved) -> Iterator[Problem]:
    inter, fast = found.get("inter"), found.get("fastinter")
    same = found.owner("inter") is found.owner("fastinter")
    if same or not isinstance(inter, str) or not isinstance(fast, str):
        return
    if milliseconds(fast) > milliseconds(inter):
        problem = f"{quoted(fast)} is slower than inter {quoted(inter)}"
        yield found.owner("fastinter").wrong("fastinter", problem, "write at most inter")


def _agents(found: Resolved) -> Iterator[Problem]:
    asked = found.get("agent_check")
    if asked and found.get("agent_port") is None and found.get("check_port") is None:
        yield found.owner("agent_check").absent("agent_port", "is missing beside 'agent_check'")
    for key in ("agent_port", "agent_address", "agent_inter", "agent_send"):
        if not asked and found.server.has(key):
            yield found.server.wrong(key, "has no effect without 'agent_check'", "write agent_check: true")


def _found_by_name(server: ServerOptions, found: Resolved) -> Iterator[Problem]:
    """Yield names that nobody looks up again, and ways to look up what is no name."""
    if isinstance(server, ServerTemplate):
        named = True
    elif isinstance(server, Server):
        named = isinstance(server.address, str)
        if isinstance(server.address, str) and server.address.startswith("_"):
            hint = "write it as the name of a 'template'"
            yield server.wrong("address", f"{quoted(server.address)} is the name of SRV records", hint)
    else:
        return
    if named and found.get("resolvers") is None:
        problem = "is missing: a name would be looked up once, when HAProxy starts"
        yield server.absent("resolvers", problem)
    for key in ("resolvers", "init_addr", "resolve_prefer", "resolve_opts", "resolve_net"):
        if not named and server.has(key):
            yield server.wrong(key, "has no effect on an address", f"delete {key}, or write a host name")


def _spoken(backend: Backend, server: ServerOptions, found: Resolved) -> Iterator[Problem]:
    """Yield what does not fit the protocol that is spoken with a server."""
    for key in _SERVER_HTTP_ONLY if backend.mode == "tcp" else ():
        if server.has(key):
            yield server.wrong(key, "has no place in mode 'tcp'", "delete it, or write mode: http")
    proxy = found.get("send_proxy")
    for key in ("proxy_v2_options", "set_proxy_v2_tlv_fmt"):
        if server.has(key) and (proxy is None or proxy == "v1"):
            yield server.wrong(key, "needs version 2 of the PROXY protocol", "write send_proxy: v2")
    if found.get("tls") is None:
        for key in ("check_ssl", "check_sni", "check_alpn"):
            if server.has(key) and getattr(server, key):
                yield server.absent("tls", f"is missing beside '{key}': it says how to verify")
    if found.get("tls") is None and any(step.ssl for step in backend.check.sequence):
        yield server.absent("tls", "is missing: a step of the check speaks TLS, and it says how to verify")
    if server.has("hash_key") and not (backend.hash_type or "").startswith("consistent"):
        problem = "has no effect without a consistent hash"
        yield server.wrong("hash_key", problem, "write hash_type: consistent in the backend")


Place = tuple[str, str]


def tracking(backends: Iterable[Backend], *, own_only: bool = False) -> Iterator[Problem]:
    """Yield servers that share the health of one that has none, or does not exist, or of themselves.

    With `own_only` what points into another backend is left out: that is asked when all of them are known.
    """
    places = {
        (backend.name, server.name): (backend, server) for backend in backends for server in backend.servers
    }
    for backend, server in list(places.values()):
        if server.track is not None and ("/" in server.track) is not own_only:
            yield from _tracked(places, backend, server)


def _tracked(
    places: Mapping[Place, tuple[Backend, Server]], backend: Backend, server: Server
) -> Iterator[Problem]:
    found = places.get(_target(backend, server))
    if found is None:
        names = [name for home, name in places if home == backend.name]
        hint = nearest(server.track, names, "write a server of this backend, or backend/server")
        yield server.wrong("track", f"there is no server {quoted(server.track)} to track", hint)
    elif _goes_round(places, backend, server):
        yield server.wrong("track", "leads round in a circle", "track a server that is checked itself")
    elif not _has_health(*found):
        problem = f"{quoted(server.track)} is not checked itself"
        yield server.wrong("track", problem, "track a server that is checked")


def _has_health(backend: Backend, server: Server) -> bool:
    """Return whether a server's state is known: from checks, its agent, or another server."""
    asked = Resolved(server, backend.server_defaults).get("agent_check")
    return server.track is not None or bool(asked) or is_checked(backend, server)


def _target(backend: Backend, server: Server) -> Place:
    """Return backend and name of the server that is tracked."""
    home, slash, name = (server.track or "").rpartition("/")
    return (home if slash else backend.name), name


def _goes_round(places: Mapping[Place, tuple[Backend, Server]], backend: Backend, server: Server) -> bool:
    """Return whether following `track` from a server never ends."""
    seen: set[Place] = set()
    place = (backend.name, server.name)
    while place not in seen:
        seen.add(place)
        found = places.get(place)
        if found is None or found[1].track is None:
            return False
        place = _target(*found)
    return True
