"""Clients speak HTTP/1.1, HTTP/2 or HTTP/3, as they can; Debian 12 builds HAProxy without HTTP/3."""

from __future__ import annotations

import pytest
from lab import LOAD_BALANCERS, debian, host
from web import client_address, each_vip, get

URL = "https://shop.example/protocols"
HTTP3 = debian() >= 13


@each_vip
@pytest.mark.parametrize(("option", "version"), [("--http1.1", "1.1"), ("--http2", "2")])
def test_the_client_chooses_http_1_or_2(vip: str, option: str, version: str) -> None:
    answer = get(vip, URL, option)
    assert (answer.status, answer.version) == (200, version)
    assert answer.seen["headers"]["x-forwarded-for"] == client_address(vip)


@each_vip
def test_http_3_is_offered_exactly_where_haproxy_can_speak_it(vip: str) -> None:
    assert ('h3=":443"' in get(vip, URL).headers.get("alt-svc", "")) is HTTP3


@each_vip
def test_the_newest_there_is_is_spoken(vip: str) -> None:
    option, version = ("--http3-only", "3") if HTTP3 else ("--http2", "2")
    answer = get(vip, URL, option)
    assert (answer.status, answer.version) == (200, version)
    assert answer.seen["headers"]["x-forwarded-for"] == client_address(vip)


@pytest.mark.parametrize("node", LOAD_BALANCERS)
def test_udp_is_listened_to_for_http_3_alone(node: str) -> None:
    listening = host(node).check_output("ss --listening --udp --numeric --no-header").splitlines()
    places = {line.split()[3] for line in listening}
    assert places == ({"198.51.100.200:443", "[2001:db8:1::200]:443"} if HTTP3 else set())
