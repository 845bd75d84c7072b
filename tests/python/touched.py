"""A small configuration of HAProxy, and what changes of it ask for."""

from __future__ import annotations

from evergate.node.least_touch import least_touch
from evergate.node.touch import Touch

CONFIG = "/etc/haproxy/haproxy.cfg"
MAP = "/etc/haproxy/maps/hosts.map"
LIST = "/etc/haproxy/lists/bots.lst"
PEM = "/etc/haproxy/certificates/shop.pem"
CRT_LIST = "/etc/haproxy/crt-lists/tls-1.list"
TEXT = f"""\
# Managed
global
    log /dev/log local0

defaults
    mode http
    default-server inter 300ms fall 2
    load-server-state-from-file global

frontend shop
    bind 203.0.113.100:443 ssl crt {PEM} crt-list {CRT_LIST}
    acl bot req.hdr(User-Agent) -i -m sub -f {LIST}
    http-request set-map({MAP}) %[src] seen
    use_backend %[req.hdr(host),map_str({MAP},shop)]

backend shop
    balance roundrobin
    option httpchk
    server app1 203.0.113.21:8080 check
    server app2 203.0.113.22:8080 check
"""
APP2 = "    server app2 203.0.113.22:8080 check\n"
APP3 = "    server app3 203.0.113.23:8080 check\n"
PLAIN = TEXT.replace("    load-server-state-from-file global\n", "")


def between(before: str, after: str) -> Touch:
    return least_touch({CONFIG: before}, {CONFIG: after})


def edited(old: str, new: str, text: str = TEXT) -> Touch:
    """Return the touch when one text in the configuration becomes another."""
    assert old in text
    return between(text, text.replace(old, new))


def with_line(line: str) -> str:
    """Return the configuration with a line in the backend, before its servers."""
    return TEXT.replace("    option httpchk\n", f"    option httpchk\n    {line}\n")


def words(touch: Touch) -> list[str]:
    assert touch.kind == "runtime", touch.reasons
    return [command.words for command in touch.commands]


def why(touch: Touch) -> str:
    """Return the only reason for a reload."""
    assert (touch.kind, touch.commands) == ("reload", ())
    (reason,) = touch.reasons
    return reason


def of_file(path: str, before: str, after: str, text: str = TEXT, **others: str) -> Touch:
    rest = {CONFIG: text, CRT_LIST: "/etc/haproxy/certificates/api.pem [alpn h2]\n", **others}
    return least_touch({**rest, path: before}, {**rest, path: after})
