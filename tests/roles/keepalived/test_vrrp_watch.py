"""The watcher of keepalived: packets as they are on the wire, what follows, and what others are told."""

from __future__ import annotations

import importlib.util
import json
import random
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[3] / "roles" / "keepalived" / "files" / "vrrp_watch.py"
VIP, OWN, PEER, WITNESS = map(ip_address, ("203.0.113.100", "203.0.113.11", "203.0.113.12", "203.0.113.21"))
MAC = bytes.fromhex("020000000011")
DATA: dict[str, Any] = {
    "name": "shop",
    "interface": "eth1",
    "anywhere": False,
    "virtual_router_id": 100,
    "advert_int": 0.1,
    "vips": [str(VIP)],
    "own": str(OWN),
    "peers": {str(PEER): "lb2"},
    "witnesses": [str(WITNESS)],
}


@pytest.fixture(scope="module")
def module() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("vrrp_watch", FILE)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["vrrp_watch"] = loaded  # dataclasses look their module up
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules["vrrp_watch"]


def four(source: str, payload: bytes, protocol: int = 112) -> bytes:
    """Return an Ethernet frame with an IPv4 packet."""
    packed = ip_address(source).packed
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 255, protocol, 0, packed, bytes(4))
    return bytes(12) + b"\x08\x00" + head + payload


def six(source: str, payload: bytes) -> bytes:
    """Return an Ethernet frame with VRRP in IPv6."""
    head = struct.pack("!IHBB", 0x60000000, len(payload), 112, 255) + ip_address(source).packed + bytes(16)
    return bytes(12) + b"\x86\xdd" + head + payload


def test_an_advert_is_read_in_both_families_and_versions(module: ModuleType) -> None:
    told = bytes((0x31, 100, 254, 1, 0, 10, 0, 0))
    assert module.advert(four(str(PEER), told)) == module.Advert(PEER, 100, 254)
    assert module.advert(four(str(PEER), b"\x21" + told[1:])) == module.Advert(PEER, 100, 254)
    assert module.advert(six("2001:db8::12", told)) == module.Advert(ip_address("2001:db8::12"), 100, 254)
    authenticated = bytes((112, 4)) + bytes(22) + told
    assert module.advert(four(str(PEER), authenticated, 51)) == module.Advert(PEER, 100, 254)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bytes(60),
        four("203.0.113.12", b""),
        four("203.0.113.12", b"\x31"),
        four("203.0.113.12", bytes((0x32, 100, 254))),
        four("203.0.113.12", bytes((0x31, 100, 254)), 6),
        four("203.0.113.12", b"", 51),
        six("2001:db8::12", b"")[:30],
    ],
)
def test_what_is_no_advert_is_none(module: ModuleType, frame: bytes) -> None:
    assert module.advert(frame) is None


@pytest.mark.parametrize("from_vip", [True, False])
def test_a_witness_sends_back_what_it_was_asked(module: ModuleType, from_vip: bool) -> None:
    asked = module.request(4, from_vip, 70_000, "lb1", "shop")
    assert module.checksum(asked) == 0
    reply = four("203.0.113.21", b"\0" + asked[1:], 1)[14:]
    assert module.answer(4, reply) == module.Answer("lb1", "shop", 70_000, from_vip)
    asked = module.request(6, from_vip, 5, "lb1", "shop")
    assert asked[0] == 128
    assert module.answer(6, b"\x81" + asked[1:]) == module.Answer("lb1", "shop", 5, from_vip)


def test_other_peoples_pings_are_none_of_its_business(module: ModuleType) -> None:
    for payload in (b"", b"evergate", b"evergate lb1 shop x", b"evergate lb1 shop 1 2", bytes(48)):
        assert module.answer(6, struct.pack("!BBHHH", 129, 0, 0, 0x4556, 1) + payload) is None
    assert module.answer(6, struct.pack("!BBHHH", 129, 0, 0, 7, 1) + b"evergate lb1 shop 1") is None
    assert module.answer(6, module.request(6, True, 1, "lb1", "shop")) is None
    assert module.answer(4, b"") is None


def test_a_gratuitous_arp_and_a_neighbour_advertisement_say_where_the_vip_is(module: ModuleType) -> None:
    arp = module.announcement(VIP, MAC)
    assert (len(arp), arp[:6], arp[12:14], arp[20:22]) == (42, b"\xff" * 6, b"\x08\x06", b"\0\1")
    assert arp[22:32] == MAC + VIP.packed and arp[38:] == VIP.packed
    vip = ip_address("2001:db8::100")
    told = module.announcement(vip, MAC)
    assert (len(told), told[:6], told[21]) == (86, bytes.fromhex("333300000001"), 255)
    assert told[22:38] == told[62:78] == vip.packed and told[-6:] == MAC
    pseudo = told[22:54] + struct.pack("!II", 32, 58)
    assert module.checksum(pseudo + told[54:]) == 0


def verdict(program: bytes, frame: bytes) -> int:
    """Return what a classic BPF program of these few instructions says of a frame: how much to keep."""
    steps = list(struct.iter_unpack("HBBI", program))
    place = register = 0
    while True:
        code, if_so, if_not, value = steps[place]
        place += 1
        if code in (0x28, 0x30):
            size = 2 if code == 0x28 else 1
            if value + size > len(frame):
                return 0
            register = int.from_bytes(frame[value : value + size], "big")
        elif code == 0x15:
            place += if_so if register == value else if_not
        else:
            return int(value)


def test_the_filter_lets_vrrp_through_and_nothing_else(module: ModuleType) -> None:
    program = module._filter()
    told = bytes((0x31, 100, 254, 1, 0, 10, 0, 0))
    assert verdict(program, four(str(PEER), told)) > 0
    assert verdict(program, four(str(PEER), told, 51)) > 0
    assert verdict(program, six("2001:db8::12", told)) > 0
    for other in (four(str(PEER), told, 6), six("::1", told)[:20] + b"\6" + bytes(40), bytes(64)):
        assert verdict(program, other) == 0
    assert verdict(program, bytes(12) + b"\x08\x06" + bytes(9) + b"\x70" + bytes(40)) == 0


def told_address(index: int, address: str, peer: str | None = None) -> bytes:
    """Return a message RTM_NEWADDR; `peer` is what a point-to-point interface has for an IFA_ADDRESS."""
    parsed = ip_address(address)
    pairs = [(1, ip_address(peer or address).packed), (2, parsed.packed)] if peer else [(1, parsed.packed)]
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    body = struct.pack("=BBBBI", family, 24, 0, 0, index)
    body += b"".join(struct.pack("=HH", 4 + len(raw), kind) + raw for kind, raw in pairs)
    return struct.pack("=IHHII", 16 + len(body), 20, 2, 1, 0) + body


def test_the_kernels_list_of_addresses_is_read(module: ModuleType) -> None:
    message = told_address(1, "127.0.0.1") + told_address(2, "203.0.113.100", peer="203.0.113.1")
    message += told_address(2, "2001:db8::100")
    found = [(1, ip_address("127.0.0.1")), (2, VIP), (2, ip_address("2001:db8::100"))]
    assert module.addresses(message) == (found, False)
    assert module.addresses(message + struct.pack("=IHHIII", 20, 3, 2, 1, 0, 0)) == (found, True)
    assert module.addresses(b"") == ([], False)


def test_the_kernel_itself_is_asked(module: ModuleType) -> None:
    addresses = module.Addresses.opened()
    with addresses.told, addresses._asked:
        assert ("lo", ip_address("127.0.0.1")) in module._named(addresses.all())
        addresses.changed()


class World:
    """One instance in a time of its own: what happens is told to it in steps of 20 ms."""

    def __init__(self, module: ModuleType, seed: int = 1, **changes: Any) -> None:
        self.module = module
        self.pulse = {7: 0}
        self.watch = module.Watch(module.Instance.from_data(DATA | changes), "lb1", lambda: dict(self.pulse))
        self.now = 100.0
        self.random = random.Random(seed)
        self.loss = 0.0
        self.sends = self.believed = self.up = True
        self.rival_sends = self.rival_asks = self.rival_hears = False
        self.sequence = 0
        self.events: list[tuple[float, str, str]] = []

    def arrives(self) -> bool:
        return self.random.random() >= self.loss

    def round(self) -> bool:
        return self.arrives() and self.arrives()

    def answered(self, node: str, from_vip: bool) -> None:
        reply = self.module.Answer(node, "shop", self.sequence, from_vip)
        self.watch.answered(self.now, WITNESS, reply)

    def run(self, seconds: float) -> list[str]:
        """Let time pass; return the kinds of the events."""
        begun, until = len(self.events), self.now + seconds
        asked = self.now - 1.0
        while self.now < until:
            tick = round((self.now - 100) * 50)
            if self.sends and self.watch.held and tick % 5 == 0:
                self.watch.sent(self.now)
                self.pulse[7] += 1
            if self.rival_sends and tick % 5 == 2 and self.arrives():
                self.watch.heard(self.now, self.module.Advert(PEER, 100, 253))
            pause = 0.02 if self.watch.hasty(self.now) else 0.2
            if self.watch.held and self.now - asked >= pause - 0.001:
                asked, self.sequence = self.now, self.sequence + 1
                self.watch.asked(self.now, WITNESS)
                if self.up and self.believed and self.round():
                    self.answered("lb1", True)
                if self.up and self.round():
                    self.answered("lb1", False)
            if self.rival_hears and tick % 10 == 3 and self.round():
                self.sequence += 1
                self.answered("lb2", True)
            found = self.watch.look(self.now)
            self.events += [(self.now, event.kind, event.other) for event in found]
            self.now = round(self.now + 0.02, 6)
        return [kind for _, kind, _ in self.events[begun:]]

    def took(self) -> float:
        """Return the seconds of the run until the first event."""
        return self.events[0][0] - 100.0


@pytest.fixture
def world(module: ModuleType) -> World:
    found = World(module)
    found.watch.hold(found.now, True)
    found.run(5)
    assert found.events == []
    return found


def since(world: World, begun: float) -> float:
    return world.events[0][0] - begun


def test_two_answers_to_another_nodes_questions_prove_a_split(world: World) -> None:
    begun, world.rival_hears = world.now, True
    assert world.run(1) == ["split"]
    assert since(world, begun) < 0.5
    assert (world.watch.trouble, world.watch.splits) == ({"split": "lb2"}, 1)


def test_one_stray_answer_proves_nothing(world: World) -> None:
    world.answered("lb2", True)
    world.answered("lb2", True)  # the network's copy of the first
    assert world.run(2) == []


def test_an_answer_to_a_stranger_proves_nothing(world: World) -> None:
    for _ in range(5):
        world.sequence += 1
        world.answered("lb9", True)
    assert world.run(2) == []


def test_answers_that_go_elsewhere_tell_the_other_of_the_two(world: World) -> None:
    begun, world.believed = world.now, False
    assert world.run(2) == ["split"]
    assert since(world, begun) <= 0.65
    assert world.watch.trouble == {"split": "lb2"}


def test_a_witness_that_is_down_tells_nothing_of_the_other(world: World) -> None:
    world.up = False
    assert world.run(5) == ["alone"]


def test_a_node_that_hears_no_witness_is_alone_until_it_lets_go(world: World) -> None:
    begun, world.up = world.now, False
    assert world.run(3) == ["alone"]
    assert 0.25 <= since(world, begun) <= 0.6
    world.watch.hold(world.now, False)
    assert world.run(0.1) == ["no alone"]


def test_a_node_that_was_cut_off_stays_lowered_until_its_rival_has_had_a_chance(world: World) -> None:
    world.up = False
    world.run(3)
    begun, world.up = world.now, True
    assert world.run(5) == ["no alone"]
    assert 2.0 <= world.events[-1][0] - begun <= 2.5
    begun, world.up = world.now, False
    assert world.run(3) == ["alone"]


def test_who_hears_another_node_and_no_witness_is_alone_all_the_same(world: World) -> None:
    world.up, world.rival_sends = False, True
    assert world.run(5) == ["alone", "split"]


def test_nobody_is_alone_who_has_nobody_to_ask(module: ModuleType) -> None:
    world = World(module, witnesses=[])
    world.watch.hold(world.now, True)
    assert world.run(5) == []


def test_a_witness_that_contradicts_another_is_said_to_look_elsewhere(module: ModuleType) -> None:
    second = ip_address("203.0.113.22")
    world = World(module, witnesses=[str(WITNESS), str(second)])
    world.watch.hold(world.now, True)
    world.run(1)
    for _ in range(60):  # the first one goes on answering the VIP
        world.run(0.02)
        world.watch.asked(world.now, second)
        world.watch.answered(world.now, second, module.Answer("lb1", "shop", world.sequence, False))
    assert [(kind, other) for _, kind, other in world.events] == [("unknown", str(second))]
    assert not world.watch.trouble.get("split")


def test_another_active_node_is_heard(world: World) -> None:
    begun, world.rival_sends = world.now, True
    assert world.run(2) == ["split"]
    assert 0.8 <= since(world, begun) <= 1.0
    world.rival_sends = False
    assert world.run(1.5) == ["no split"]


def test_the_last_adverts_of_a_predecessor_are_no_split(world: World) -> None:
    for _ in range(4):
        world.watch.heard(world.now, world.module.Advert(PEER, 100, 253))
        assert world.run(0.1) == []
    world.watch.heard(world.now, world.module.Advert(PEER, 100, 0))
    assert world.run(2) == []


def test_its_own_adverts_that_come_back_are_no_split(world: World) -> None:
    for _ in range(30):
        world.watch.heard(world.now, world.module.Advert(OWN, 100, 254))
        assert world.run(0.1) == []


def test_a_split_is_over_when_nobody_else_is_heard_of(world: World) -> None:
    world.rival_hears = True
    world.run(2)
    world.rival_hears = False
    begun = world.now
    assert world.run(2) == ["no split"]
    assert world.events[-1][0] - begun <= 1.0


def test_a_split_is_over_for_the_node_that_lets_go(world: World) -> None:
    world.believed = False
    world.run(2)
    world.watch.hold(world.now, False)
    assert world.run(0.1) == ["no split"]
    assert world.watch.trouble == {}


def test_a_takeover_is_no_alarm_while_the_last_answers_come_in(module: ModuleType) -> None:
    world = World(module)
    world.believed = False
    world.watch.hold(world.now, True)
    world.rival_hears = True
    assert world.run(0.3) == []
    world.believed, world.rival_hears = True, False
    assert world.run(5) == []


def test_a_witness_that_was_never_told_is_told_again(module: ModuleType) -> None:
    world = World(module)
    world.believed = False
    world.watch.hold(world.now, True)
    assert world.run(1.2) == ["unknown"]
    assert world.watch.may_announce
    world.believed = True
    assert world.run(0.5) == ["no unknown"]


def test_nothing_is_announced_while_another_node_is_heard_or_keepalived_is_not(module: ModuleType) -> None:
    world = World(module)
    world.believed = False
    world.watch.hold(world.now, True)
    world.run(1.2)
    world.watch.heard(world.now, module.Advert(PEER, 100, 253))
    assert not world.watch.may_announce
    world.run(2)
    assert world.watch.may_announce
    world.sends = False
    world.run(0.7)
    assert not world.watch.may_announce


def test_a_silent_keepalived_without_a_sign_of_life_is_hung(world: World) -> None:
    begun, world.sends = world.now, False
    assert world.run(1.5) == ["silent"]
    assert 0.85 <= since(world, begun) <= 1.2
    world.sends = True
    assert world.run(0.5) == ["no silent"]
    assert world.watch.silences == 1


def test_a_keepalived_that_lives_and_is_not_heard_is_let_live(world: World) -> None:
    world.sends = False
    found = []
    for _ in range(40):
        world.pulse[7] += 1
        found += world.run(0.1)
    assert found == ["unheard"]


@pytest.mark.parametrize("tick", [0.02, 0.1, 0.13, 0.19, 0.2])
def test_a_living_keepalived_is_never_taken_for_a_hung_one_however_seldom_it_is_looked_at(
    world: World, tick: float
) -> None:
    found = []
    for _ in range(round(3 / tick)):
        world.now = round(world.now + tick, 6)
        world.pulse[7] += round(tick * 100)
        found += [event.kind for event in world.watch.look(world.now)]
    assert [kind for kind in found if kind != "alone"] == ["unheard"]


def test_keepalived_may_be_silent_where_it_holds_nothing(world: World) -> None:
    world.sends = False
    world.watch.hold(world.now, False)
    assert world.run(5) == []


def test_a_node_that_was_frozen_was_not_silent(world: World) -> None:
    world.now += 30
    assert world.watch.look(world.now) == []
    assert world.run(2) == []


def test_an_interface_that_cannot_be_heard_is_not_silent(world: World) -> None:
    for _ in range(100):
        world.now += 0.1
        assert "silent" not in [event.kind for event in world.watch.look(world.now, listening=False)]


@pytest.mark.parametrize("seed", range(3))
def test_a_network_that_loses_a_fifth_is_no_alarm_in_ten_minutes(module: ModuleType, seed: int) -> None:
    world = World(module, seed)
    world.loss = 0.2
    world.watch.hold(world.now, True)
    assert world.run(600) == []


def test_a_split_is_seen_on_both_nodes_in_a_lossy_network(module: ModuleType) -> None:
    for seed in range(20):
        believed, other = World(module, seed), World(module, seed + 100)
        for world in (believed, other):
            world.loss = 0.2
            world.watch.hold(world.now, True)
            world.run(3)
        believed.rival_hears, other.believed = True, False
        assert (believed.run(2)[0], other.run(2)[0]) == ("split", "split")


class Kernel:
    """Sockets that hear what a test says and remember what was sent."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, tuple[Any, ...]]] = []
        self.sent: list[Any] = []
        self.broken = False

    def recvfrom(self, _: int) -> tuple[bytes, tuple[Any, ...]]:
        if self.broken:
            raise OSError(100, "Network is down")
        if not self.heard:
            raise BlockingIOError
        return self.heard.pop(0)

    def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def sendmsg(self, parts: list[bytes], *rest: Any) -> None:
        self.sent.append((b"".join(parts), *rest))

    def getsockname(self) -> tuple[Any, ...]:
        return ("eth1", 3, 0, 1, MAC)

    def close(self) -> None:
        self.broken = True


class Node:
    """The daemon's loop, in a time of its own and with a kernel made up."""

    def __init__(self, module: ModuleType, directory: Path, command: list[str] | None = None) -> None:
        self.link, self.icmp = Kernel(), Kernel()
        self.here = {("eth1", OWN), ("lo", VIP)}
        self.now, self.changed = 50.0, True
        instance = module.Instance.from_data(DATA)
        self.watch = module.Watch(instance, "lb1", dict)
        self.daemon = module.Daemon(
            node="lb1",
            watches=[self.watch],
            taps={"eth1": module.Tap("eth1", lambda _: self.link)},
            echoes={4: module.Echo(4, self.icmp)},
            located=lambda: self.here,
            alarm=module.Alarm(command or []),
            directory=directory,
            now=self.now,
        )

    def run(self, seconds: float, speaks: bool = True) -> None:
        until = self.now + seconds
        while self.now < until:
            if speaks:
                told = four(str(OWN), bytes((0x31, 100, 254)))
                self.link.heard.append((told, ("eth1", 0x800, 4, 1, MAC)))
            self.now += self.daemon.step(self.now, self.changed)
            self.changed = False

    def take(self) -> None:
        self.here, self.changed = self.here | {("eth1", VIP)}, True


@pytest.fixture
def node(module: ModuleType, tmp_path: Path) -> Node:
    return Node(module, tmp_path)


def test_a_vip_on_lo_is_not_held(node: Node, tmp_path: Path) -> None:
    node.run(1)
    assert json.loads((tmp_path / "vrrp_watch.json").read_text())["instances"]["shop"]["held"] is False
    assert node.icmp.sent == []


def test_a_vip_that_arrives_is_seen_and_asked_for_at_once(node: Node, tmp_path: Path) -> None:
    node.run(1)
    node.take()
    node.run(0.05)
    (asked, wanted, _, to), (_, own, _, _) = node.icmp.sent
    assert asked.endswith(b"evergate lb1 shop 1") and to == (str(WITNESS), 0)
    assert VIP.packed in wanted[0][2] and OWN.packed in own[0][2]
    told = json.loads((tmp_path / "vrrp_watch.json").read_text())
    assert told["node"] == "lb1"
    assert told["instances"]["shop"] | {"since": 0} == {
        "held": True,
        "state": "well",
        "other": None,
        "since": 0,
    }
    assert abs(told["instances"]["shop"]["since"] - time.time()) < 60


def test_a_silent_keepalived_is_ended_once_in_two_seconds_and_then_more_seldom(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = tmp_path / "keepalived_silent"
    node.take()
    node.run(2)
    assert not silent.exists()
    node.run(1.5, speaks=False)
    first = silent.read_text()
    assert "<4>keepalived silent: it holds shop and sends no adverts\n" in capsys.readouterr().out
    silent.unlink()
    node.run(1, speaks=False)
    assert not silent.exists()
    node.run(1, speaks=False)
    assert float(silent.read_text()) >= float(first)
    silent.unlink()
    node.run(3, speaks=False)
    assert not silent.exists()
    node.run(1.5, speaks=False)
    assert silent.exists()
    assert 'evergate_keepalived_silent_total{instance="shop"} 1\n' in (tmp_path / "evergate.prom").read_text()


def test_nobody_is_ended_in_the_first_second(module: ModuleType, tmp_path: Path) -> None:
    executioner = module.Executioner(tmp_path / "silent", 10.0)
    executioner.ask(10.9)
    assert not (tmp_path / "silent").exists()
    executioner.ask(11.0)
    assert (tmp_path / "silent").exists()


def test_a_witness_that_was_never_told_hears_one_announcement_a_second(node: Node) -> None:
    node.take()
    until = node.now + 4
    while node.now < until:
        for packet, wanted, _, _ in node.icmp.sent:
            if OWN.packed in wanted[0][2]:
                reply = four(str(WITNESS), b"\0" + packet[1:], 1)[14:]
                node.icmp.heard.append((reply, (str(WITNESS), 0)))
        node.icmp.sent.clear()
        node.run(0.02)
    assert 3 <= len(node.link.sent) <= 4
    assert node.link.sent[0][6:14] == MAC + b"\x08\x06"


def test_a_link_that_is_lost_is_looked_for_again(node: Node) -> None:
    node.take()
    node.run(1)
    node.link.broken = True
    node.run(1)
    lost, node.link = node.link, Kernel()
    assert lost.broken
    node.run(3)
    assert node.link.heard == []
    assert node.watch.trouble == {"alone": ""}


def test_files_are_written_when_something_has_changed_and_only_then(node: Node, tmp_path: Path) -> None:
    node.run(1)
    state, metrics = tmp_path / "vrrp_watch.json", tmp_path / "evergate.prom"
    before = state.stat().st_ino, metrics.stat().st_ino
    node.run(5)
    assert (state.stat().st_ino, metrics.stat().st_ino) == before
    node.take()
    node.run(1.5)
    assert (state.stat().st_ino, metrics.stat().st_ino) != before
    assert 'evergate_vip_held{instance="shop"} 1\n' in metrics.read_text()
    names = ["alone_shop", "evergate.prom", "vrrp_watch.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert (tmp_path / "alone_shop").read_text() == "1\n"


def test_a_directory_that_cannot_be_written_to_is_told_once(
    module: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = module.Written(tmp_path / "none" / "file")
    for now in range(10):
        written.write(float(now), "text")
    assert capsys.readouterr().out.count("cannot write") == 1


def wait_for(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not true() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert true()


def test_the_alarm_is_run_with_what_has_happened(node: Node, module: ModuleType, tmp_path: Path) -> None:
    page, heard = tmp_path / "page", tmp_path / "heard"
    page.write_text(f'#!/bin/sh\necho "$@" >>{heard}\n')
    page.chmod(0o755)
    node.daemon._alarm = alarm = module.Alarm([str(page), "two words"])
    event = module.Event("split", "shop", "lb2")
    node.daemon._tell(node.now, node.watch, event)
    node.daemon._tell(node.now, node.watch, module.Event("no split", "shop", "lb2"))

    def both() -> bool:
        alarm.go_on(node.now)
        return heard.exists() and heard.read_text() == "two words split shop lb2\ntwo words healed shop lb2\n"

    wait_for(both)


def test_an_alarm_that_hangs_is_ended_and_holds_nothing_up(module: ModuleType, tmp_path: Path) -> None:
    alarm = module.Alarm(["/bin/sleep", "60"])
    started = time.monotonic()
    alarm.raise_(0.0)
    running = alarm._running
    alarm.raise_(1.0)
    assert alarm._running is running
    alarm.go_on(10.1)
    assert running.returncode == -9
    assert time.monotonic() - started < 5
    alarm.go_on(25.0)
    assert alarm._running is None


def test_a_missing_alarm_is_told_and_nothing_more(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "_WITHOUT_CAPABILITIES", ())
    module.Alarm(["/nonexistent"]).raise_(0.0, "split", "shop", "lb2")
    assert "<4>the alarm cannot be run" in capsys.readouterr().out


def test_the_pulse_is_that_of_the_vrrp_process(module: ModuleType, tmp_path: Path) -> None:
    run, proc = tmp_path / "run", tmp_path / "proc"
    (run / "keepalived").mkdir(parents=True)
    (proc / "7").mkdir(parents=True)
    assert module.keepalived_pulse(run, proc) == {}
    (run / "keepalived" / "vrrp.pid").write_text("7\n")
    (proc / "7" / "status").write_text("Name:\tkeepalived\nPid:\t7\nvoluntary_ctxt_switches:\t123\n")
    assert module.keepalived_pulse(run, proc) == {7: 123}
    (proc / "7" / "status").write_text("Name:\tbash\nPid:\t7\nvoluntary_ctxt_switches:\t123\n")
    assert module.keepalived_pulse(run, proc) == {}
