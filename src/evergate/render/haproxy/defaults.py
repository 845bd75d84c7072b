"""The section `defaults`, and what a frontend in TCP mode has to take back of it."""

from __future__ import annotations

from itertools import chain

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.defaults import Defaults, DefaultServer, Timeouts
from evergate.render.haproxy.files import errorfile_lines
from evergate.render.haproxy.logs import log_lines
from evergate.render.haproxy.words import argument, given, keyword, settings

_LOGGING = ("dontlognull", "dontlog_normal", "log_separate_errors", "log_health_checks")
_OPTIONS = (
    *("abortonclose", "allbackups", "contstats", "nolinger", "socket_stats", "splice_auto", "tcpka"),
    *("tcp_smart_accept", "tcp_smart_connect"),
)
_TIMEOUTS = (
    *("connect", "client", "server", "queue", "check", "http_request", "http_keep_alive", "tunnel"),
    *("client_fin", "server_fin", "client_hs", "tarpit"),
)
_SERVER = (
    *("inter", "fastinter", "downinter", "fall", "rise", "slowstart", "observe", "error_limit", "on_error"),
    *("on_marked_down", "on_marked_up", "maxconn", "maxqueue", "weight"),
)


def lines(defaults: Defaults, config: HaproxyConfig) -> list[str]:
    """Return the body of the section."""
    return [
        "mode http",
        "log global",
        *log_lines("http", defaults.log_format),
        *given("error-log-format", defaults.error_log_format),
        *settings(defaults, _LOGGING, "option "),
        *([f"option redispatch {defaults.redispatch}"] if defaults.redispatch else []),
        # A reload lets idle clients finish instead of closing the connection under their next request.
        *settings(defaults, ["idle_close_on_response"], "option "),
        *([f"option {defaults.http_connection_mode}"] if defaults.http_connection_mode else []),
        *settings(defaults, _OPTIONS, "option "),
        *settings(defaults, ["maxconn", "backlog", "fullconn", "http_reuse", "retries"]),
        f"retry-on {' '.join(defaults.retry_on)}",
        *_timeouts(defaults.timeout),
        # Without on-marked-down shutdown-sessions: it kills requests that a retry would have saved. Failed
        # connections mark a server down before its check does; answers don't (observe layer7), or whoever
        # finds a broken page could take all servers out by reloading it.
        _default_server(defaults.default_server),
        *errorfile_lines("defaults", defaults.errorfiles),
        *given("errorfiles", defaults.http_errors),
        *settings(defaults, ["load_server_state_from_file"]),
        *defaults.extra,
    ]


def tcp_lines(config: HaproxyConfig) -> list[str]:
    """Return what a frontend in TCP mode takes back of the defaults, about which HAProxy would warn."""
    return ["no option idle-close-on-response"] if config.defaults.idle_close_on_response else []


def _timeouts(timeouts: Timeouts) -> list[str]:
    return settings(timeouts, _TIMEOUTS, "timeout ")


def _default_server(server: DefaultServer) -> str:
    chosen = (
        (keyword(key), argument(value)) for key in _SERVER if (value := getattr(server, key)) is not None
    )
    return " ".join(
        ["default-server", *chain.from_iterable(chosen), *([server.extra] if server.extra else [])]
    )
