"""The VIP is back at the node whose HAProxy was killed first: its peer told it what it had forgotten."""

from __future__ import annotations

from lab import assert_whole
from web import each_vip, get


@each_vip
def test_who_was_refused_before_is_refused_still(vip: str) -> None:
    for token in ("failover", "reload"):
        answer = get(vip, "http://shop.example:8084/", "--header", f"X-Token: {token}-{vip}")
        assert answer.status == 429


def test_the_pair_is_whole_again() -> None:
    assert_whole()
