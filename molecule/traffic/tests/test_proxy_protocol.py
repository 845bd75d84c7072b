"""The PROXY protocol names the client: to HAProxy, if another proxy stands before it, and to servers."""

from __future__ import annotations

import base64
import struct
from ipaddress import ip_address

import pytest
from lab import host
from web import client_address, each_vip, get

# Reads the bytes to send from its third argument: no shell and no curl can send every byte.
SEND = """
import base64, socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) as connection:
    connection.sendall(base64.b64decode(sys.argv[3]))
    sys.stdout.write(connection.makefile(newline="").read())
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"


def sent(vip: str, data: bytes) -> str:
    """Return what came back for these bytes, sent to the port that expects the PROXY protocol."""
    run = host("client").run("python3 -c %s %s 8082 %s", SEND, vip, base64.b64encode(data).decode())
    return run.stdout


def header(version: int, vip: str) -> bytes:
    """Return the PROXY protocol header of a client far away (the protocol's specification, 2.1 and 2.2)."""
    source = far_away(vip)
    if version == 1:
        family = "TCP6" if ":" in vip else "TCP4"
        return f"PROXY {family} {source} {vip} 4242 8082\r\n".encode()
    both = ip_address(source).packed + ip_address(vip).packed + struct.pack("!HH", 4242, 8082)
    family2 = 0x21 if ":" in vip else 0x11
    return b"\r\n\r\n\x00\r\nQUIT\n" + struct.pack("!BBH", 0x21, family2, len(both)) + both


def far_away(vip: str) -> str:
    """Return an address that no host of the lab has."""
    return "2001:db8:7::7" if ":" in vip else "203.0.113.7"


@each_vip
@pytest.mark.parametrize("version", [1, 2])
def test_the_client_is_who_the_proxy_before_us_says(vip: str, version: int) -> None:
    assert f'"x-forwarded-for": "{far_away(vip)}"' in sent(vip, header(version, vip) + REQUEST)


@each_vip
def test_who_does_not_speak_it_is_not_answered(vip: str) -> None:
    assert sent(vip, REQUEST) == ""


@each_vip
def test_the_servers_are_told_who_the_client_is(vip: str) -> None:
    assert get(vip, "http://shop.example:8080/proxied").seen["claimed"] == client_address(vip)
