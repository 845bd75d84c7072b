"""Where logs go and how they are written."""

from __future__ import annotations

from collections.abc import Iterator

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.logs import LogBind, LogForward, LogTarget, Mailers, Ring, RingServer
from evergate.render.haproxy.words import argument, given, settings, socket

_OPTIONS = {
    "http": "option httplog",
    "https": "option httpslog",
    "clf": "option httplog clf",
    "tcp": "option tcplog",
}

# What clients send is written with `json`, which escapes it; the rest is HAProxy's own words or a number.
# HAProxy marks a retry on another server with a '+', so that this number is a text.
_CONNECTION = (
    '"time":%Ts.%ms,"client":"%ci","client_port":%cp,"frontend":"%f","backend":"%b","server":"%s"',
    '"time_queue":%Tw,"time_connect":%Tc,"time_total":%Tt,"bytes":%B,"bytes_read":%U',
    '"connections":%ac,"frontend_connections":%fc,"backend_connections":%bc,"server_connections":%sc',
    '"retries":"%rc","server_queue":%sq,"backend_queue":%bq,"tls_version":"%sslv","tls_cipher":"%sslc"',
)
_TCP_JSON = "{" + ",".join([*_CONNECTION, '"termination":"%ts"']) + "}"
_HTTP_JSON = (
    "{"
    + ",".join(
        [
            *_CONNECTION,
            '"termination":"%tsc","time_request":%TR,"time_response":%Tr,"time_active":%Ta,"status":%ST',
            '"method":"%[capture.req.method,json(utf8s)]","uri":"%[capture.req.uri,json(utf8s)]"',
            '"version":"%[capture.req.ver,json(utf8s)]","id":"%[unique-id,json(utf8s)]"',
        ]
    )
    + "}"
)
_JSON_LENGTH = 8192  # a URI of 1,024 bytes may be six times as long when it is escaped


def log_lines(mode: str, chosen: str | None, config: HaproxyConfig | None = None) -> list[str]:
    """Return how a frontend of this mode writes its logs: its own choice, else what the defaults leave it.

    Without a config, what the defaults section itself says. HAProxy warns when a TCP frontend inherits
    a format of HTTP.
    """
    if chosen is None:
        inherited = config.defaults.log_format if config is not None else "http"
        if mode == "http" or inherited == "tcp":
            return []
        chosen = "json" if inherited == "json" else "tcp"
    if chosen == "json":
        return [f"log-format {argument(_TCP_JSON if mode == 'tcp' else _HTTP_JSON)}"]
    return [_OPTIONS.get(chosen) or f"log-format {argument(chosen)}"]


def target(log: LogTarget, length: int | None = None) -> str:
    """Return a `log` line; `length` is for a target that says none."""
    words = ["log", _place(log)]
    for keyword, value in (("len", log.length or length), ("format", log.format), ("sample", log.sample)):
        words += [keyword, str(value)] if value else []
    return " ".join([*words, log.facility, *filter(None, (log.level, log.minlevel))])


def length(config: HaproxyConfig) -> int | None:
    """Return how long the lines of targets without a length of their own may be."""
    return _JSON_LENGTH if config.defaults.log_format == "json" else None


def _place(log: LogTarget) -> str:
    if log.ring is not None:
        return f"ring@{log.ring}"
    if isinstance(log.address, str) or log.address is None:
        return str(log.address)
    where = socket(log.address, log.port or 514)
    return f"tcp@{where}" if log.protocol == "tcp" else where


def sections(config: HaproxyConfig) -> list[list[str]]:
    """Return the sections `ring`, `log-forward` and `mailers`."""
    return [*map(_ring, config.rings), *map(_forward, config.log_forwards), *map(_mailers, config.mailers)]


def _ring(ring: Ring) -> list[str]:
    return [
        f"ring {ring.name}",
        *settings(ring, ["description", "format"]),
        # The file is made as large as the size says, which therefore stands before it.
        *settings(ring, ["size", "maxlen", "backing_file"]),
        *(_timeouts(ring) if ring.servers else []),
        *map(_ring_server, ring.servers),
        *ring.extra,
    ]


def _timeouts(ring: Ring) -> Iterator[str]:
    # HAProxy warns without all three, though a ring has no clients.
    yield f"timeout client {ring.timeout_server}"
    yield f"timeout connect {ring.timeout_connect}"
    yield f"timeout server {ring.timeout_server}"


def _ring_server(server: RingServer) -> str:
    words = [f"server {server.name} {socket(server.address, server.port)}"]
    words += [f"log-proto {server.log_proto}"] if server.log_proto else []
    return " ".join([*words, *([server.extra] if server.extra else [])])


def _forward(relay: LogForward) -> list[str]:
    return [
        f"log-forward {relay.name}",
        *(_bind("bind", bind) for bind in relay.binds),
        *(_bind("dgram-bind", bind) for bind in relay.dgram_binds),
        *settings(relay, ["maxconn", "backlog"]),
        *given("timeout client", relay.timeout_client),
        *(map(target, relay.log) if relay.log else ["log global"]),
        *relay.extra,
    ]


def _bind(keyword: str, bind: LogBind) -> str:
    words = [f"{keyword} {socket(bind.address, bind.port)}"]
    words += [f"interface {bind.interface}"] if bind.interface else []
    return " ".join([*words, *([bind.extra] if bind.extra else [])])


def _mailers(group: Mailers) -> list[str]:
    return [
        f"mailers {group.name}",
        f"timeout mail {group.timeout_mail}",
        *(f"mailer {each.name} {socket(each.address, each.port)}" for each in group.mailers),
        *group.extra,
    ]
