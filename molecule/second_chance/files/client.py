#!/usr/bin/env python3
"""Be a client of both VIPs, and write down what becomes of it: a JSON object in FILE.

usage: client.py keep FILE      make a request over each of some connections and tell systemd; at SIGTERM make
                                another one over each
       client.py come FILE      make new connections, one after the other, with a request over each
       client.py intrude FILE   send packets of connections that there have never been, and count the resets
"""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import struct
import sys
import time

VIPS = ("198.51.100.200", "2001:db8:1::200")
KEPT, NEW, UNKNOWN = 5, 100, 10  # for each VIP
DEADLINE = 2  # s
PORTS = range(1025, 1025 + UNKNOWN)  # below all that the kernel hands out
ACK, RST = 0x10, 0x04


def keep() -> dict[str, object]:
    """Return how the first and the second request over each connection went."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    kept = [connection(vip) for vip in VIPS for _ in range(KEPT)]
    before = [ask(each) for each in kept]
    ports = [each.sock.getsockname()[1] for each in kept]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
        link.send(b"READY=1")
    signal.sigwait({signal.SIGTERM})
    after = [ask(each) for each in kept]
    return {"ports": ports, "before": before, "after": after}


def come() -> dict[str, object]:
    """Return how the one request over each new connection went."""
    return {"new": [ask(connection(vip)) for _ in range(NEW) for vip in VIPS]}


def connection(vip: str) -> http.client.HTTPConnection:
    """Return a connection that will not be replaced in silence when it is lost."""
    made = http.client.HTTPConnection(vip, 80, timeout=DEADLINE)
    made.connect()
    made.auto_open = 0
    return made


def ask(over: http.client.HTTPConnection) -> dict[str, object]:
    """Return the status or what happened instead, and after how many milliseconds."""
    if select.select([over.sock], [], [], 0)[0]:
        return {"outcome": "lost before", "ms": 0}
    started = time.monotonic()
    try:
        over.request("GET", "/version")
        answer = over.getresponse()
        answer.read()
        outcome = str(answer.status)
    except http.client.RemoteDisconnected:
        outcome = "closed"
    except (OSError, http.client.HTTPException) as error:
        outcome = type(error).__name__
    return {"outcome": outcome, "ms": round((time.monotonic() - started) * 1000, 1)}


def intrude() -> dict[str, object]:
    """Return for each VIP how often each packet was answered by a reset."""
    return {"resets": {vip: list(resets(vip).values()) for vip in VIPS}}


def resets(vip: str) -> dict[int, int]:
    """Send a packet from each port, and count the resets that come back to it within a second."""
    family = socket.AF_INET6 if ":" in vip else socket.AF_INET
    counts = dict.fromkeys(PORTS, 0)
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as link:
        link.connect((vip, 0))
        for port in PORTS:
            link.send(segment(family, link.getsockname()[0], vip, port))
        give_up = time.monotonic() + 1
        while select.select([link], [], [], max(0, give_up - time.monotonic()))[0]:
            packet = link.recv(2048)
            header = packet[20:] if family == socket.AF_INET else packet  # IPv4 comes with its own
            source, port = struct.unpack("!HH", header[:4])
            if source == 80 and port in counts and header[13] & RST:
                counts[port] += 1
    return counts


def segment(family: int, here: str, vip: str, port: int) -> bytes:
    """Return a TCP segment (RFC 9293, section 3.1) that claims to belong to a connection."""
    bare = struct.pack("!HHIIBBHHH", port, 80, 1000, 2000, 5 << 4, ACK, 1024, 0, 0)
    ends = socket.inet_pton(family, here) + socket.inet_pton(family, vip)
    whole = ends + struct.pack("!II", len(bare), socket.IPPROTO_TCP) + bare
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return bare[:16] + struct.pack("!H", ~total & 0xFFFF) + bare[18:]


if __name__ == "__main__":
    found = {"keep": keep, "come": come, "intrude": intrude}[sys.argv[1]]()
    with open(sys.argv[2], "w", encoding="ascii") as file:
        json.dump(found, file)
