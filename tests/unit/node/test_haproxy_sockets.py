"""Where HAProxy is to listen, where a process does, and who is in the way, on this host alone."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from evergate.node.haproxy_sockets import Endpoint, holder, in_the_way, listening, wanted
from evergate.node.haproxy_text import sections


def ends(*lines: str, kind: str = "frontend") -> list[str]:
    text = "\n".join([f"{kind} web", *(f"  {line}" for line in lines)])
    return [f"{each.protocol} {each}" for each in wanted(sections(text))]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("bind 203.0.113.100:80", ["tcp 203.0.113.100:80"]),
        ("bind :443 ssl crt /c.pem", ["tcp 0.0.0.0:443"]),
        ("bind *:443", ["tcp 0.0.0.0:443"]),
        ("bind [2001:DB8::0:1]:443", ["tcp [2001:db8::1]:443"]),
        ("bind :::80 v6only", ["tcp [::]:80"]),
        ("bind ipv6@:80", ["tcp [::]:80"]),
        ("bind ipv4@203.0.113.1:80", ["tcp 203.0.113.1:80"]),
        ("bind 203.0.113.1:80,203.0.113.2:81", ["tcp 203.0.113.1:80", "tcp 203.0.113.2:81"]),
        ("bind 203.0.113.1:80-82", [f"tcp 203.0.113.1:{port}" for port in (80, 81, 82)]),
        ("bind quic4@203.0.113.1:443 ssl", ["udp 203.0.113.1:443 (udp)"]),
        ("bind quic6@[2001:db8::1]:443 ssl", ["udp [2001:db8::1]:443 (udp)"]),
        ("bind unix@/run/x.sock", []),
        ("bind /run/x.sock", []),
        ("bind abns@web", []),
        ('bind "${VIP}:80"', []),
        ("bind web.example:80", []),
        ("bind 203.0.113.1:80 namespace blue", []),
        ("bind-process 1", []),
        ("bind", []),
    ],
)
def test_where_a_line_listens(line: str, found: list[str]) -> None:
    assert ends(line) == found


def test_only_what_is_in_use_and_listens_counts() -> None:
    assert ends("bind 203.0.113.1:80", "disabled") == []
    assert ends("bind 203.0.113.1:80", kind="backend") == []
    assert ends("dgram-bind 203.0.113.1:514", kind="log-forward") == ["udp 203.0.113.1:514 (udp)"]


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_where_this_process_listens_is_seen_and_is_in_the_way(family: int, host: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as mine, socket.socket(family, socket.SOCK_DGRAM) as other:
        try:
            mine.bind((host, 0))
        except OSError:
            pytest.skip(f"this host has no {host}")
        other.bind((host, 0))
        tcp = Endpoint("tcp", host, mine.getsockname()[1])
        udp = Endpoint("udp", host, other.getsockname()[1])
        assert tcp not in listening(os.getpid())
        mine.listen()
        assert {tcp, udp} <= listening(os.getpid())
        found = in_the_way([tcp, udp])
        assert [error.errno for error in found.values()] == [errno.EADDRINUSE] * 2
        assert holder(tcp).endswith(f"(process {os.getpid()})")


def test_a_free_port_is_free_and_stays_so() -> None:
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        free = Endpoint("tcp", "127.0.0.1", first.getsockname()[1])
    assert in_the_way([free]) == {}
    assert free not in listening(os.getpid())
    assert holder(free) == ""


def test_who_shares_its_port_is_not_in_the_way() -> None:
    with socket.socket() as mine:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        mine.bind(("127.0.0.1", 0))
        mine.listen()
        assert in_the_way([Endpoint("tcp", "127.0.0.1", mine.getsockname()[1])]) == {}


def test_a_process_that_is_gone_does_not_listen() -> None:
    with pytest.raises(OSError):
        listening(2**22 + 1)
