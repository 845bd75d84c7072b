"""Watch what keepalived cannot watch itself: that it is not hung, not alone, and nobody else has the VIP.

Four questions are asked about each VRRP instance, for as long as this node has its first VIP:

- *Does keepalived still send adverts?* A hung one holds the VIP without a word. After ten adverts that did
  not leave, and no sign of life of its process, a file is written, and systemd ends keepalived.
- *Whom do the neighbours believe?* An ICMP echo request is sent from the VIP to up to three hosts, the
  witnesses. A witness answers whomever it takes for the holder. An answer to another node's question proves
  two holders; answers that stay away, while the same witness answers this node's own address, tell the other
  of the two. So a split brain is seen on both nodes, even when they cannot reach each other at all.
- *Does another node send adverts?* Then both are active.
- *Does any witness answer?* If none does, this node may be cut off, and a file tells keepalived to lower its
  priority: when the network heals, the node that has served the clients meanwhile keeps the VIP.

A witness that never learned of a move is told again, by gratuitous ARP or a neighbour advertisement.
Python 3.11, this one file, its configuration and CAP_NET_RAW are all it needs.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

Address = IPv4Address | IPv6Address

TICK = 0.1  # s between two looks
ECHO_EVERY = 0.2  # s between two questions to a witness
HASTE_AFTER, HASTE = 0.1, 0.02  # s without an answer, and s between questions from then on
# Sixteen questions without an answer: at 36 % loss, there and back together, one in ten million.
MISSING_AFTER = 0.4  # s
OWN_ANSWERS = 3  # answers to the node's own address meanwhile: the witness is well
SETTLING = 0.3  # s after a takeover in which the last answers to the former holder may still arrive
REMEMBERED, PROVEN = 0.7, 0.3  # s that an answer meant for another node counts, and then the proof
ALONE_AFTER, REUNITED = 0.5, 2.0  # s without an answer of any witness, and with one until that is forgotten
SILENT_ADVERTS, SILENT_LEAST = 10, 0.5  # adverts, and s, without one of our own
RIVAL_ADVERTS, RIVAL_LEAST = 5, 0.3  # adverts, and s on top, of another node's
GAP_ADVERTS = 3  # so many adverts may be lost, with RIVAL_LEAST on top, before another node counts as gone
SIGNS_OF_LIFE = 3  # times that a living keepalived has waited for something meanwhile
FIRST_LOOK = 1.0  # s after the start in which nothing is asked of systemd
KILL_PAUSE, KILL_PAUSE_LONGEST = 2.0, 60.0  # s between two kills, doubled each time
ANNOUNCE_EVERY, ANNOUNCE_OFTEN, ANNOUNCE_SELDOM = 1.0, 30, 10.0  # s, so many times, s from then on
ALARM_WITHIN = 10.0  # s for the operator's command
REFRESH = 1.0  # s between two looks at the addresses if the kernel tells nothing, and two writes of metrics

_IP, _IPV6, _ARP = 0x0800, 0x86DD, 0x0806
_VRRP, _AUTHENTICATION_HEADER = 112, 51
_ETHERNET = 14  # bytes before the packet
_ETH_P_ALL = 3  # outgoing packets are shown to sockets for everything only (packet(7))
_OUTGOING = 4  # sll_pkttype
_SO_ATTACH_FILTER = 26
_IP_PKTINFO = 8  # ip(7)
_VIP, _OWN = 0x4556, 0x4557  # identifiers of the echo requests from the VIP and from the node's own address
_REQUEST, _REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
_GETADDR, _NEWADDR, _DONE, _ERROR = 22, 20, 3, 2
_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_ADDRESS_GROUPS = 0x10 | 0x100  # RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
_WITHOUT_CAPABILITIES = ("/usr/bin/setpriv", "--ambient-caps=-all", "--inh-caps=-all", "--")
_NETLINK_HEADER = struct.Struct("=IHHII")


# ---- what the role writes ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instance:
    """One VRRP instance as this node has it."""

    name: str
    interface: str
    anywhere: bool  # whether the VIPs are on an interface of keepalived's own making
    router_id: int
    advert_int: float
    vips: tuple[Address, ...]
    own: Address
    peers: dict[Address, str]
    witnesses: tuple[Address, ...]

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Instance:
        """Return the instance that an object of the configuration file describes."""
        return cls(
            name=data["name"],
            interface=data["interface"],
            anywhere=data["anywhere"],
            router_id=data["virtual_router_id"],
            advert_int=data["advert_int"],
            vips=tuple(map(ip_address, data["vips"])),
            own=ip_address(data["own"]),
            peers={ip_address(address): name for address, name in data["peers"].items()},
            witnesses=tuple(map(ip_address, data["witnesses"])),
        )

    def peer(self, address: Address) -> str:
        """Return the node that speaks from an address; an unknown one is the other one of two."""
        others = set(self.peers.values())
        return self.peers.get(address) or (others.pop() if len(others) == 1 else str(address))


# ---- packets -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Advert:
    """A VRRP advert (RFC 9568, section 5.2)."""

    source: Address
    router_id: int
    priority: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An echo reply: who had asked, from the VIP or from its own address, for which instance."""

    node: str
    instance: str
    sequence: int
    from_vip: bool


def advert(frame: bytes) -> Advert | None:
    """Return the advert in an Ethernet frame, None when there is none."""
    kind, packet = frame[12:14], frame[_ETHERNET:]
    if kind == _IP.to_bytes(2, "big") and len(packet) >= 20:
        source: Address = IPv4Address(packet[12:16])
        protocol, start = packet[9], (packet[0] & 15) * 4
    elif kind == _IPV6.to_bytes(2, "big") and len(packet) >= 40:
        source, protocol, start = IPv6Address(packet[8:24]), packet[6], 40
    else:
        return None
    if protocol == _AUTHENTICATION_HEADER and len(packet) > start + 1:  # VRRPv2 with auth_type AH
        protocol, start = packet[start], start + (packet[start + 1] + 2) * 4
    if protocol != _VRRP or len(packet) < start + 3 or packet[start] not in (0x21, 0x31):
        return None
    return Advert(source, packet[start + 1], packet[start + 2])


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def request(family: int, from_vip: bool, sequence: int, node: str, instance: str) -> bytes:
    """Return an ICMP echo request; the kernel computes the checksum of ICMPv6, nobody that of ICMP."""
    payload = f"evergate {node} {instance} {sequence}".encode()
    identity = _VIP if from_vip else _OWN
    head = struct.pack("!BBHHH", _REQUEST[family], 0, 0, identity, sequence & 0xFFFF)
    return head[:2] + struct.pack("!H", checksum(head + payload) if family == 4 else 0) + head[4:] + payload


def answer(family: int, packet: bytes) -> Answer | None:
    """Return what a raw ICMP socket has received; IPv4 packets come with their header."""
    if family == 4:
        packet = packet[(packet[0] & 15) * 4 :] if packet else b""
    if len(packet) < 8 or packet[0] != _REPLY[family]:
        return None
    identity = int.from_bytes(packet[4:6], "big")
    words = packet[8:].split(b" ")
    if identity not in (_VIP, _OWN) or len(words) != 4 or words[0] != b"evergate" or not words[3].isdigit():
        return None
    node, instance = (word.decode("ascii", "replace") for word in words[1:3])
    return Answer(node, instance, int(words[3]), identity == _VIP)


def announcement(vip: Address, mac: bytes) -> bytes:
    """Return the frame that tells everybody who has the VIP: gratuitous ARP, or its like in IPv6."""
    if isinstance(vip, IPv4Address):
        arp = struct.pack("!HHBBH6s4s6s4s", 1, _IP, 6, 4, 1, mac, vip.packed, bytes(6), vip.packed)
        return b"\xff" * 6 + mac + struct.pack("!H", _ARP) + arp
    everybody = IPv6Address("ff02::1").packed
    told = struct.pack("!I16sBB6s", 0x20000000, vip.packed, 2, 1, mac)  # override (RFC 4861, section 4.4)
    length = 4 + len(told)
    pseudo = vip.packed + everybody + struct.pack("!II", length, 58)
    body = struct.pack("!BBH", 136, 0, checksum(pseudo + b"\x88\x00\x00\x00" + told)) + told
    head = struct.pack("!IHBB", 0x60000000, length, 58, 255) + vip.packed + everybody
    return b"\x33\x33\x00\x00\x00\x01" + mac + struct.pack("!H", _IPV6) + head + body


def _filter() -> bytes:
    """Return a classic BPF program that lets only VRRP through, and of VRRPv2 what is authenticated."""
    load_half, load_byte, equal, give = 0x28, 0x30, 0x15, 0x06
    program = [  # what to do, how many to skip if so and if not, with what
        (load_half, 0, 0, 12),
        (equal, 0, 2, _IP),
        (load_byte, 0, 0, _ETHERNET + 9),
        (equal, 4, 3, _VRRP),
        (equal, 0, 4, _IPV6),
        (load_byte, 0, 0, _ETHERNET + 6),
        (equal, 1, 2, _VRRP),
        (equal, 0, 1, _AUTHENTICATION_HEADER),
        (give, 0, 0, 128),
        (give, 0, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", *each) for each in program)


def addresses(message: bytes) -> tuple[list[tuple[int, Address]], bool]:
    """Return (interface, address) of each in a part of rtnetlink's dump, and whether it was the last part."""
    found: list[tuple[int, Address]] = []
    while len(message) >= _NETLINK_HEADER.size:
        length, kind, *_ = _NETLINK_HEADER.unpack_from(message)
        if kind in (_DONE, _ERROR) or length < _NETLINK_HEADER.size:
            return found, True
        if kind == _NEWADDR:
            found += _address(message[_NETLINK_HEADER.size : length])
        message = message[(length + 3) & ~3 :]
    return found, False


def _address(body: bytes) -> Iterator[tuple[int, Address]]:
    """Yield interface and address of one RTM_NEWADDR: IFA_LOCAL, else IFA_ADDRESS (rtnetlink(7))."""
    family, _, _, _, interface = struct.unpack_from("=BBBBI", body)
    attributes: dict[int, bytes] = {}
    place = 8
    while place + 4 <= len(body):
        length, kind = struct.unpack_from("=HH", body, place)
        if length < 4:
            break
        attributes[kind] = body[place + 4 : place + length]
        place += (length + 3) & ~3
    raw = attributes.get(2, attributes.get(1))
    if raw is not None and (family, len(raw)) in ((socket.AF_INET, 4), (socket.AF_INET6, 16)):
        yield interface, ip_address(raw)


# ---- what is believed ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something has begun (split, silent, unheard, unknown, alone) or is over (the same after `no `)."""

    kind: str
    instance: str
    other: str = ""


@dataclass(slots=True)
class Witness:
    """What one witness has answered since this node took the VIP."""

    believed: bool = False  # whether it has ever answered the VIP here
    asked: float | None = None  # when the first question was sent that has had no answer since
    own: int = 0  # answers to the node's own address since then

    def missing(self, now: float) -> bool:
        """Return whether the VIP's answers go elsewhere."""
        return self.asked is not None and now - self.asked >= MISSING_AFTER and self.own >= OWN_ANSWERS


@dataclass(slots=True)
class Rival:
    """The adverts of another node while this one is active."""

    node: str
    since: float
    last: float


@dataclass(slots=True)
class Watch:
    """All that is known of one instance. It does nothing by itself: time and packets are told to it."""

    instance: Instance
    node: str
    pulse: Callable[[], dict[int, int]] = dict
    held_since: float | None = None
    trouble: dict[str, str] = field(default_factory=dict)  # what is wrong, and with whom
    splits: int = 0
    silences: int = 0
    _witnesses: dict[Address, Witness] = field(default_factory=dict)
    _foreign: deque[tuple[float, int, str]] = field(default_factory=lambda: deque(maxlen=2))
    _rival: Rival | None = None
    _silence: float = 0.0
    _sent: float | None = None
    _looked: float | None = None
    _pulse: tuple[float, dict[int, int]] | None = None  # the one before, and how long the silence was then
    _verdict: str = ""  # silent or unheard, as soon as two looks at the process could be compared
    _proof: tuple[float, str] | None = None  # when another holder was last seen, and which
    _dark: float = 0.0  # s without an answer of any witness, to the VIP or to the node's own address
    _met: float | None = None  # when this node, alone before, was first no longer

    @property
    def held(self) -> bool:
        """Return whether this node has the VIP."""
        return self.held_since is not None

    def hasty(self, now: float) -> bool:
        """Return whether an answer is overdue, and nothing is known to be wrong yet."""
        overdue = (
            each.asked is not None and now - each.asked >= HASTE_AFTER for each in self._witnesses.values()
        )
        return not self.trouble and any(overdue)

    @property
    def may_announce(self) -> bool:
        """Return whether a neighbour lacks an announcement and nobody else could need it."""
        alone = self._rival is None and not self._foreign and "split" not in self.trouble
        return "unknown" in self.trouble and alone and self._silence < self._silence_limit / 2

    @property
    def _silence_limit(self) -> float:
        return max(SILENT_ADVERTS * self.instance.advert_int, SILENT_LEAST)

    @property
    def _gap(self) -> float:
        return GAP_ADVERTS * self.instance.advert_int + RIVAL_LEAST

    def hold(self, now: float, held: bool) -> None:
        """Take note of whether this node has the VIP; each time it gets it, everything begins anew."""
        if held == self.held:
            return
        self.held_since = now if held else None
        self._witnesses = {each: Witness() for each in self.instance.witnesses} if held else {}
        self._foreign.clear()
        self._rival, self._silence, self._pulse, self._sent, self._proof = None, 0.0, None, None, None
        self._dark, self._met = 0.0, None

    def sent(self, now: float) -> None:
        """Take note of an advert of this node."""
        self._silence, self._pulse, self._sent = 0.0, None, now

    def heard(self, now: float, said: Advert) -> None:
        """Take note of another node's advert; with priority 0 it takes its leave."""
        if self.held_since is None or said.source == self.instance.own:
            return
        if said.priority == 0:
            self._rival = None
        elif self._rival is None:
            self._rival = Rival(self.instance.peer(said.source), now, now)
        else:
            self._rival.last = now

    def asked(self, now: float, witness: Address) -> None:
        """Take note of a question that was sent from the VIP; right after a takeover none is counted."""
        known = self._witnesses.get(witness)
        if known and known.asked is None and self.held_since is not None:
            known.asked, known.own = max(now, self.held_since + SETTLING), 0

    def answered(self, now: float, witness: Address, reply: Answer) -> None:
        """Take note of an answer, which may be for another node."""
        known = self._witnesses.get(witness)
        if known is None or self.held_since is None:
            return
        if reply.node == self.node:
            self._dark = 0.0
        if reply.node == self.node and reply.from_vip:
            known.believed, known.asked, known.own = True, None, 0
        elif reply.node == self.node:
            known.own += 1
        elif reply.from_vip and reply.node in self.instance.peers.values():
            repeated = any(sequence == reply.sequence for _, sequence, _ in self._foreign)
            if now - self.held_since >= SETTLING and not repeated:
                self._foreign.append((now, reply.sequence, reply.node))

    def look(self, now: float, listening: bool = True) -> list[Event]:
        """Return what has begun or ended by now; `listening` is whether adverts could have been heard."""
        self._pass(now, listening)
        found: dict[str, str] = {}
        if self.held:
            found |= self._split(now)
            found |= self._silent()
            missing = [str(each) for each, known in self._witnesses.items() if known.missing(now)]
            if missing and "split" not in found:
                found["unknown"] = missing[0]
            found |= self._alone(now)
        events = [
            Event(f"no {kind}", self.instance.name, self.trouble[kind])
            for kind in self.trouble - found.keys()
        ]
        begun = [Event(kind, self.instance.name, found[kind]) for kind in found if kind not in self.trouble]
        self.splits += any(event.kind == "split" for event in begun)
        self.silences += any(event.kind == "silent" for event in begun)
        self.trouble = found
        return events + begun

    def _pass(self, now: float, listening: bool) -> None:
        """Let time pass. A node that was frozen was not silent: a look counts for two ticks at most."""
        passed = min(now - (now if self._looked is None else self._looked), 2 * TICK)
        self._looked = now
        self._dark += passed
        if self.held and listening:
            self._silence += passed
        else:
            self._silence, self._pulse = 0.0, None
        while self._foreign and now - self._foreign[0][0] > REMEMBERED:
            self._foreign.popleft()
        if self._rival is not None and now - self._rival.last > self._gap:
            # The other has given up. Who had heard of it last does not know us: as good as never told.
            self._rival = None
            for known in self._witnesses.values():
                known.believed = known.believed and not known.missing(now)

    def _other(self, now: float) -> Iterator[str]:
        """Yield who else holds the VIP, the surest proof last."""
        answering = [
            each for each in self._witnesses.values() if each.asked is None or each.own >= OWN_ANSWERS
        ]
        if answering and all(each.missing(now) for each in answering) and any(e.believed for e in answering):
            others = set(self.instance.peers.values())
            yield others.pop() if len(others) == 1 else "another node"
        rival, least = self._rival, RIVAL_ADVERTS * self.instance.advert_int + RIVAL_LEAST
        active = self._sent is not None and now - self._sent <= self._gap
        if rival is not None and active and rival.last - rival.since > least:
            yield rival.node
        if len(self._foreign) == 2:
            yield self._foreign[-1][2]

    def _split(self, now: float) -> dict[str, str]:
        """Return who holds the VIP as well, if anybody; a proof counts for a while."""
        for other in self._other(now):
            self._proof = now, other
        if self._proof is None or now - self._proof[0] > PROVEN:
            return {}
        return {"split": self._proof[1]}

    def _alone(self, now: float) -> dict[str, str]:
        """Return whether no witness is heard, or was not until just now: a rival has to find us lowered."""
        if self._witnesses and self._dark >= ALONE_AFTER:
            self._met = None
            return {"alone": ""}
        if "alone" in self.trouble and self._met is None:
            self._met = now
        return {"alone": ""} if self._met is not None and now - self._met < REUNITED else {}

    def _silent(self) -> dict[str, str]:
        """Return whether no advert leaves: `silent` if keepalived shows no sign of life, else `unheard`."""
        half = self._silence_limit / 2
        if self._silence < half:
            self._verdict = ""
        elif self._pulse is None:
            self._pulse = self._silence, self.pulse()
        elif self._silence - self._pulse[0] >= half:
            before, now = self._pulse[1], self.pulse()
            alive = any(now[each] - before[each] >= SIGNS_OF_LIFE for each in now.keys() & before.keys())
            self._pulse, self._verdict = (self._silence, now), "unheard" if alive else "silent"
        return {self._verdict: ""} if self._verdict and self._silence >= self._silence_limit else {}


# ---- the kernel ----------------------------------------------------------------------------------


def keepalived_pulse(run: Path = Path("/run"), proc: Path = Path("/proc")) -> dict[int, int]:
    """Return how often keepalived's VRRP process has waited for something, by its pid, if there is one."""
    for file in (run / "vrrp.pid", run / "keepalived" / "vrrp.pid"):
        try:
            pid = int(file.read_text())
            status = (proc / str(pid) / "status").read_text()
        except (OSError, ValueError):
            continue
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        if fields.get("Name", "").startswith("keepalived"):
            return {pid: int(fields["voluntary_ctxt_switches"])}
    return {}


class Tap:
    """Hears and says on one interface what is beside the sockets: adverts, and announcements."""

    def __init__(self, interface: str, opened: Callable[[str], socket.socket]) -> None:
        self._interface = interface
        self._open = opened
        self._socket: socket.socket | None = None
        self._again = 0.0

    def listening(self, now: float) -> bool:
        """Return whether anything can be heard; a link that was lost is looked for once per second."""
        if self._socket is None and now >= self._again:
            self._again = now + REFRESH
            try:
                self._socket = self._open(self._interface)
            except OSError:
                return False
        return self._socket is not None

    def adverts(self) -> Iterator[tuple[bool, Advert]]:
        """Yield all adverts since the last time, and whether they left this node."""
        while self._socket is not None:
            try:
                frame, sender = self._socket.recvfrom(256)
            except BlockingIOError:
                return
            except OSError:  # the interface is down, or is no more
                self._close()
                return
            if (said := advert(frame)) is not None:
                yield sender[2] == _OUTGOING, said

    def announce(self, vips: tuple[Address, ...]) -> None:
        """Tell everybody on the link that the VIPs are here."""
        if self._socket is None:
            return
        mac = self._socket.getsockname()[4]
        try:
            for vip in vips:
                self._socket.send(announcement(vip, mac))
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def open_tap(interface: str) -> socket.socket:
    """Return a socket that is shown the VRRP packets of an interface, in both directions."""
    # Protocol 0: nothing is taken in before the filter is in place.
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
    program = array("B", _filter())
    place, length = program.buffer_info()
    head = struct.pack("HL", length // 8, place)
    try:
        tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, head)
        tap.bind((interface, _ETH_P_ALL))
    except OSError:
        tap.close()
        raise
    return tap


class Echo:
    """Asks witnesses of one address family, and hears their answers."""

    def __init__(self, family: int, link: socket.socket) -> None:
        self._family = family
        self._socket = link

    def ask(self, source: Address, witness: Address, packet: bytes) -> None:
        """Send an echo request from an address of this node; one that cannot be sent counts as lost."""
        if self._family == 4:
            wanted = (socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("=I4s4s", 0, source.packed, bytes(4)))
        else:
            wanted = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack("=16sI", source.packed, 0))
        try:
            self._socket.sendmsg([packet], [wanted], 0, (str(witness), 0))
        except OSError:
            return

    def answers(self) -> Iterator[tuple[Address, Answer]]:
        """Yield all answers since the last time, with who sent them."""
        for _ in range(1000):
            try:
                packet, sender = self._socket.recvfrom(512)
            except OSError:
                return
            if (found := answer(self._family, packet)) is not None:
                yield ip_address(sender[0].partition("%")[0]), found


def open_echo(family: int) -> Echo:
    """Return an Echo whose socket takes in nothing but echo replies."""
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
    if family == 4:
        link = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
        link.setsockopt(255, 1, struct.pack("=I", ~(1 << _REPLY[4]) & 0xFFFFFFFF))  # ICMP_FILTER (raw(7))
    else:
        link = socket.socket(socket.AF_INET6, kind, socket.IPPROTO_ICMPV6)
        blocked = [0xFFFFFFFF] * 8
        blocked[_REPLY[6] // 32] &= ~(1 << _REPLY[6] % 32)
        link.setsockopt(socket.IPPROTO_ICMPV6, 1, struct.pack("=8I", *blocked))  # ICMP6_FILTER (RFC 3542)
    return Echo(family, link)


class Addresses:
    """The addresses of this node, as the kernel tells them."""

    def __init__(self, told: socket.socket, asked: socket.socket) -> None:
        self.told = told
        self._asked = asked

    @classmethod
    def opened(cls) -> Addresses:
        """Return them with one socket that is told of changes and one that asks."""
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        told = socket.socket(socket.AF_NETLINK, kind | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        told.bind((0, _ADDRESS_GROUPS))
        asked = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        asked.bind((0, 0))
        asked.settimeout(1.0)
        return cls(told, asked)

    def changed(self) -> None:
        """Take away what the kernel has told; what it was is asked for anyway."""
        while True:
            try:
                self.told.recv(65536)
            except BlockingIOError:
                return
            except OSError:  # more than the socket could hold
                continue

    def all(self) -> set[tuple[int, Address]]:
        """Return (interface, address) of all; raise OSError."""
        query = struct.pack("=BxxxI", socket.AF_UNSPEC, 0)
        self._asked.send(
            _NETLINK_HEADER.pack(_NETLINK_HEADER.size + len(query), _GETADDR, _DUMP, 1, 0) + query
        )
        found: set[tuple[int, Address]] = set()
        last = False
        while not last:
            part, last = addresses(self._asked.recv(65536))
            found.update(part)
        return found


# ---- what others are told ------------------------------------------------------------------------


class Alarm:
    """Runs the operator's command, one at a time, and waits for none."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._waiting: deque[tuple[str, ...]] = deque(maxlen=20)
        self._running: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    def raise_(self, now: float, *words: str) -> None:
        """Run the command with these words, as soon as the one before has ended."""
        if self._command:
            self._waiting.append(words)
            self.go_on(now)

    def go_on(self, now: float) -> None:
        """End what takes too long, and run what waits."""
        if self._running is not None:
            if self._running.poll() is None and now < self._until:
                return
            if self._running.returncode is None:
                _say(4, f"the alarm took longer than {ALARM_WITHIN:g} seconds and was ended")
                os.killpg(self._running.pid, signal.SIGKILL)
                self._running.wait()
            self._running = None
        if self._waiting:
            self._start(now, [*_WITHOUT_CAPABILITIES, *self._command, *self._waiting.popleft()])

    def _start(self, now: float, words: list[str]) -> None:
        nothing = subprocess.DEVNULL
        try:
            self._running = subprocess.Popen(
                words, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
            )
        except OSError as error:
            _say(4, f"the alarm cannot be run: {error}")
        self._until = now + ALARM_WITHIN


def _say(level: int, text: str) -> None:
    """Write a line for the journal; 4 is a warning, 5 worth a note (sd-daemon(3))."""
    print(f"<{level}>{text}", flush=True)


def sentence(event: Event) -> tuple[int, str]:
    """Return the journal's level and line for an event."""
    name, other = event.instance, event.other
    return {
        "split": (4, f"split seen: {name} is also held by {other}"),
        "no split": (5, f"split over: {name}"),
        "silent": (4, f"keepalived silent: it holds {name} and sends no adverts"),
        "no silent": (5, f"keepalived no longer silent: {name}"),
        "unheard": (4, f"keepalived runs, but no advert of {name} leaves: see the firewall and ip neigh"),
        "no unheard": (5, f"adverts leave again: {name}"),
        "unknown": (4, f"unknown to {other}: it does not answer the VIP of {name} here"),
        "no unknown": (5, f"known again to {other}: {name}"),
        "alone": (4, f"alone: has the VIP of {name} and no witness answers"),
        "no alone": (5, f"no longer alone: {name}"),
    }[event.kind]


def state(watch: Watch) -> str:
    """Return an instance's state in words."""
    kinds = {"split": "split", "silent": "keepalived silent", "unheard": "adverts unheard", "alone": "alone"}
    for kind, words in kinds.items():
        if kind in watch.trouble:
            return words
    return f"unknown to {watch.trouble['unknown']}" if "unknown" in watch.trouble else "well"


def report(node: str, watches: list[Watch], since: dict[str, float]) -> str:
    """Return the state of all instances as JSON; `since` is in seconds of the epoch."""
    instances = {
        each.instance.name: {
            "held": each.held,
            "state": state(each),
            "other": each.trouble.get("split"),
            "since": round(since[each.instance.name], 3),
        }
        for each in watches
    }
    return json.dumps({"node": node, "instances": instances}, indent=2) + "\n"


def metrics(watches: list[Watch]) -> str:
    """Return the state of all instances for Prometheus, as node_exporter's textfile collector reads it."""
    told: list[tuple[str, str, str, Callable[[Watch], int]]] = [
        ("vip_held", "gauge", "Whether this node has the VIP.", lambda each: int(each.held)),
        ("split_brain", "gauge", "Whether another has it too.", lambda each: int("split" in each.trouble)),
        ("split_brain_total", "counter", "Split brains seen.", lambda each: each.splits),
        ("keepalived_silent_total", "counter", "Times that keepalived was hung.", lambda each: each.silences),
        ("vip_unknown", "gauge", "Whether a witness looks for the VIP elsewhere.",
         lambda each: int("unknown" in each.trouble)),
        ("vip_alone", "gauge", "Whether this node has the VIP and no witness answers.",
         lambda each: int("alone" in each.trouble)),
    ]  # fmt: skip
    lines = []
    for name, kind, words, value in told:
        lines += [f"# HELP evergate_{name} {words}", f"# TYPE evergate_{name} {kind}"]
        lines += [f'evergate_{name}{{instance="{each.instance.name}"}} {value(each)}' for each in watches]
    return "\n".join(lines) + "\n"


class Written:
    """A file that is written when its text has changed, as a whole or not at all."""

    def __init__(self, path: Path, every: float = 0.0) -> None:
        self._path = path
        self._every = every
        self._text: str | None = None
        self._failed = False
        self._next = 0.0

    def write(self, now: float, text: str) -> None:
        """Write the text if it is a new one and the last is old enough."""
        if text == self._text or now < self._next:
            return
        self._next = now + self._every
        fresh = self._path.with_name(f".{self._path.name}")
        try:
            fresh.write_text(text)
            fresh.replace(self._path)
        except OSError as error:
            self._next = now + REFRESH
            if not self._failed:
                _say(4, f"cannot write {self._path}: {error.strerror}")
            self._failed = True
            return
        self._text, self._failed = text, False


class Executioner:
    """Asks systemd to end keepalived, by a file that a path unit waits for, and ever more seldom."""

    def __init__(self, file: Path, started: float) -> None:
        self._file = file
        self._next = started + FIRST_LOOK
        self._pause = KILL_PAUSE

    def ask(self, now: float) -> None:
        """Ask, if it is time to."""
        if now < self._next:
            return
        self._next, self._pause = now + self._pause, min(2 * self._pause, KILL_PAUSE_LONGEST)
        try:
            self._file.write_text(f"{time.time():.3f}\n")
        except OSError as error:
            _say(4, f"cannot write {self._file}: {error.strerror}")

    def rest(self) -> None:
        """Take note that keepalived speaks again."""
        self._pause = KILL_PAUSE


# ---- the loop ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Turn:
    """When one instance asked last, and announces next."""

    asked: float = float("-inf")
    announce: float = 0.0
    announced: int = 0
    sequence: int = 0


class Daemon:
    """One pass after the other over all instances of this node; what it needs of the kernel is handed in."""

    def __init__(
        self,
        node: str,
        watches: list[Watch],
        taps: dict[str, Tap],
        echoes: dict[int, Echo],
        located: Callable[[], set[tuple[str, Address]]],
        alarm: Alarm,
        directory: Path,
        now: float,
    ) -> None:
        self._node = node
        self._watches = watches
        self._taps = taps
        self._echoes = echoes
        self._located = located
        self._alarm = alarm
        self._executioner = Executioner(directory / "keepalived_silent", now)
        self._report = Written(directory / "vrrp_watch.json")
        self._metrics = Written(directory / "evergate.prom", REFRESH)
        self._alone = {
            each.instance.name: Written(directory / f"alone_{each.instance.name}") for each in watches
        }
        self._turns = {each.instance.name: Turn() for each in watches}
        self._since = {each.instance.name: time.time() for each in watches}
        self._addressed = 0.0

    def step(self, now: float, changed: bool) -> float:
        """Do all that is due; `changed` is whether addresses have. Return the seconds until the next time."""
        before = [(each.held, state(each)) for each in self._watches]
        if changed or now >= self._addressed:
            self._place(now)
        listening = {name: tap.listening(now) for name, tap in self._taps.items()}
        self._listen(now)
        for watch in self._watches:
            for event in watch.look(now, listening[watch.instance.interface]):
                self._tell(now, watch, event)
            self._end(now, watch)
            self._speak(now, watch)
        self._alarm.go_on(now)
        for watch, was in zip(self._watches, before, strict=True):
            if (watch.held, state(watch)) != was:
                self._since[watch.instance.name] = time.time()
            self._alone[watch.instance.name].write(now, f"{int('alone' in watch.trouble)}\n")
        self._report.write(now, report(self._node, self._watches, self._since))
        self._metrics.write(now, metrics(self._watches))
        return HASTE if any(each.hasty(now) for each in self._watches) else TICK

    def _place(self, now: float) -> None:
        """Find out which VIPs are here; on `lo` they only make this node answer what is sent to it anyway."""
        try:
            here = self._located()
        except OSError:
            return
        self._addressed = now + REFRESH
        for watch in self._watches:
            wanted, vip = watch.instance.interface, watch.instance.vips[0]
            found = {interface for interface, address in here if address == vip and interface != "lo"}
            held = bool(found) if watch.instance.anywhere else wanted in found
            if held and not watch.held:
                self._turns[watch.instance.name] = Turn()
                _discard(self._taps[wanted].adverts())  # what was said before counts for nothing
            watch.hold(now, held)

    def _listen(self, now: float) -> None:
        for interface, tap in self._taps.items():
            here = [each for each in self._watches if each.instance.interface == interface]
            for own, said in tap.adverts():
                for watch in here:
                    same = said.router_id == watch.instance.router_id
                    if not same or said.source.version != watch.instance.own.version:
                        continue
                    if own:
                        watch.sent(now)
                    else:
                        watch.heard(now, said)
        for echo in self._echoes.values():
            for witness, reply in echo.answers():
                for watch in self._watches:
                    if watch.instance.name == reply.instance:
                        watch.answered(now, witness, reply)

    def _tell(self, now: float, watch: Watch, event: Event) -> None:
        _say(*sentence(event))
        if event.kind in ("split", "silent", "unknown", "alone"):
            self._alarm.raise_(now, event.kind, event.instance, event.other)
        elif event.kind in ("no split", "no silent", "no unknown", "no alone") and not watch.trouble:
            self._alarm.raise_(now, "healed", event.instance, event.other)

    def _end(self, now: float, watch: Watch) -> None:
        if "silent" in watch.trouble:
            self._executioner.ask(now)
        elif watch.held and not any("silent" in each.trouble for each in self._watches):
            self._executioner.rest()

    def _speak(self, now: float, watch: Watch) -> None:
        """Ask the witnesses, and announce the VIPs where they are not known."""
        turn, instance = self._turns[watch.instance.name], watch.instance
        pause = HASTE if watch.hasty(now) else TICK if "split" in watch.trouble else ECHO_EVERY
        if watch.held and now >= turn.asked + pause - HASTE / 5:
            turn.asked, turn.sequence = now, turn.sequence + 1
            self._ask(now, watch, turn.sequence)
        if watch.held and watch.may_announce and not instance.anywhere and now >= turn.announce:
            turn.announced += 1
            often = turn.announced <= ANNOUNCE_OFTEN
            turn.announce = now + (ANNOUNCE_EVERY if often else ANNOUNCE_SELDOM)
            self._taps[instance.interface].announce(instance.vips)

    def _ask(self, now: float, watch: Watch, sequence: int) -> None:
        vip, own, family = watch.instance.vips[0], watch.instance.own, watch.instance.own.version
        for witness in watch.instance.witnesses:
            for source in (vip, own):
                words = (sequence, self._node, watch.instance.name)
                self._echoes[family].ask(source, witness, request(family, source == vip, *words))
            watch.asked(now, witness)


def _discard(everything: Iterator[object]) -> None:
    for _ in everything:
        pass


def _named(found: set[tuple[int, Address]]) -> set[tuple[str, Address]]:
    """Return the addresses with the names of their interfaces, one that is gone meanwhile left out."""
    names = dict(socket.if_nameindex())
    return {(names[index], address) for index, address in found if index in names}


def watch(configuration: Path, directory: Path) -> None:
    """Watch for ever; raise OSError when the kernel gives no sockets."""
    data = json.loads(configuration.read_text())
    instances = [Instance.from_data(each) for each in data["instances"]]
    found = Addresses.opened()
    daemon = Daemon(
        node=data["node"],
        watches=[Watch(each, data["node"], keepalived_pulse) for each in instances],
        taps={each.interface: Tap(each.interface, open_tap) for each in instances},
        echoes={family: open_echo(family) for family in {each.own.version for each in instances}},
        located=lambda: _named(found.all()),
        alarm=Alarm(data["alarm"]),
        directory=directory,
        now=time.monotonic(),
    )
    _say(5, f"watching {', '.join(each.name for each in instances)}")
    selector = selectors.DefaultSelector()
    selector.register(found.told, selectors.EVENT_READ)
    changed, pause = True, 0.0
    while True:
        pause = daemon.step(time.monotonic(), changed)
        changed = bool(selector.select(pause))
        if changed:
            found.changed()


def main() -> int:
    """Read the command line and watch; return 1 after one sentence on the standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--config", type=Path, required=True, help="what to watch, a JSON file")
    parser.add_argument("--directory", type=Path, required=True, help="where to write what was seen")
    options = parser.parse_args()
    try:
        watch(options.config, options.directory)
    except (OSError, ValueError, KeyError) as error:
        print(f"<3>vrrp_watch: {type(error).__name__}: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
