from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from evergate.model.member import Member


def test_a_member_has_a_name_and_an_address() -> None:
    assert Member.from_data({"name": "lb1", "address": "203.0.113.11"}, "m") == Member(
        name="lb1", address=ip_address("203.0.113.11")
    )


def test_name_and_address_are_required(told: Callable[..., list[tuple[str, str, str]]]) -> None:
    assert [(path, problem) for path, problem, _ in told(Member.from_data, {}, "m")] == [
        ("m.name", "is missing"),
        ("m.address", "is missing"),
    ]
