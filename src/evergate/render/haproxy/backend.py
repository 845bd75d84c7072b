"""Backends: how servers are chosen, kept and checked, the rules on the way, and last the servers."""

from __future__ import annotations

from evergate.model.haproxy.backend import Backend, Compression, EmailAlert, is_checked
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.server import Server
from evergate.render.haproxy import acl, balance, check, rule, server, stickiness, table
from evergate.render.haproxy.files import errorfile_lines, owner
from evergate.render.haproxy.words import flag, given, keyword, settings

_TIMEOUTS = (
    *("connect", "server", "server_fin", "queue", "tunnel", "check"),
    *("http_request", "http_keep_alive", "tarpit"),
)
_OPTIONS = (
    *("abortonclose", "allbackups", "persist", "prefer_last_server", "http_pretend_keepalive", "forwarded"),
    *("log_health_checks", "tcp_smart_connect", "independent_streams", "nolinger"),
    *("splice_auto", "splice_request", "splice_response", "srvtcpka"),
)
_SETTINGS = (
    *("fullconn", "http_reuse", "max_keep_alive_queue", "http_send_name_header", "retries", "retry_on"),
    *("srvtcpka_cnt", "srvtcpka_idle", "srvtcpka_intvl"),
)
SAFE_METHODS = "http-request disable-l7-retry unless METH_GET or METH_HEAD"


def lines(backend: Backend, config: HaproxyConfig) -> list[str]:
    """Return the body of a backend's section."""
    return [
        *(["mode tcp"] if backend.mode == "tcp" else []),
        *before_rules(backend, config),
        *acl.lines(backend.acls),
        *rule.lines("tcp-request", backend.tcp_request),
        *safe_retries(backend),
        *rule.lines("http-request", backend.http_request),
        *_cache(backend, "http-request cache-use"),
        *rule.lines("tcp-response", backend.tcp_response),
        *rule.lines("http-response", backend.http_response),
        *_cache(backend, "http-response cache-store"),
        *rule.lines("http-after-response", backend.http_after_response),
        *backend.extra,
        *after_rules(backend, config),
    ]


def before_rules(backend: Backend, config: HaproxyConfig) -> list[str]:
    """Return what stands before a section's ACLs and rules."""
    return [
        *balance.lines(backend),
        *(["persist rdp-cookie"] if backend.persist_rdp_cookie else []),
        *stickiness.cookie_lines(backend.cookie),
        *([table.line(backend.stick_table, config)] if backend.stick_table is not None else []),
        *(
            line
            for name in _TIMEOUTS
            for line in given(f"timeout {keyword(name)}", getattr(backend, f"timeout_{name}"))
        ),
        *(line for name in _OPTIONS for line in flag(f"option {keyword(name)}", getattr(backend, name))),
        *_redispatch(backend.redispatch),
        *([f"option {backend.http_connection_mode}"] if backend.http_connection_mode is not None else []),
        *settings(backend, _SETTINGS),
        *([server.source(backend.source_)] if backend.source_ is not None else []),
        *given("load-server-state-from-file", backend.load_server_state_from_file),
        *_compression(backend.compression),
        *_email(backend.email_alert),
        *errorfile_lines(owner(backend), backend.errorfiles),
        *given("errorfiles", backend.http_errors),
        *check.lines(backend.check, backend.mode),
    ]


def after_rules(backend: Backend, config: HaproxyConfig) -> list[str]:
    """Return what stands after them: the rules that choose a server, and the servers."""
    return [
        *stickiness.stick_lines(backend.stick),
        *stickiness.use_server_lines(backend.use_server),
        *servers(backend, config),
    ]


def servers(backend: Backend, config: HaproxyConfig) -> list[str]:
    """Return the servers' lines, what holds for all of them first."""
    found = backend.serving(config.members_of(backend.group) if backend.group is not None else ())
    return [*server.defaults_lines(backend.server_defaults), *_template(backend), *_each(backend, found)]


def _template(backend: Backend) -> list[str]:
    if backend.template is None:
        return []
    checked = is_checked(backend, backend.template)
    return [server.template(backend.template, backend.server_defaults, port=backend.port, checked=checked)]


def _each(backend: Backend, found: tuple[Server, ...]) -> list[str]:
    cookie = backend.cookie is not None and not backend.cookie.dynamic
    return [
        server.line(
            each,
            backend.server_defaults,
            port=backend.port,
            checked=is_checked(backend, each),
            cookie=cookie,
        )
        for each in found
    ]


def cache_and_answers(backend: Backend) -> list[str]:
    """Return the rules that only a section with servers can have."""
    return [
        *_cache(backend, "http-request cache-use"),
        *rule.lines("tcp-response", backend.tcp_response),
        *_cache(backend, "http-response cache-store"),
    ]


def safe_retries(backend: Backend) -> list[str]:
    """Return the rule that repeats only what is safe to repeat."""
    if backend.mode == "tcp" or backend.retry_unsafe:
        return []
    return [
        "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
        SAFE_METHODS,
    ]


def _redispatch(tries: int | None) -> list[str]:
    if tries is None:
        return []
    return [f"option redispatch {tries}" if tries else "no option redispatch"]


def _cache(backend: Backend, command: str) -> list[str]:
    return [] if backend.cache is None else [f"{command} {backend.cache}"]


def _compression(chosen: Compression | None) -> list[str]:
    if chosen is None:
        return []
    return [
        *([f"compression direction {chosen.direction}"] if chosen.direction is not None else []),
        f"compression algo {' '.join(chosen.algo)}",
        f"compression type {' '.join(chosen.types)}",
        *([f"compression algo-req {chosen.algo_req}"] if chosen.algo_req is not None else []),
        *([f"compression type-req {' '.join(chosen.types_req)}"] if chosen.types_req else []),
        *(["compression offload"] if chosen.offload else []),
    ]


def _email(alert: EmailAlert | None) -> list[str]:
    if alert is None:
        return []
    names = ("mailers", "from", "to", "level", "myhostname")
    return settings(alert, ["mailers", "from_", *names[2:]], "email-alert ")
