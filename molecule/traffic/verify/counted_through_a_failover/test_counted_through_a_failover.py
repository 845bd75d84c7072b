"""Three of five requests were made before the active node's HAProxy was killed: its successor knows."""

from __future__ import annotations

from lab import VIPS, assert_whole, host
from web import each_vip, get, served, statuses


@each_vip
def test_the_successor_goes_on_counting(vip: str) -> None:
    token = ("--header", f"X-Token: failover-{vip}")
    assert statuses(vip, "http://shop.example:8084/", *token, requests=4) == [200, 200, 429, 429]
    assert int(get(vip, "http://shop.example:8084/", *token).headers["retry-after"]) >= 1


def test_addresses_stay_with_their_servers() -> None:
    # In the opposite order: who knew nothing would hand out the servers from the first one on again.
    for vip in reversed(VIPS):
        before = host("client").file(f"/run/stuck-{vip}").content_string.strip()
        assert served(vip, "http://shop.example:8080/stuck") == {before}


def test_the_pair_is_whole_again() -> None:
    assert_whole()
