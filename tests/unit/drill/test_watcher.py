"""The watcher's frames byte by byte, and its sampling over a pair of connected sockets."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from evergate.drill import watcher

ME, LB1, LB2 = (bytes.fromhex(f"0200000000{last}") for last in ("99", "01", "02"))
EVERYBODY, NOBODY = b"\xff" * 6, bytes(6)
VIP, NO_ADDRESS = IPv4Address("203.0.113.10"), IPv4Address("0.0.0.0")
ASKER = watcher.Asker(ME)


def frame(
    operation: int = 2,
    sender: bytes = LB1,
    claimed: IPv4Address = VIP,
    target: bytes = ME,
    asked_by: IPv4Address = NO_ADDRESS,
    kind: str = "0806",
) -> bytes:
    head = target + sender + bytes.fromhex(kind) + bytes.fromhex("0001080006040000")[:-1] + bytes([operation])
    return head + sender + claimed.packed + target + asked_by.packed


def test_the_question_is_a_broadcast_who_has() -> None:
    assert ASKER.request(VIP).hex(" ", 2) == (
        "ffff ffff ffff 0200 0000 0099 0806 "  # to everybody, from us, ARP
        "0001 0800 0604 0001 "  # Ethernet, IPv4, their lengths, request
        "0200 0000 0099 0000 0000 "  # who asks: nobody's address
        "0000 0000 0000 cb00 710a"  # for whom
    )


def test_every_asker_makes_up_a_local_address_for_itself() -> None:
    one, other = watcher.Asker.made_up(), watcher.Asker.made_up()
    assert one.mac != other.mac
    assert [each.mac[0] for each in (one, other)] == [0x02, 0x02]


def test_a_reply_to_the_asker_names_its_sender() -> None:
    assert ASKER.answerer(frame(), VIP) == "02:00:00:00:00:01"


def test_a_reply_padded_to_the_ethernet_minimum_counts() -> None:
    assert ASKER.answerer(frame() + bytes(18), VIP) == "02:00:00:00:00:01"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(frame(operation=1), id="a request"),
        pytest.param(frame(operation=1, target=EVERYBODY, asked_by=VIP), id="gratuitous, as a request"),
        pytest.param(frame(target=EVERYBODY, asked_by=VIP), id="gratuitous, as a reply"),
        pytest.param(frame(target=NOBODY, asked_by=VIP), id="gratuitous, without a target"),
        pytest.param(frame(asked_by=VIP), id="gratuitous, sent to us"),
        pytest.param(frame(target=LB2), id="for somebody else's hardware"),
        pytest.param(frame(asked_by=IPv4Address("203.0.113.98")), id="for somebody else's address"),
        pytest.param(frame(claimed=IPv4Address("203.0.113.11")), id="about another address"),
        pytest.param(frame(kind="0800"), id="no ARP"),
        pytest.param(frame()[:-1], id="cut short"),
    ],
)
def test_no_other_frame_is_an_answer(other: bytes) -> None:
    assert ASKER.answerer(other, VIP) is None


@pytest.fixture
def wire() -> Iterator[tuple[watcher.Watch, socket.socket]]:
    """A watch and the far end of its wire."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        yield watcher.Watch(near, ASKER, VIP), far


def sample(watch: watcher.Watch, names: dict[str, str]) -> list[str]:
    output = io.StringIO()
    assert watch.record(names, interval=0.05, duration=0.04, output=output) == 1
    holders: list[str] = json.loads(output.getvalue())["holders"]
    return holders


def test_a_sample_holds_everybody_who_answered_once(wire: tuple[watcher.Watch, socket.socket]) -> None:
    watch, far = wire
    for sender in (LB2, LB1, LB1):
        far.send(frame(sender=sender))
    assert sample(watch, {"02:00:00:00:00:01": "lb1"}) == ["02:00:00:00:00:02", "lb1"]


def test_silence_is_a_sample_without_a_holder(wire: tuple[watcher.Watch, socket.socket]) -> None:
    watch, far = wire
    far.send(frame(target=EVERYBODY, asked_by=VIP))
    assert sample(watch, {}) == []
    assert far.recv(256) == ASKER.request(VIP)


def test_a_node_is_known_by_the_mac_that_answers_for_its_address(
    wire: tuple[watcher.Watch, socket.socket],
) -> None:
    watch, far = wire
    far.send(frame(claimed=IPv4Address("203.0.113.11")))
    assert watch.learn({"lb1": IPv4Address("203.0.113.11")}) == {"lb1": "02:00:00:00:00:01"}


def test_a_node_that_does_not_answer_is_named(
    wire: tuple[watcher.Watch, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LEARN_WITHIN", 0.05)
    with pytest.raises(watcher.Unusable, match=r"lb2 does not answer ARP for 203\.0\.113\.12"):
        wire[0].learn({"lb2": IPv4Address("203.0.113.12")})


@pytest.mark.parametrize("words", [["--interval", "0.001"], ["--interval", "nan"], ["--duration", "3601"]])
def test_a_watch_out_of_bounds_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--vip", "203.0.113.10", "--interface", "svc0", "--node", "lb1=203.0.113.11", "--output", "none"]
    assert watcher.main([*given, *words]) == 1
    assert "--interval must be at least 0.005 and --duration at most 3600" in capsys.readouterr().err


def test_the_file_runs_by_itself_on_a_bare_python() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", watcher.__file__, "--help"], capture_output=True, text=True, check=True
    )
    assert "--vip" in done.stdout
