"""Servers are found in DNS while HAProxy runs, and reached over IPv6."""

from __future__ import annotations

import pytest
from web import each_vip, get, served


@each_vip
def test_a_name_is_served_by_all_of_its_addresses(vip: str) -> None:
    assert served(vip, "http://shop.example:8080/addresses") == {"app1", "app2"}


@each_vip
def test_a_service_record_names_servers_and_their_port(vip: str) -> None:
    assert served(vip, "http://shop.example:8080/service") == {"app1", "app2"}


@each_vip
@pytest.mark.parametrize("path", ["/ipv6", "/addresses"])
def test_servers_are_reached_over_ipv6_from_an_address_that_stays_with_the_node(vip: str, path: str) -> None:
    # Connections from the VIP would die when it moves, those of checks among them.
    assert get(vip, f"http://shop.example:8080{path}").seen["peer"] in {"2001:db8:1::151", "2001:db8:1::152"}
