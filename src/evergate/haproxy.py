"""HAProxy's configuration as text, written from the model alone and in the order of the file."""

from __future__ import annotations

import re
from dataclasses import asdict

from evergate.model.backend import Backend, Check, Server
from evergate.model.haproxy import Frontend, HaproxyConfig, Timeouts
from evergate.values import Address


def render(config: HaproxyConfig) -> str:
    """Return the whole haproxy.cfg, ending in a newline.

    A newline in it is never the data's: the model holds only texts of one line.
    """
    sections = [
        ["global", *_indented(_global(config))],
        ["defaults", *_indented(_defaults(config))],
        ["frontend evergate_stats", *_indented(_stats(config))],
        ["frontend evergate_probe", *_indented(_probe(config))],
        *([f"frontend {each.name}", *_indented(_frontend(each))] for each in config.frontends),
        *([f"backend {each.name}", *_indented(_backend(each))] for each in config.backends),
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _global(config: HaproxyConfig) -> list[str]:
    return [
        "log /dev/log local0",
        "chroot /var/lib/haproxy",
        "user haproxy",
        "group haproxy",
        # A reload hands the listening sockets over through this one, so that no connection is refused.
        "stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners",
        "hard-stop-after 30s",
        *_given("maxconn", config.maxconn),
        *config.global_extra,
    ]


def _defaults(config: HaproxyConfig) -> list[str]:
    return [
        "mode http",
        "log global",
        "option httplog",
        "option dontlognull",
        "option redispatch 1",
        # A reload lets idle clients finish instead of closing the connection under their next request.
        "option idle-close-on-response",
        "http-reuse always",
        "retries 3",
        # Not 500: a broken page is as broken on the next server, which would do its work for nothing.
        "retry-on conn-failure empty-response response-timeout 502 503 504",
        *_timeouts(config.timeout),
        # Without on-marked-down shutdown-sessions: it kills requests that a retry would have saved. Failed
        # connections mark a server down before its check does; answers don't (observe layer7), or whoever
        # finds a broken page could take all servers out by reloading it.
        "default-server inter 300ms fastinter 100ms downinter 200ms fall 2 rise 2 slowstart 3s"
        " observe layer4 error-limit 5 on-error mark-down",
        *config.defaults_extra,
    ]


def _timeouts(timeouts: Timeouts) -> list[str]:
    return [f"timeout {field.replace('_', '-')} {duration}" for field, duration in asdict(timeouts).items()]


def _stats(config: HaproxyConfig) -> list[str]:
    return [
        f"bind {_socket(config.management_address, config.stats_port)}",
        "http-request use-service prometheus-exporter if { path /metrics }",
        "stats enable",
        "stats uri /",
        "stats refresh 5s",
    ]


def _probe(config: HaproxyConfig) -> list[str]:
    # monitor-uri is answered by HAProxy itself and never logged.
    return [f"bind 127.0.0.1:{config.probe_port}", "monitor-uri /"]


def _frontend(frontend: Frontend) -> list[str]:
    return [
        *(f"bind {_socket(address, frontend.port)}" for address in frontend.addresses),
        *_given("maxconn", frontend.maxconn),
        "option forwardfor",
        *frontend.extra,
        f"default_backend {frontend.default_backend}",
    ]


def _backend(backend: Backend) -> list[str]:
    return [
        f"balance {backend.balance}",
        *_given("timeout connect", backend.timeout_connect),
        *_given("timeout server", backend.timeout_server),
        *_check(backend.check),
        "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
        "http-request disable-l7-retry unless METH_GET or METH_HEAD",
        *backend.extra,
        *map(_server, backend.servers),
    ]


def _check(check: Check) -> list[str]:
    host = f" hdr Host {_argument(check.host)}" if check.host else ""
    return [
        "option httpchk",
        f"http-check send meth GET uri {_argument(check.path)}{host}",
        f"http-check expect status {check.expect}",
    ]


def _server(server: Server) -> str:
    words = [
        f"server {server.name} {_socket(server.address, server.port)} check",
        *_given("weight", server.weight),
        *(["backup"] if server.backup else []),
        *([server.extra] if server.extra else []),
    ]
    return " ".join(words)


def _socket(address: Address, port: int) -> str:
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _argument(text: str) -> str:
    """Return the text as one HAProxy argument, in single quotes if need be (its manual, section 2.2)."""
    if re.fullmatch(r"[A-Za-z0-9/._:?=&%~+,@\[\]-]+", text):
        return text
    return "'" + text.replace("'", r"'\''") + "'"


def _given(keyword: str, value: object) -> list[str]:
    return [] if value is None else [f"{keyword} {value}"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
