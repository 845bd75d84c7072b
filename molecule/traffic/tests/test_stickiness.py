"""A visitor stays with a server, by a cookie or by the address."""

from __future__ import annotations

from lab import APP_SERVERS
from web import each_vip, get, served

STICKY = "http://shop.example:8080/sticky"


@each_vip
def test_a_visitor_with_the_cookie_stays_with_the_server_that_answered_first(vip: str) -> None:
    first = get(vip, STICKY)
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert served(vip, STICKY, "--cookie", cookie) == {first.server}


@each_vip
def test_the_cookie_is_between_the_visitor_and_the_load_balancer(vip: str) -> None:
    cookie = get(vip, STICKY).headers["set-cookie"].partition(";")[0]
    again = get(vip, STICKY, "--cookie", f"{cookie}; own=mine")
    assert "set-cookie" not in again.headers
    assert again.seen["headers"]["cookie"] == "own=mine"


@each_vip
def test_visitors_without_a_cookie_are_spread(vip: str) -> None:
    assert served(vip, STICKY) == set(APP_SERVERS)


@each_vip
def test_an_address_stays_with_one_server(vip: str) -> None:
    assert len(served(vip, "http://shop.example:8080/stuck")) == 1
