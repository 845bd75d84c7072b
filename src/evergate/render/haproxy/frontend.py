"""Frontends."""

from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.frontend import Frontend
from evergate.render.haproxy import acl, bind, limit, route, rule, table
from evergate.render.haproxy.defaults import tcp_lines
from evergate.render.haproxy.files import errorfile_lines, owner
from evergate.render.haproxy.logs import log_lines
from evergate.render.haproxy.words import argument, flag, given, keyword, settings

_OPTIONS = (
    *("http_buffer_request", "http_ignore_probes", "accept_invalid_http_request", "logasap"),
    *("dontlog_normal", "clitcpka"),
)
_TIMEOUTS = ("client", "client_fin", "http_request", "http_keep_alive")
# Each unless the application has set its own.
_SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
_ALT_SVC_SECONDS = 3600  # how long clients remember that there is HTTP/3


def lines(frontend: Frontend, config: HaproxyConfig) -> list[str]:
    """Return the body of a frontend's section."""
    return [
        *head(frontend, config),
        *acl.lines(frontend.acls),
        *connection_rules(frontend),
        *rules(frontend),
        *frontend.extra,
        *tail(frontend),
    ]


def head(frontend: Frontend, config: HaproxyConfig) -> list[str]:
    """Return what stands before a section's ACLs and rules."""
    return [
        *(["mode tcp"] if frontend.mode == "tcp" else []),
        *_binds(frontend, config),
        *settings(frontend, ["disabled", "maxconn", "backlog"]),
        *given("rate-limit sessions", frontend.rate_limit_sessions),
        *(tcp_lines(config) if frontend.mode == "tcp" else _http_lines(frontend)),
        *log_lines(frontend.mode, frontend.log_format, config),
        *settings(frontend, ["unique_id_format", "unique_id_header"]),
        *(line for name in _OPTIONS for line in flag(f"option {keyword(name)}", getattr(frontend, name))),
        *(line for name in _TIMEOUTS for line in _timeout(frontend, name)),
        *errorfile_lines(owner(frontend), frontend.errorfiles),
        *given("errorfiles", frontend.http_errors),
        *([table.line(frontend.stick_table, config)] if frontend.stick_table is not None else []),
        *_captures(frontend),
        *_filters(frontend),
    ]


def connection_rules(frontend: Frontend) -> list[str]:
    """Return the rules for connections, which HAProxy applies before all others."""
    return [
        *given("tcp-request inspect-delay", frontend.inspect_delay),
        *_tcp_rules(frontend),
        *_monitor_fail(frontend),
    ]


def rules(frontend: Frontend) -> list[str]:
    """Return the rules for requests and answers, in the order in which HAProxy applies them."""
    return [
        *_to_https(frontend),
        *limit.request_lines(frontend),
        *rule.lines("http-request", frontend.http_request),
        *rule.lines("http-response", frontend.http_response),
        *_headers(frontend),
        *rule.lines("http-after-response", frontend.http_after_response),
    ]


def _tcp_rules(frontend: Frontend) -> list[str]:
    """Return limits and rules for connections, before those for sessions, before those for content."""
    found = [*limit.connection_lines(frontend), *rule.lines("tcp-request", frontend.tcp_request)]
    return sorted(found, key=lambda line: ("connection", "session", "content").index(line.split()[1]))


def tail(frontend: Frontend) -> list[str]:
    """Return what sends requests to backends."""
    return [*map(route.line, frontend.routes), *given("default_backend", frontend.default_backend)]


def _filters(frontend: Frontend) -> list[str]:
    """Return the filters; beside another one, caches and compression have to be listed, in this order."""
    spoe = [f"filter spoe engine {each.engine} config {each.config}" for each in frontend.filters]
    rules = (*frontend.http_request, *frontend.http_response)
    caches = dict.fromkeys((*(each.cache for each in rules), getattr(frontend, "cache", None)))
    known = [f"filter cache {name}" for name in caches if name is not None]
    known += ["filter compression"] if getattr(frontend, "compression", None) is not None else []
    return [*spoe, *known] if spoe else []


def _binds(frontend: Frontend, config: HaproxyConfig) -> list[str]:
    return [
        line
        for number, each in enumerate(frontend.all_binds, start=1)
        for line in bind.lines(each, f"{frontend.name}-{number}", frontend.mode, config)
    ]


def _http_lines(frontend: Frontend) -> list[str]:
    return [
        *(["option forwardfor"] if frontend.forwardfor else []),
        *(["option originalto"] if frontend.originalto else []),
        *given("monitor-uri", frontend.monitor_uri),
    ]


def _timeout(frontend: Frontend, name: str) -> list[str]:
    return given(f"timeout {keyword(name)}", getattr(frontend, f"timeout_{name}"))


def _captures(frontend: Frontend) -> list[str]:
    kept = [
        f"capture request header {each.request} len {each.len}"
        if each.request is not None
        else f"capture response header {each.response} len {each.len}"
        for each in frontend.captures
    ]
    cookie = frontend.capture_cookie
    return kept + ([f"capture cookie {argument(cookie)} len 63"] if cookie is not None else [])


def _to_https(frontend: Frontend) -> list[str]:
    """Return the rule that sends clients to https, without the port they came to."""
    if not frontend.redirect_to_https:
        return []
    ports = [port for each in frontend.all_binds if each.tls is not None for port in each.all_ports]
    port = "" if "443" in ports or not ports else f":{ports[0]}"
    return [
        f"http-request redirect location https://%[req.hdr(host),host_only]{port}%[pathq] code 301"
        " unless { ssl_fc }"
    ]


def _monitor_fail(frontend: Frontend) -> list[str]:
    if frontend.monitor_fail is None:
        return []
    return [" ".join(["monitor fail if", *map(argument, frontend.monitor_fail.words)])]


def _headers(frontend: Frontend) -> list[str]:
    wanted = list(_SECURITY_HEADERS) if frontend.security_headers else []
    found = [
        f"http-after-response set-header {name} {argument(value)} unless {{ res.hdr({name}) -m found }}"
        for name, value in wanted
    ]
    days = frontend.hsts if frontend.hsts is not None else 365 if frontend.security_headers else None
    if days is not None and frontend.uses_tls:
        words = argument(f"max-age={days * 86_400}")
        found.append(f"http-after-response set-header Strict-Transport-Security {words} if {{ ssl_fc }}")
    return [*found, *_alt_svc(frontend)]


def _alt_svc(frontend: Frontend) -> list[str]:
    """Return what tells clients that HTTP/3 is spoken too."""
    ports = [port for each in frontend.all_binds if each.quic for port in each.all_ports]
    if not ports:
        return []
    words = ", ".join(f'h3=":{port}"; ma={_ALT_SVC_SECONDS}' for port in ports)
    return [f"http-after-response set-header alt-svc {argument(words)}"]
