"""What holds for the whole HAProxy process: the section `global` (HAProxy's manual, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, quoted, refused
from evergate.model.extra import haproxy_lines, server_parameters
from evergate.model.haproxy.logs import LogTarget
from evergate.model.haproxy.word import file_path
from evergate.model.model import Model, defaulted, optional
from evergate.reading import each, mapping, some
from evergate.values import Address

# Mozilla's Server Side TLS, guideline 5.8, "intermediate". Without finite-field Diffie-Hellman, as there.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
    ":ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
# Those of its curves that the OpenSSL of both releases has: Debian 12's lacks X25519MLKEM768.
CURVES = "X25519:prime256v1:secp384r1"
CIPHERSUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
BIND_OPTIONS = ("prefer-client-ciphers", "no-tls-tickets")
SERVER_OPTIONS = ("no-tls-tickets",)
TLS_VERSIONS = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")

# A connection needs a descriptor on each side; the rest is for listeners, checks, logs and the pair's peers.
DESCRIPTORS_EACH = 2
DESCRIPTORS_BESIDE = 100
# HAProxy's own fd-hard-limit, and as many as Linux lets one process have (fs.nr_open).
MOST_DESCRIPTORS = 1_048_576

_COUNT = values.integer(1, 10_000_000)
_SIZE = values.integer(0, 2**31 - 1)
_SWITCH = values.boolean
_BUFSIZE = 16_384  # bytes; HAProxy's own
_account = values.matching(r"[a-z_][a-z0-9_-]{0,31}", "an account", "write its name, such as haproxy")
_suites = values.matching(
    r"[A-Za-z0-9_@=!+.-]+(:[A-Za-z0-9_@=!+.-]+)*",
    "a list of TLS suites",
    "write their names with ':' between them",
)
_curves = values.matching(
    r"[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)*", "a list of curves", "write their names with ':' between them"
)
_host = values.matching(r"[A-Za-z0-9._-]{1,253}", "a host name", "write a name such as lb.example")
_node = values.matching(r"[A-Za-z0-9_-]{1,63}", "a node's name", "use letters, digits, '-' and '_'")
_LUA = re.compile(r"/[A-Za-z0-9/_.@:+-]{1,254}( [!-&(-\[\]-~]+)*", re.ASCII)


def _lua(value: object, path: str) -> str:
    """Return the path of a Lua file with its arguments, which have no quotes or backslashes."""
    found = values.text(value, path)
    if not _LUA.fullmatch(found) or "#" in found or "$" in found or '"' in found:
        hint = "write a path that begins with '/', and plain words behind it"
        raise refused(path, f"{quoted(value)} is not a Lua file", value, hint)
    return found


def _mode(value: object, path: str) -> str:
    """Return a file's mode; a number is none, for YAML reads 0660 as 432."""
    hint = "write three digits in quotes, such as '660'"
    if isinstance(value, int):
        raise refused(path, f"{quoted(value)} is a number, not a file mode", value, hint)
    return values.matching("0?[0-7]{3}", "a file mode", hint)(value, path)


def _socket_path(value: object, path: str) -> str:
    found = file_path(value, path)
    if len(found) > 90:
        hint = "write a path of at most 90 characters, to which HAProxy adds a suffix of its own"
        raise refused(path, f"{quoted(value)} is too long for a socket", value, hint)
    return found


def _path_or_origin(value: object, path: str) -> str:
    return (
        value
        if isinstance(value, str) and value in ("current", "config", "parent")
        else file_path(value, path)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsSocket(Model):
    """A command socket (HAProxy's manual, section 3.1, "stats socket")."""

    path: str | None = optional(_socket_path, "Its path, such as V(/run/haproxy/monitor.sock).")
    address: Address | None = optional(
        values.address, "Address to listen on instead. Whoever reaches it may do what O(level) says."
    )
    port: int | None = optional(values.port, "Port on this address.")
    level: str = defaulted(
        values.choice("user", "operator", "admin"),
        "What commands are allowed: V(user) sees some statistics, V(operator) all, V(admin) changes things.",
        "operator",
    )
    mode: str = defaulted(
        _mode,
        "Who may open the path.",
        "660",
    )
    user: str | None = optional(_account, "Who owns the path.")
    group: str | None = optional(_account, "Which group owns the path.")
    severity_output: str | None = optional(
        values.choice("none", "number", "string"), "How answers are marked by severity."
    )
    extra: str | None = optional(server_parameters, "Further keywords for the line.")

    def rules(self) -> Iterator[Problem]:
        """Yield a socket in no place or in two, and what its place can't have."""
        if self.path is None and self.address is None:
            yield self.absent("path", "is missing, and so is 'address'")
        elif self.path is not None and self.address is not None:
            yield self.wrong("address", "stands beside 'path'", "keep either 'path' or 'address'")
        elif self.address is not None and self.port is None:
            yield self.absent("port", "is missing")
        for key in ("mode", "user", "group") if self.path is None else ("port",):
            if self.has(key):
                hint = "leave it out"
                yield self.wrong(
                    key, f"does not go with {'address' if self.path is None else 'path'!r}", hint
                )
        if self.path == ADMIN_SOCKET:
            yield self.wrong("path", f"{quoted(self.path)} is Evergate's own", "use another path")


ADMIN_SOCKET = "/run/haproxy/admin.sock"
STATE_FILE = "/var/lib/haproxy/evergate.state"
_TLS_OPTIONS = (
    *("no-sslv3", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "no-tls-tickets"),
    *("force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune(Model):
    """Tuning: HAProxy's keywords without C(tune.), with C(_) for C(.) and C(-) (its manual, section 3.2).

    HAProxy's own values hold unless given.
    """

    applet_zero_copy_forwarding: bool | None = optional(
        _SWITCH, "Whether applets such as the cache pass data on without copying."
    )
    buffers_limit: int | None = optional(_SIZE, "Buffers each process allocates at most; V(0) for no limit.")
    buffers_reserve: int | None = optional(_SIZE, "Buffers kept for when memory is short.")
    bufsize: int | None = optional(
        values.integer(16_384, 1_048_576),
        "Bytes of a buffer, which a request's or answer's headers have to fit into; V(16384) unless given.",
    )
    comp_maxlevel: int | None = optional(values.integer(1, 9), "Highest level of compression.")
    events_max_events_at_once: int | None = optional(
        values.integer(1, 10_000), "Events handled before others get their turn."
    )
    h1_zero_copy_fwd_recv: bool | None = optional(_SWITCH, "Whether HTTP/1 receives without copying.")
    h1_zero_copy_fwd_send: bool | None = optional(_SWITCH, "Whether HTTP/1 sends without copying.")
    h2_be_glitches_threshold: int | None = optional(
        _SIZE, "Odd frames after which an HTTP/2 connection to a server is closed."
    )
    h2_be_initial_window_size: int | None = optional(
        values.integer(0, 2**31 - 1), "Bytes a server may send at first on an HTTP/2 stream."
    )
    h2_be_max_concurrent_streams: int | None = optional(_SIZE, "Streams of an HTTP/2 connection to a server.")
    h2_fe_glitches_threshold: int | None = optional(
        _SIZE, "Odd frames after which a client's HTTP/2 connection is closed."
    )
    h2_fe_initial_window_size: int | None = optional(
        values.integer(0, 2**31 - 1), "Bytes a client may send at first on an HTTP/2 stream."
    )
    h2_fe_max_concurrent_streams: int | None = optional(
        _SIZE, "Streams of a client's HTTP/2 connection at a time."
    )
    h2_fe_max_total_streams: int | None = optional(
        _SIZE, "Streams after which a client's HTTP/2 connection is closed in good order."
    )
    h2_header_table_size: int | None = optional(
        values.integer(4096, 65_536), "Bytes of HTTP/2's table of headers."
    )
    h2_initial_window_size: int | None = optional(
        values.integer(0, 2**31 - 1), "Bytes either side may send at first on an HTTP/2 stream."
    )
    h2_max_concurrent_streams: int | None = optional(
        _SIZE, "Streams of an HTTP/2 connection at a time; V(100) unless given."
    )
    h2_max_frame_size: int | None = optional(
        values.integer(16384, 16_777_215), "Bytes of an HTTP/2 frame; V(16384) unless given."
    )
    h2_zero_copy_fwd_send: bool | None = optional(_SWITCH, "Whether HTTP/2 sends without copying.")
    http_cookielen: int | None = optional(
        values.integer(2, 65_536), "Bytes of a captured cookie; V(63) unless given."
    )
    http_logurilen: int | None = optional(
        values.integer(2, 65_536), "Bytes of a URI that are logged; V(1024) unless given."
    )
    http_maxhdr: int | None = optional(
        values.integer(64, 32_767), "Headers of a request or answer; V(101) unless given."
    )
    idle_pool_shared: bool | None = optional(_SWITCH, "Whether threads share idle connections to servers.")
    idletimer: str | None = optional(
        values.duration, "After how long without data a stream counts as idle, for TLS records."
    )
    listener_default_shards: str | None = optional(
        values.choice("by-process", "by-thread", "by-group"), "How many sockets each address has."
    )
    listener_multi_queue: str | None = optional(
        values.choice("on", "fair", "off"), "How connections are shared out between threads."
    )
    lua_burst_timeout: str | None = optional(values.duration, "How long Lua may run at a stretch.")
    lua_forced_yield: int | None = optional(
        values.integer(100, 1_000_000), "Instructions after which Lua gives way."
    )
    lua_log_loggers: bool | None = optional(_SWITCH, "Whether Lua's messages go to the logs.")
    lua_log_stderr: str | None = optional(
        values.choice("on", "auto", "off"), "Whether Lua's messages go to standard error."
    )
    lua_maxmem: int | None = optional(_SIZE, "Megabytes Lua may use; V(0) for no limit.")
    lua_service_timeout: str | None = optional(values.duration, "How long a Lua service may run.")
    lua_session_timeout: str | None = optional(
        values.duration, "How long a Lua action, fetch or converter may run."
    )
    lua_task_timeout: str | None = optional(values.duration, "How long a Lua task may run.")
    max_checks_per_thread: int | None = optional(_SIZE, "Checks a thread runs at a time.")
    maxaccept: int | None = optional(values.integer(-1, 10_000), "Connections a process accepts in a row.")
    maxpollevents: int | None = optional(
        values.integer(1, 1_000_000), "Events taken from the kernel at a time."
    )
    maxrewrite: int | None = optional(
        values.integer(0, 65_536), "Bytes of a buffer kept for rewriting headers; V(1024) unless given."
    )
    memory_hot_size: int | None = optional(
        values.integer(1, 2**31 - 1), "Bytes of memory each thread keeps at hand."
    )
    pattern_cache_size: int | None = optional(
        _SIZE, "Results of matches that are kept; V(10000) unless given."
    )
    peers_max_updates_at_once: int | None = optional(
        values.integer(1, 1_000_000), "Updates peers send each other in a row."
    )
    pipesize: int | None = optional(_SIZE, "Bytes of the kernel's pipes.")
    pool_high_fd_ratio: int | None = optional(
        values.integer(0, 100), "Percent of descriptors from which idle connections are closed for new ones."
    )
    pool_low_fd_ratio: int | None = optional(
        values.integer(0, 100), "Percent of descriptors up to which idle connections are kept."
    )
    pt_zero_copy_forwarding: bool | None = optional(_SWITCH, "Whether TCP passes data on without copying.")
    quic_frontend_conn_tx_buffers_limit: int | None = optional(
        values.integer(1, 1_000_000), "Buffers a QUIC connection sends from."
    )
    quic_frontend_max_idle_timeout: str | None = optional(
        values.duration, "How long a QUIC connection may be silent."
    )
    quic_frontend_max_streams_bidi: int | None = optional(
        values.integer(1, 1_000_000), "Streams of a QUIC connection at a time."
    )
    quic_max_frame_loss: int | None = optional(
        values.integer(1, 1_000), "How often a QUIC frame may be lost before its connection is closed."
    )
    quic_retry_threshold: int | None = optional(
        values.integer(1, 2**31 - 1),
        "Half-open QUIC connections from which clients must prove their address.",
    )
    quic_socket_owner: str | None = optional(
        values.choice("connection", "listener"), "Whether each QUIC connection has its own socket."
    )
    quic_zero_copy_fwd_send: bool | None = optional(_SWITCH, "Whether QUIC sends without copying.")
    rcvbuf_client: int | None = optional(_SIZE, "Bytes of the kernel's receive buffers of clients.")
    rcvbuf_server: int | None = optional(_SIZE, "Bytes of the kernel's receive buffers of servers.")
    recv_enough: int | None = optional(_SIZE, "Bytes after which a socket is not read again at once.")
    ring_queues: int | None = optional(values.integer(1, 16), "Queues before a ring.")
    runqueue_depth: int | None = optional(values.integer(1, 10_000), "Tasks run in a row.")
    sched_low_latency: bool | None = optional(
        _SWITCH, "Whether tasks give way sooner, for latency at the price of throughput."
    )
    sndbuf_client: int | None = optional(_SIZE, "Bytes of the kernel's send buffers of clients.")
    sndbuf_server: int | None = optional(_SIZE, "Bytes of the kernel's send buffers of servers.")
    ssl_cachesize: int | None = optional(
        _SIZE, "TLS sessions kept, blocks of about 200 bytes; V(20000) unless given."
    )
    ssl_capture_buffer_size: int | None = optional(
        values.integer(0, 65_536), "Bytes of a client's hello that are kept for fingerprints."
    )
    ssl_default_dh_param: int | None = optional(
        values.integer(1024, 16_384), "Bits of Diffie-Hellman parameters of HAProxy's own."
    )
    ssl_hard_maxrecord: int | None = optional(values.integer(1, 16_384), "Bytes of a TLS record at most.")
    ssl_keylog: bool | None = optional(_SWITCH, "Whether TLS keys can be logged, for debugging alone.")
    ssl_lifetime: str | None = optional(
        values.duration, "How long a TLS session can be resumed; V(300s) unless given."
    )
    ssl_maxrecord: int | None = optional(
        values.integer(1, 16_384), "Bytes of a TLS record while a connection is interactive."
    )
    ssl_ssl_ctx_cache_size: int | None = optional(_SIZE, "Generated certificates kept.")
    stick_counters: int | None = optional(
        values.integer(1, 12), "Counters a connection can be tracked by at a time; V(3) unless given."
    )
    vars_global_max_size: int | None = optional(_SIZE, "Bytes of all variables together.")
    vars_proc_max_size: int | None = optional(_SIZE, "Bytes of the process's variables.")
    vars_reqres_max_size: int | None = optional(_SIZE, "Bytes of a request's or an answer's variables.")
    vars_sess_max_size: int | None = optional(_SIZE, "Bytes of a connection's variables.")
    vars_txn_max_size: int | None = optional(_SIZE, "Bytes of a transaction's variables.")

    def rules(self) -> Iterator[Problem]:
        """Yield sizes and shares that exclude each other."""
        bufsize = self.bufsize or _BUFSIZE
        if self.maxrewrite is not None and self.maxrewrite > bufsize // 2:
            problem = f"{quoted(self.maxrewrite)} is more than half of a buffer"
            yield self.wrong("maxrewrite", problem, f"write at most {bufsize // 2}, or a greater 'bufsize'")
        low, high = self.pool_low_fd_ratio, self.pool_high_fd_ratio
        if low is not None and high is not None and low > high:
            problem = f"{quoted(low)} is more than 'pool_high_fd_ratio'"
            yield self.wrong("pool_low_fd_ratio", problem, f"write at most {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Global(Model):
    """What holds for the whole process."""

    home: ClassVar[str] = "haproxy_global"

    maxconn: int | None = optional(
        _COUNT,
        "Concurrent connections of the whole process. HAProxy derives it from the limit of file descriptors"
        " unless given; each connection needs two of them, and 100 are needed beside.",
    )
    fd_hard_limit: int | None = optional(
        _COUNT,
        "File descriptors HAProxy uses at most; V(1048576) unless given, as C(fs.nr_open) of Linux. More of"
        " them have to be allowed there first.",
    )
    ulimit_n: int | None = optional(_COUNT, "File descriptors, instead of the number HAProxy computes.")
    nbthread: int | None = optional(
        values.integer(1, 64), "Threads; as many as there are processors unless given."
    )
    chroot: str = defaulted(
        file_path,
        "Directory HAProxy locks itself into. Debian's unit shows it C(/dev/log) in the default one alone.",
        "/var/lib/haproxy",
    )
    user: str = defaulted(_account, "User it runs as.", "haproxy")
    group: str = defaulted(_account, "Group it runs as.", "haproxy")
    log: tuple[LogTarget, ...] = defaulted(
        some(LogTarget.from_data),
        "Where logs go; to V(/dev/log), at which journald and local syslogs listen, unless given.",
        (),
    )
    log_send_hostname: str | None = optional(_host, "Host name in the syslog header.")
    log_tag: str | None = optional(values.name, "Program's name in the syslog header.")
    node: str | None = optional(_node, "This node's name on the stats page.")
    description: str | None = optional(values.text, "A text on the stats page.")
    stats_sockets: tuple[StatsSocket, ...] = defaulted(
        each(StatsSocket.from_data), "Command sockets beside Evergate's own, C(/run/haproxy/admin.sock).", ()
    )
    stats_timeout: str | None = optional(
        values.duration, "A command socket may be silent this long; V(10s) unless given."
    )
    stats_maxconn: int | None = optional(
        values.integer(2, 10_000), "Connections of the command sockets at a time; V(10) unless given."
    )
    hard_stop_after: str = defaulted(
        values.duration, "A process replaced by a reload gives its connections this long to end.", "30s"
    )
    grace: str | None = optional(values.duration, "How long a stopping process goes on accepting.")
    close_spread_time: str | None = optional(
        values.duration, "Idle connections are closed over this time at a reload, not all at once."
    )
    mworker_max_reloads: int | None = optional(_COUNT, "Reloads after which an old process is ended.")
    spread_checks: int | None = optional(values.integer(0, 50), "Percent by which the times of checks vary.")
    max_spread_checks: str | None = optional(values.duration, "Time over which the first checks are spread.")
    maxconnrate: int | None = optional(_COUNT, "Connections accepted a second.")
    maxsessrate: int | None = optional(_COUNT, "Sessions accepted a second.")
    maxsslconn: int | None = optional(_COUNT, "TLS connections at a time.")
    maxsslrate: int | None = optional(_COUNT, "TLS handshakes a second.")
    maxpipes: int | None = optional(_COUNT, "Pipes for passing data on in the kernel.")
    maxcomprate: int | None = optional(_COUNT, "Kilobytes a second that are compressed.")
    maxcompcpuusage: int | None = optional(
        values.integer(1, 100), "Percent of processor time from which nothing more is compressed."
    )
    busy_polling: bool = defaulted(
        values.boolean, "Whether threads never sleep, for latency at the price of whole processors.", False
    )
    noreuseport: bool = defaulted(values.boolean, "Whether C(SO_REUSEPORT) is not used.", False)
    nosplice: bool = defaulted(values.boolean, "Whether the kernel never passes data on by itself.", False)
    no_memory_trimming: bool = defaulted(
        values.boolean, "Whether unused memory is kept when a process is replaced.", False
    )
    external_check: bool = defaulted(
        values.boolean, "Whether checks may run programs; backends whose check is V(external) need it.", False
    )
    pp2_never_send_local: bool = defaulted(
        values.boolean, "Whether checks tell HAProxy's own address in the PROXY protocol.", False
    )
    setenv: tuple[tuple[str, str], ...] = defaulted(
        mapping(
            values.matching("[A-Za-z_][A-Za-z0-9_]{0,62}", "a variable's name", "write one such as REGION"),
            values.text,
        ),
        "Environment variables, for Lua and for lines of the operator's own.",
        (),
    )
    default_path: str | None = optional(
        _path_or_origin,
        "Where relative paths of the operator's own begin: V(current), V(config), V(parent) or a directory.",
    )
    server_state_file: str = defaulted(
        file_path,
        "File that servers' states are read from at a start and a reload, and saved to before. Any but"
        " the default has to exist, and begins with a line V(1).",
        STATE_FILE,
    )
    lua_prepend_path: tuple[str, ...] = defaulted(
        some(
            values.matching(
                r"/[A-Za-z0-9/_.@:+?-]{1,254}", "a Lua path", "write one such as /etc/haproxy/lua/?.lua"
            )
        ),
        "Where Lua looks for modules.",
        (),
    )
    lua_load: tuple[str, ...] = defaulted(
        some(_lua), "Lua files on the hosts, loaded once, with their arguments behind them.", ()
    )
    lua_load_per_thread: tuple[str, ...] = defaulted(
        some(_lua), "Lua files on the hosts, loaded by each thread for itself.", ()
    )
    ssl_default_bind_ciphers: str = defaulted(
        _suites,
        "Suites of TLS 1.2 for clients; those of Mozilla's intermediate configuration unless given.",
        CIPHERS,
    )
    ssl_default_bind_ciphersuites: str = defaulted(_suites, "Suites of TLS 1.3 for clients.", CIPHERSUITES)
    ssl_default_bind_curves: str = defaulted(
        _curves,
        "Curves for clients. Debian 13 can also have V(X25519MLKEM768) before them, which withstands quantum"
        " computers.",
        CURVES,
    )
    ssl_default_bind_options: tuple[str, ...] = defaulted(
        some(values.choice("prefer-client-ciphers", *_TLS_OPTIONS)),
        "Options of TLS for clients.",
        BIND_OPTIONS,
    )
    ssl_default_bind_min_ver: str = defaulted(
        values.choice(*TLS_VERSIONS), "Lowest version of TLS for clients.", "TLSv1.2"
    )
    ssl_default_bind_max_ver: str | None = optional(
        values.choice(*TLS_VERSIONS), "Highest version of TLS for clients."
    )
    ssl_default_server_ciphers: str = defaulted(_suites, "Suites of TLS 1.2 towards servers.", CIPHERS)
    ssl_default_server_ciphersuites: str = defaulted(
        _suites, "Suites of TLS 1.3 towards servers.", CIPHERSUITES
    )
    ssl_default_server_options: tuple[str, ...] = defaulted(
        some(values.choice(*_TLS_OPTIONS)), "Options of TLS towards servers.", SERVER_OPTIONS
    )
    ssl_default_server_min_ver: str = defaulted(
        values.choice(*TLS_VERSIONS), "Lowest version of TLS towards servers.", "TLSv1.2"
    )
    ssl_default_server_max_ver: str | None = optional(
        values.choice(*TLS_VERSIONS), "Highest version of TLS towards servers."
    )
    ssl_dh_param_file: str | None = optional(
        file_path, "File on the hosts with Diffie-Hellman parameters, for suites that need them."
    )
    ssl_load_extra_files: tuple[str, ...] = defaulted(
        some(values.choice("none", "all", "bundle", "sctl", "ocsp", "issuer", "key")),
        "Which files beside a certificate are read too.",
        (),
    )
    ca_base: str | None = optional(file_path, "Directory of relative paths of authorities.")
    crt_base: str | None = optional(file_path, "Directory of relative paths of certificates.")
    key_base: str | None = optional(file_path, "Directory of relative paths of keys.")
    ssl_security_level: int | None = optional(values.integer(0, 5), "OpenSSL's security level.")
    tune: Tune = defaulted(
        Tune.from_data, "HAProxy's tuning keywords without C(tune.), with C(_) for C(.) and C(-).", Tune()
    )
    extra: tuple[str, ...] = defaulted(
        haproxy_lines, "Further lines for this section, in HAProxy's own words.", ()
    )

    def rules(self) -> Iterator[Problem]:
        """Yield more connections than there are descriptors, and what contradicts itself."""
        yield from _descriptors(self)
        yield from _tls(self, "bind", self.ssl_default_bind_min_ver, self.ssl_default_bind_max_ver)
        yield from _tls(self, "server", self.ssl_default_server_min_ver, self.ssl_default_server_max_ver)
        if len(self.ssl_load_extra_files) > 1 and {"none", "all"} & set(self.ssl_load_extra_files):
            yield self.wrong("ssl_load_extra_files", "has 'none' or 'all' beside others", "write it alone")


def _descriptors(settings: Global) -> Iterator[Problem]:
    """Yield a `maxconn` that HAProxy could not keep; it would refuse to start."""
    if settings.maxconn is None:
        return
    needed = DESCRIPTORS_EACH * settings.maxconn + DESCRIPTORS_BESIDE
    limit = settings.fd_hard_limit or MOST_DESCRIPTORS
    if needed > limit:
        most = max((limit - DESCRIPTORS_BESIDE) // DESCRIPTORS_EACH, 1)
        problem = f"{quoted(settings.maxconn)} needs {needed} file descriptors, of which there are {limit}"
        yield settings.wrong("maxconn", problem, f"write at most {most}, or allow more with fd_hard_limit")
    if settings.ulimit_n is not None and needed > settings.ulimit_n:
        problem = f"{quoted(settings.ulimit_n)} is too few for the maxconn {quoted(settings.maxconn)}"
        yield settings.wrong("ulimit_n", problem, f"write at least {needed}, or leave it out")
    if settings.ulimit_n is not None and settings.ulimit_n > limit:
        problem = f"{quoted(settings.ulimit_n)} is more than the limit of {limit}"
        yield settings.wrong("ulimit_n", problem, "write a smaller one, or allow more with fd_hard_limit")


def _tls(settings: Global, side: str, low: str, high: str | None) -> Iterator[Problem]:
    if high is not None and TLS_VERSIONS.index(low) > TLS_VERSIONS.index(high):
        key = f"ssl_default_{side}_max_ver"
        yield settings.wrong(key, f"{quoted(high)} is lower than the lowest, {low}", f"write at least {low}")
