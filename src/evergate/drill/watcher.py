#!/usr/bin/env python3
"""Ask the network again and again who holds an IPv4 address, and write down who answers.

It sees what clients see: an ARP request is broadcast for each sample, and every node that answers before
the next one is a holder. A lost or cut-off node does not answer; two answers are a split brain.
Asking changes nothing: the question is an ARP probe (RFC 5227, section 2.1.1) from a hardware address made
up for it. From the interface's own, each answer would refresh the client's neighbour table, and so decide
which of two holders the load under test reaches.
Python 3.11, this one file and CAP_NET_RAW are all it needs.

Each line of the output is a JSON object. The first describes the run, the last shows that it is whole:
  {"watcher": 1, "vip", "interface", "interval": s, "nodes": {name: MAC}, "started": epoch s}
  {"at": epoch s of the request, "holders": [names of the nodes that answered; the MAC of an unknown one]}
  {"ended": epoch s, "samples": lines between}
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import socket
import struct
import sys
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import Any, TextIO

LEARN_WITHIN = 3.0  # s for every node to answer at the start
MAX_DURATION = 3600  # s
MIN_INTERVAL = 0.005  # s

_ETHERNET = struct.Struct("!6s6sH")  # destination, source, type
_ARP = struct.Struct("!HHBBH6s4s6s4s")  # RFC 826
_ETHERTYPE_ARP = 0x0806
_KIND = (1, 0x0800, 6, 4)  # Ethernet carrying IPv4, and their address lengths
_REQUEST, _REPLY = 1, 2
_NO_ADDRESS = bytes(4)
_SOL_PACKET, _ADD_MEMBERSHIP, _PROMISCUOUS = 263, 1, 1  # packet(7)
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B  # netdevice(7)


class Unusable(Exception):
    """The watch cannot be made or be trusted; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a hardware address of its own, and no IPv4 address, so that nobody learns one."""

    mac: bytes

    @classmethod
    def made_up(cls) -> Asker:
        """Return an asker with a random hardware address, locally administered and unicast (IEEE 802)."""
        return cls(b"\x02" + os.urandom(5))

    def request(self, wanted: IPv4Address) -> bytes:
        """Return the Ethernet frame that asks everybody who has the address."""
        return _ETHERNET.pack(b"\xff" * 6, self.mac, _ETHERTYPE_ARP) + _ARP.pack(
            *_KIND, _REQUEST, self.mac, _NO_ADDRESS, bytes(6), wanted.packed
        )

    def answerer(self, frame: bytes, wanted: IPv4Address) -> str | None:
        """Return the MAC that claims the address in answer to this asker, None for any other frame.

        A gratuitous ARP announces unasked: its target is not the asker (RFC 5227, section 3).
        """
        if len(frame) < _ETHERNET.size + _ARP.size:
            return None
        _, _, kind = _ETHERNET.unpack_from(frame)
        *shape, operation, sender, claimed, target, asked_by = _ARP.unpack_from(frame, _ETHERNET.size)
        is_reply = kind == _ETHERTYPE_ARP and tuple(shape) == _KIND and operation == _REPLY
        if not is_reply or claimed != wanted.packed or (target, asked_by) != (self.mac, _NO_ADDRESS):
            return None
        return ":".join(f"{byte:02x}" for byte in sender)


class Watch:
    """A raw socket on one interface, the one who asks on it, and the address in question."""

    def __init__(self, link: socket.socket, asker: Asker, vip: IPv4Address) -> None:
        self._socket = link
        self._asker = asker
        self._vip = vip

    def learn(self, nodes: dict[str, IPv4Address]) -> dict[str, str]:
        """Return each node's MAC by its name; raise Unusable if one does not answer in time."""
        macs: dict[str, str] = {}
        give_up = time.monotonic() + LEARN_WITHIN
        while missing := [name for name in nodes if name not in macs]:
            if time.monotonic() > give_up:
                raise Unusable(f"{missing[0]} does not answer ARP for {nodes[missing[0]]}")
            found = self._ask(nodes[missing[0]], time.monotonic() + 0.1)
            macs.update((missing[0], mac) for mac in found)
        return macs

    def record(self, names: dict[str, str], interval: float, duration: float, output: TextIO) -> int:
        """Write one line per sample, `names` by MAC; return how many. A late sample is not made up for."""
        start = due = time.monotonic()
        samples = 0
        while due < start + duration:
            due = max(due + interval, time.monotonic())
            at = time.time()
            holders = {names.get(mac, mac) for mac in self._ask(self._vip, due)}
            _write(output, at=round(at, 6), holders=sorted(holders))
            samples += 1
        return samples

    def _ask(self, wanted: IPv4Address, until: float) -> set[str]:
        """Return the MACs that answer before that monotonic second."""
        found: set[str] = set()
        self._socket.send(self._asker.request(wanted))
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                mac = self._asker.answerer(self._socket.recv(256), wanted)
            except TimeoutError:
                break
            if mac is not None:
                found.add(mac)
        return found


def _open(interface: str, vip: IPv4Address) -> socket.socket:
    """Return a raw socket that sees all ARP on the interface, for whomever it is; raise Unusable."""
    try:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERTYPE_ARP))
        link.bind((interface, _ETHERTYPE_ARP))
        everything = struct.pack("iHH8s", socket.if_nametoindex(interface), _PROMISCUOUS, 0, b"")
        link.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, everything)
        network = _network(link, interface)
    except OSError as error:
        raise Unusable(f"cannot watch on {interface}: {error.strerror}") from error
    if vip not in network.network:
        raise Unusable(f"{interface} has {network}, and {vip} is not on that network")
    return link


def _network(link: socket.socket, interface: str) -> IPv4Interface:
    """Return the interface's own IPv4 address with its netmask; raise OSError if it has none."""
    query = struct.pack("256s", interface.encode()[:15])
    address, mask = (
        socket.inet_ntoa(fcntl.ioctl(link, code, query)[20:24]) for code in (_SIOCGIFADDR, _SIOCGIFNETMASK)
    )
    return IPv4Interface(f"{address}/{mask}")


def _write(output: TextIO, **record: Any) -> None:
    output.write(json.dumps(record, separators=(",", ":")) + "\n")


def _node(text: str) -> tuple[str, IPv4Address]:
    name, _, address = text.partition("=")
    return name, IPv4Address(address)


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--vip", type=IPv4Address, required=True, help="the address to ask for")
    parser.add_argument("--interface", required=True, help="where to ask; it has an address beside the VIP")
    parser.add_argument("--node", type=_node, action="append", required=True, help="NAME=ADDRESS; repeatable")
    parser.add_argument("--output", required=True, help="file for the JSON lines")
    parser.add_argument("--interval", type=float, default=0.02, help="seconds between two samples")
    parser.add_argument("--duration", type=float, default=15, help=f"seconds, at most {MAX_DURATION}")
    return parser.parse_args(words)


def watch(arguments: argparse.Namespace) -> None:
    """Make one watch as the command line asks; raise Unusable."""
    if not arguments.interval >= MIN_INTERVAL or not 0 < arguments.duration <= MAX_DURATION:
        raise Unusable(f"--interval must be at least {MIN_INTERVAL} and --duration at most {MAX_DURATION}")
    link = _open(arguments.interface, arguments.vip)
    watching = Watch(link, Asker.made_up(), arguments.vip)
    # Line by line: 50 short writes a second cost nothing, and a killed watcher leaves whole lines.
    with link, open(arguments.output, "w", encoding="utf-8", buffering=1) as output:
        nodes = watching.learn(dict(arguments.node))
        about = {"vip": str(arguments.vip), "interface": arguments.interface, "nodes": nodes}
        _write(output, watcher=1, interval=arguments.interval, **about, started=time.time())
        names = {mac: name for name, mac in nodes.items()}
        samples = watching.record(names, arguments.interval, arguments.duration, output)
        _write(output, ended=time.time(), samples=samples)


def main(words: list[str] | None = None) -> int:
    """Make one watch; return 0, or 1 after one sentence on the standard error."""
    try:
        watch(_arguments(words))
    except (Unusable, OSError) as error:
        print(f"watcher: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
