"""Who does not want the second chance has nothing left of it."""

from __future__ import annotations

import pytest
from lab import LOAD_BALANCERS, assert_whole, host

each_node = pytest.mark.parametrize("node", LOAD_BALANCERS)


@each_node
@pytest.mark.parametrize(
    "look",
    [
        "nft list tables",
        "ip -4 route show table local proto 218",
        "ip -6 route show table local proto 218",
        "ip -6 -oneline address show to fe80::65:7667:0:0/96",
        "find /etc/evergate -name '*second_chance*' -o -name resume.nft",
        "find /etc/systemd/system -name evergate-second-chance.service",
        "find /etc/systemd/system/nftables.service.d -type f",
        "systemctl list-units --all --no-legend evergate-second-chance.service",
    ],
)
def test_there_is_nothing_to_be_seen(node: str, look: str) -> None:
    assert host(node).check_output(look) == ""


@each_node
def test_the_kernel_answers_arp_as_it_did(node: str) -> None:
    assert {host(node).sysctl(f"net.ipv4.conf.svc0.{name}") for name in ("arp_ignore", "arp_announce")} == {0}


def test_the_pair_serves_all_the_same() -> None:
    assert_whole()
