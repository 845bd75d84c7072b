"""A request goes where its host, path or method says, or where the map says."""

from __future__ import annotations

import pytest
from lab import APP_SERVERS
from web import client_address, each_vip, get, served


@each_vip
def test_what_no_route_names_goes_to_every_server_of_the_default_backend(vip: str) -> None:
    assert served(vip, "http://shop.example:8080/") == set(APP_SERVERS)


@each_vip
@pytest.mark.parametrize(
    ("url", "options", "server"),
    [
        ("http://blue.example:8080/", (), "app1"),
        ("http://shop.example:8080/", ("--header", "Host: BLUE.example"), "app1"),
        ("http://shop.example:8080/exactly", (), "app1"),
        ("http://shop.example:8080/exactly?page=2", (), "app1"),
        ("http://shop.example:8080/green/leaves", (), "app2"),
        ("http://shop.example:8080/picture.red", ("--request", "PUT"), "app3"),
        ("http://red.example:8080/", (), "app3"),
        ("http://green.example:8080/", (), "app2"),
    ],
    ids=["host", "case", "path", "query", "path_beg", "method", "map-red", "map-green"],
)
def test_the_route_leads_to_one_server(vip: str, url: str, options: tuple[str, ...], server: str) -> None:
    assert served(vip, url, *options, requests=4) == {server}


@each_vip
@pytest.mark.parametrize("path", ["/exactly/not", "/greenish", "/picture.red"])
def test_what_only_resembles_a_route_goes_to_the_default_backend(vip: str, path: str) -> None:
    assert served(vip, f"http://shop.example:8080{path}", requests=6) == set(APP_SERVERS)


@each_vip
def test_the_server_sees_the_request_as_it_was_and_whose_it_is(vip: str) -> None:
    answer = get(vip, "http://shop.example:8080/a%20b?c=d", "--request", "DELETE", "--header", "X-Own: yes")
    assert (answer.seen["method"], answer.seen["path"]) == ("DELETE", "/a%20b?c=d")
    assert answer.seen["headers"]["host"] == "shop.example:8080"
    assert answer.seen["headers"]["x-own"] == "yes"
    assert answer.seen["headers"]["x-forwarded-for"] == client_address(vip)


@each_vip
def test_a_request_in_the_clear_is_sent_to_https_with_all_it_asks_for(vip: str) -> None:
    as_on_port_80 = ("--header", "Host: shop.example")  # the port that a client names is kept
    answer = get(vip, "http://shop.example:8081/cart?item=3", *as_on_port_80)
    assert answer.status == 301
    assert answer.headers["location"] == "https://shop.example/cart?item=3"
