"""The words of iproute2, and what they say of the VIP's holders."""

from __future__ import annotations

import pytest

from evergate.drill.addresses import changes, holding, learned, stopped

VIP = "198.51.100.200"
SHOWN = (
    f"3: svc0    inet {VIP}/25 scope global secondary svc0\\       valid_lft forever preferred_lft forever"
)
START = 1_795_628_670.0  # 2026-11-25T17:44:30 UTC


def at(seconds: float, line: str) -> str:
    return f"[2026-11-25T17:44:{30 + seconds:09.6f}] {line}"


def test_an_address_shown_at_the_start_was_there_before_all_else() -> None:
    assert changes([SHOWN], VIP) == ((0, False), (0, True))


def test_a_change_has_its_time_in_utc() -> None:
    lines = [SHOWN, at(1.25, f"Deleted {SHOWN}"), at(2.5, SHOWN)]
    assert changes(lines, VIP)[2:] == ((START + 1.25, False), (START + 2.5, True))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        at(1, SHOWN)[:40],
        at(1, SHOWN.replace(VIP, "198.51.100.20")),
        at(1, SHOWN.replace(VIP, "198.51.100.2001")),
        "3: svc0: <BROADCAST,MULTICAST,UP> mtu 1500",
    ],
)
def test_other_lines_and_those_cut_short_say_nothing(line: str) -> None:
    assert changes([line], VIP) == ((0, False),)


def test_an_ipv6_vip_is_read_too() -> None:
    assert changes(["3: svc0    inet6 2001:db8::200/64 scope global"], "2001:db8::200")[-1] == (0, True)


def test_times_without_a_holder_and_with_two_are_counted_in_ms() -> None:
    nodes = {
        "lb1": changes([SHOWN, at(1, f"Deleted {SHOWN}"), at(3, SHOWN)], VIP),
        "lb2": changes([at(1.12, SHOWN), at(3.05, f"Deleted {SHOWN}")], VIP),
    }
    found = holding(nodes, START, START + 10)
    assert (round(found.none_ms), round(found.two_ms)) == (120, 50)
    assert [segment.holders for segment in found.timeline] == [
        ("lb1",),
        (),
        ("lb2",),
        ("lb1", "lb2"),
        ("lb1",),
    ]
    assert (found.timeline[0].start, found.timeline[-1].end) == (START, START + 10)


def test_a_node_that_stopped_has_lost_the_vip_until_it_tells_of_it_again() -> None:
    lines = [SHOWN, at(8, f"Deleted {SHOWN}"), at(9, SHOWN)]
    nodes = {"lb1": stopped(changes(lines, VIP), START + 2)}
    found = holding(nodes, START, START + 10)
    assert [(segment.end - START, segment.holders) for segment in found.timeline] == [
        (2, ("lb1",)),
        (9, ()),
        (10, ("lb1",)),
    ]


def test_the_client_learns_a_neighbour_when_its_hardware_address_changes() -> None:
    one, other = (f"{VIP} dev svc0 lladdr 02:00:00:00:00:0{last} REACHABLE" for last in (1, 2))
    lines = [at(0, one), at(1, one), at(2, f"{VIP} dev svc0 FAILED"), at(3, other), at(4, other)]
    assert learned(lines, VIP) == ((START, "02:00:00:00:00:01"), (START + 3, "02:00:00:00:00:02"))


def test_a_node_that_was_frozen_goes_on_with_the_vip_it_had() -> None:
    frozen = stopped(((0.0, False), (1.0, True), (5.5, False)), 2.0, 5.0)
    found = holding({"lb1": frozen}, 0.0, 8.0)
    assert [(segment.start, bool(segment.holders)) for segment in found.timeline] == [
        (0.0, False),
        (1.0, True),
        (2.0, False),
        (5.0, True),
        (5.5, False),
    ]
