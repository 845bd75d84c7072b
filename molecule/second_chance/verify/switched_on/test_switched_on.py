"""Who wants it again has all of it."""

from __future__ import annotations

import pytest
from lab import LOAD_BALANCERS, VIPS, assert_whole, host

each_node = pytest.mark.parametrize("node", LOAD_BALANCERS)


@each_node
def test_its_unit_is_in_force_now_and_at_boot(node: str) -> None:
    unit = host(node).service("evergate-second-chance")
    assert (unit.is_running, unit.is_enabled) == (True, True)


@each_node
def test_its_tables_are_there(node: str) -> None:
    assert set(host(node).check_output("nft list tables").splitlines()) == {
        f"table {family} evergate_second_chance" for family in ("inet", "ip", "ip6")
    }


@each_node
@pytest.mark.parametrize(("family", "vip"), list(zip((4, 6), VIPS, strict=True)))
def test_a_vip_is_local_wherever_it_is(node: str, family: int, vip: str) -> None:
    route = host(node).check_output(f"ip -{family} route show table local proto 218")
    assert route.startswith(f"local {vip} dev lo ")


@each_node
def test_each_node_has_the_address_that_the_other_one_passes_ipv6_to(node: str) -> None:
    other = next(each for each in LOAD_BALANCERS if each != node)
    rules = host(other).check_output("nft list table ip6 evergate_second_chance")
    address = host(node).check_output("ip -6 -oneline address show to fe80::65:7667:0:0/96").split()[3]
    assert f'dup to {address.removesuffix("/64")} device "svc0"' in rules


@each_node
def test_the_kernel_answers_arp_only_for_what_is_on_the_interface(node: str) -> None:
    settings = [host(node).sysctl(f"net.ipv4.conf.svc0.{name}") for name in ("arp_ignore", "arp_announce")]
    assert settings == [1, 2]


def test_the_pair_is_whole() -> None:
    assert_whole()
