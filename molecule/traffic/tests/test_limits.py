"""Who asks too often is told when to come back; nobody else is."""

from __future__ import annotations

from uuid import uuid4

from web import each_vip, get, statuses

METERED = "http://shop.example:8084/"
LIMITED = "http://shop.example:8083/"


@each_vip
def test_a_token_is_good_for_five_requests(vip: str) -> None:
    token = ("--header", f"X-Token: {uuid4()}")
    assert statuses(vip, METERED, *token, requests=7) == [200] * 5 + [429] * 2


@each_vip
def test_who_is_refused_is_told_when_to_come_back(vip: str) -> None:
    token = ("--header", f"X-Token: {uuid4()}")
    statuses(vip, METERED, *token, requests=5)
    assert 1 <= int(get(vip, METERED, *token).headers["retry-after"]) <= 600


def test_a_token_is_counted_through_both_vips() -> None:
    v4, v6 = "198.51.100.200", "2001:db8:1::200"
    token = ("--header", f"X-Token: {uuid4()}")
    assert statuses(v4, METERED, *token, requests=3) == [200] * 3
    assert statuses(v6, METERED, *token, requests=3) == [200, 200, 429]


@each_vip
def test_an_address_is_good_for_ten_requests(vip: str) -> None:
    # Fewer, if this test has run in the last ten minutes before.
    found = statuses(vip, LIMITED, requests=12)
    answered = found.count(200)
    assert answered <= 10
    assert found == [200] * answered + [429] * (12 - answered)


@each_vip
def test_who_was_refused_at_one_door_is_served_at_another(vip: str) -> None:
    statuses(vip, LIMITED, requests=11)
    assert get(vip, LIMITED).status == 429
    assert get(vip, METERED, "--header", f"X-Token: {uuid4()}").status == 200
