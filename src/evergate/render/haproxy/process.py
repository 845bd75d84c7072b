"""The section `global`."""

from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.logs import LogTarget
from evergate.model.haproxy.process import ADMIN_SOCKET, Global, StatsSocket, Tune
from evergate.model.model import keys
from evergate.render.haproxy.logs import length, target
from evergate.render.haproxy.words import argument, given, settings, socket

_LIMITS = (
    *("fd_hard_limit", "ulimit_n", "nbthread", "maxconnrate", "maxsessrate", "maxsslconn", "maxsslrate"),
    *("maxpipes", "maxcomprate", "maxcompcpuusage", "spread_checks", "max_spread_checks", "busy_polling"),
    *("noreuseport", "nosplice", "no_memory_trimming", "pp2_never_send_local"),
)
_STOPPING = ("grace", "close_spread_time", "mworker_max_reloads")
_TLS_FILES = (
    "ssl_dh_param_file",
    "ssl_load_extra_files",
    "ca_base",
    "crt_base",
    "key_base",
    "ssl_security_level",
)
# Where HAProxy has a dot and we an underscore; the longer first.
_TUNE_GROUPS = (
    *(
        "h2.be.",
        "h2.fe.",
        "quic.frontend.",
        "lua.log.",
        "applet.",
        "buffers.",
        "comp.",
        "events.",
        "h1.",
        "h2.",
    ),
    *("http.", "idle-pool.", "listener.", "lua.", "memory.", "pattern.", "peers.", "pt.", "quic.", "rcvbuf."),
    *("ring.", "sched.", "sndbuf.", "ssl.", "vars."),
)
_JOURNAL = LogTarget(address="/dev/log")


def lines(process: Global, config: HaproxyConfig) -> list[str]:
    """Return the body of the section."""
    return [
        *(target(each, length(config)) for each in process.log or (_JOURNAL,)),
        *settings(process, ["log_send_hostname", "log_tag"]),
        *settings(process, ["chroot", "user", "group"]),
        # The name by which the other members of the pair know this one as a peer.
        *given("localpeer", config.node),
        *settings(process, ["node", "description"]),
        # A reload hands the listening sockets over through this one, so that no connection is refused.
        f"stats socket {ADMIN_SOCKET} mode 660 level admin expose-fd listeners",
        *map(_stats_socket, process.stats_sockets),
        *given("stats timeout", process.stats_timeout),
        *given("stats maxconn", process.stats_maxconn),
        *given("hard-stop-after", process.hard_stop_after),
        *settings(process, _STOPPING),
        *given("maxconn", process.maxconn),
        *settings(process, _LIMITS),
        *(["external-check", "insecure-fork-wanted"] if process.external_check else []),
        *(f"setenv {name} {argument(value)}" for name, value in process.setenv),
        *_paths(process),
        *_tls(process),
        # Debian builds HAProxy on plain OpenSSL, with which QUIC has to be asked for.
        *(["limited-quic"] if any(each.uses_quic for each in (*config.frontends, *config.listens)) else []),
        *_tune(process.tune),
        *_lua(process),
        *process.extra,
    ]


def _stats_socket(each: StatsSocket) -> str:
    if each.address is not None:
        words = [f"{'ipv6' if each.address.version == 6 else 'ipv4'}@{socket(each.address, each.port)}"]
    else:
        words = [f"{each.path} mode {each.mode}"]
    words += [f"{key} {value}" for key in ("user", "group") if (value := getattr(each, key))]
    words.append(f"level {each.level}")
    words += [f"severity-output {each.severity_output}"] if each.severity_output else []
    return " ".join(["stats socket", *words, *([each.extra] if each.extra else [])])


def _paths(process: Global) -> list[str]:
    path = process.default_path
    origin = "origin " if path is not None and path.startswith("/") else ""
    return [
        *([f"default-path {origin}{path}"] if path is not None else []),
        *settings(process, ["server_state_file"]),
    ]


def _tls(process: Global) -> list[str]:
    bind = (
        process.ssl_default_bind_options,
        process.ssl_default_bind_min_ver,
        process.ssl_default_bind_max_ver,
    )
    server = (
        process.ssl_default_server_options,
        process.ssl_default_server_min_ver,
        process.ssl_default_server_max_ver,
    )
    return [
        f"ssl-default-bind-ciphers {process.ssl_default_bind_ciphers}",
        f"ssl-default-bind-ciphersuites {process.ssl_default_bind_ciphersuites}",
        f"ssl-default-bind-curves {process.ssl_default_bind_curves}",
        f"ssl-default-bind-options {_tls_options(*bind)}",
        f"ssl-default-server-ciphers {process.ssl_default_server_ciphers}",
        f"ssl-default-server-ciphersuites {process.ssl_default_server_ciphersuites}",
        f"ssl-default-server-options {_tls_options(*server)}",
        *settings(process, _TLS_FILES),
    ]


def _tls_options(options: tuple[str, ...], low: str, high: str | None) -> str:
    return " ".join([*options, f"ssl-min-ver {low}", *([f"ssl-max-ver {high}"] if high else [])])


def _tune(tune: Tune) -> list[str]:
    found = []
    for name in keys(Tune):
        value = getattr(tune, name)
        if value is not None:
            written = ("on" if value else "off") if isinstance(value, bool) else value
            found.append(f"{tune_keyword(name)} {written}")
    return found


def tune_keyword(name: str) -> str:
    """Return HAProxy's spelling of a key of `tune`."""
    spelt = name.replace("_", "-")
    if name == "recv_enough":
        return "tune.recv_enough"
    for group in _TUNE_GROUPS:
        if spelt.startswith(group.replace(".", "-")):
            rest = spelt[len(group) :]
            # The last of these dots has no group of its own.
            return "tune." + group + rest.replace("buffers-limit", "buffers.limit")
    return f"tune.{spelt}"


def _lua(process: Global) -> list[str]:
    return [
        *(f"lua-prepend-path {argument(path)}" for path in process.lua_prepend_path),
        *(f"lua-load {file}" for file in process.lua_load),
        *(f"lua-load-per-thread {file}" for file in process.lua_load_per_thread),
    ]
