from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.render.keepalived.second_chance import files

ROLE = Path(__file__).parents[4] / "roles" / "keepalived"
MEMBERS4 = [{"name": f"lb{i}", "address": f"203.0.113.1{i}"} for i in (1, 2, 3)]
MEMBERS6 = [{"name": f"lb{i}", "address": f"2001:db8:113::1{i}"} for i in (1, 2)]
DUAL = ["203.0.113.100/24", "2001:db8:113::100/64"]
SPOKEN6 = {each["name"]: each["address"] for each in MEMBERS6}
TABLES = ("inet", "ip", "ip6")
HOOK = "type filter hook prerouting priority"
MARKED = "meta mark 1702258481"
HOPS = {"ip": "ip ttl", "ip6": "ip6 hoplimit"}
PAIRS: dict[str, dict[str, Any]] = {
    "IPv4 alone": {"vips": ["203.0.113.100/24"]},
    "IPv6 alone": {"members": MEMBERS6, "vips": ["2001:db8:113::100/64"], "virtual_router_id": 7},
    "both families": {"vips": DUAL},
    "an IPv4 VIP of members that talk IPv6": {"members": MEMBERS6, "vips": DUAL, "virtual_router_id": 7},
}
# A second instance, active on the other node, on a VLAN where VRRP is spoken between addresses of its own.
OTHER: dict[str, Any] = {"name": "inside", "interface": "svc0.100", "vips": ["192.0.2.100/24"]}
OTHER |= {"addresses": {"lb1": "192.0.2.11", "lb2": "192.0.2.12"}, "virtual_router_id": 9, "preferred": "lb2"}
each_pair = pytest.mark.parametrize("pair", PAIRS)


HEAD = "# Ansible managed\n"


def made(
    node: str = "lb1", members: list[dict[str, str]] = MEMBERS4[:2], more: Any = (), **instance: Any
) -> dict[str, str]:
    """Return the files of a pair with one instance, or with the instances `more` too, by their names."""
    wide = {key: instance.pop(key) for key in ("second_chance", "probe_port", "profile") if key in instance}
    first = {"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], **instance}
    data = {"node": node, "members": members, "instances": [first, *more], **wide}
    return {
        each["path"].removeprefix("/etc/evergate/"): each["content"].removeprefix(HEAD)
        for each in files(KeepalivedConfig.from_data(data))
    }


def chain(of: dict[str, str], name: str, family: str = "inet") -> list[str]:
    """Return the rules of a chain."""
    (table,) = re.findall(
        rf"^table {family} evergate_second_chance {{\n(.*?)^}}", of["second_chance.nft"], re.M | re.S
    )
    (rules,) = re.findall(rf"^    chain {name} {{\n(.*?)^    }}", table, re.M | re.S)
    return [line.strip() for line in rules.splitlines()]


def routed(of: dict[str, str]) -> list[str]:
    """Return the addresses that the node takes for its own."""
    return re.findall(r"^route replace local (\S+) dev lo table local ", of["second_chance.ip"], re.M)


# Whether there is one.


def test_who_does_not_want_it_has_no_file_of_it() -> None:
    assert made(second_chance=False) == {}


def test_of_three_members_none_can_tell_which_other_one_has_a_connection() -> None:
    assert made(members=MEMBERS4) == {}


def test_a_virtual_mac_takes_its_vips_to_an_interface_that_is_not_known_here() -> None:
    assert made(use_vmac=True) == {}
    mixed = made(use_vmac=True, more=[OTHER])
    assert routed(mixed) == ["192.0.2.100"]
    assert not [text for text in mixed.values() if "203.0.113.100" in text]


# Who has what.


def test_the_peer_hands_over_by_an_advert_of_priority_0_and_takes_back_by_any_other() -> None:
    ours = made(virtual_router_id=51)
    first, _, third, _ = chain(ours, "peer_1")
    assert first == "meta l4proto 112 @th,8,8 51 @th,16,8 0 update @leaving_1 { 6 timeout 10s } return"
    assert third == "meta l4proto 112 @th,8,8 51 delete @leaving_1 { 6 } return"
    assert 'iifname "svc0" ip saddr 203.0.113.12 jump peer_1' in chain(ours, "prerouting")


@pytest.mark.parametrize(
    ("timings", "within"),
    [
        ({}, "150ms"),
        ({"profile": "fast"}, "40ms"),
        ({"profile": "wan"}, "1000ms"),
        ({"advert_int": 1}, "1500ms"),
    ],
)
def test_a_member_hands_over_too_when_our_adverts_override_its_own(
    timings: dict[str, Any], within: str
) -> None:
    ours = made(virtual_router_id=51, **timings)
    adverts = "meta l4proto 112 @th,8,8 51"
    assert chain(ours, "peer_1")[1] == f"{adverts} update @alive_1 {{ 112 }}"
    assert re.search(rf"set alive_1 {{[^}}]*timeout {within}\s", ours["second_chance.nft"])
    assert chain(ours, "output")[1] == (
        f'oifname "svc0" {adverts} meta l4proto @alive_1 update @leaving_1 {{ 6 timeout 10s }}'
    )


def test_a_member_is_given_connections_while_tcp_is_heard_from_it_and_ten_seconds_more() -> None:
    assert chain(made(), "peer_1")[3] == "meta l4proto @leaving_1 update @leaving_1 { 6 timeout 10s }"
    assert re.search(r"set leaving_1 {[^}]*flags timeout,dynamic\s+timeout 10s", made()["second_chance.nft"])


def test_what_haproxy_greets_from_counts_where_vrrp_is_spoken_between_other_addresses() -> None:
    rules = chain(made(addresses=SPOKEN6, vips=DUAL[1:], virtual_router_id=7), "prerouting")
    assert 'iifname "svc0" ip6 saddr 2001:db8:113::12 jump peer_1' in rules
    assert "ip saddr 203.0.113.12 meta l4proto tcp jump peer_1" in rules
    assert "meta l4proto tcp jump peer" not in "".join(chain(made(), "prerouting"))


def test_who_does_not_hold_the_vip_passes_nothing_on_so_that_nothing_goes_round() -> None:
    first, *others = chain(made(), "vip_1")
    assert first == "fib daddr . iif type != local goto handed_over"
    assert [rule for rule in others if "unknown_1" in rule] == others[:1]
    assert "unknown" not in "".join(chain(made(), "handed_over"))


def test_the_first_packet_of_a_connection_is_never_passed_on_so_that_none_is_hijacked() -> None:
    (way,) = (rule for rule in chain(made(), "vip_1") if "unknown_1" in rule)
    assert way == "tcp flags & (syn | ack) != syn ct state { new, invalid } goto unknown_1"


def test_nothing_is_passed_to_a_member_that_has_not_handed_over() -> None:
    assert chain(made(), "unknown_1") == ["meta l4proto @leaving_1 counter meta mark set 1702258481"]


def test_what_was_handed_over_is_reset_unless_haproxy_has_answered_its_probe_within_a_second() -> None:
    ours = made(probe_port=8499)
    assert chain(ours, "handed_over") == ["meta l4proto @answers accept", "reject with tcp reset"]
    assert chain(ours, "prerouting")[1] == (
        'iifname "lo" tcp sport 8499 tcp flags & psh == psh update @answers { 6 timeout 1s } accept'
    )


def test_new_connections_to_a_vip_leave_no_long_traces_in_the_kernels_table() -> None:
    ours = made()
    assert chain(ours, "vip_1")[-1] == "jump brief"
    assert chain(ours, "brief") == [
        "meta nfproto ipv4 ct state new ct timeout set brief4",
        "meta nfproto ipv6 ct state new ct timeout set brief6",
    ]


@each_pair
def test_only_tcp_for_a_vip_on_its_interface_is_judged(pair: str) -> None:
    ways = [rule for rule in chain(made(**PAIRS[pair]), "prerouting") if "jump vip_1" in rule]
    vips = [vip.partition("/")[0] for vip in PAIRS[pair]["vips"]]
    assert ways == [
        f'iifname "svc0" {"ip6" if ":" in vip else "ip"} daddr {{ {vip} }} meta l4proto tcp jump vip_1'
        for vip in vips
    ]


def test_vips_that_are_not_advertised_are_treated_like_the_others() -> None:
    ours = made(vips_excluded=["203.0.113.150/24", "2001:db8:113::150/64"])
    assert routed(ours) == ["203.0.113.100", "203.0.113.150", "2001:db8:113::150"]
    ways = "\n".join(chain(ours, "prerouting"))
    assert "ip daddr { 203.0.113.100, 203.0.113.150 }" in ways
    assert "ip6 daddr { 2001:db8:113::150 }" in ways


# Where it goes.


@pytest.mark.parametrize(
    ("node", "pair", "four", "six"),
    [
        ("lb1", "IPv4 alone", "203.0.113.12", None),
        ("lb2", "IPv6 alone", None, "2001:db8:113::11"),
        ("lb1", "both families", "203.0.113.12", "fe80::65:7667:cb00:710c"),
        ("lb2", "both families", "203.0.113.11", "fe80::65:7667:cb00:710b"),
        ("lb1", "an IPv4 VIP of members that talk IPv6", None, "2001:db8:113::12"),
    ],
)
def test_packets_go_to_the_peers_address_of_their_family_and_nowhere_if_it_has_none(
    node: str, pair: str, four: str | None, six: str | None
) -> None:
    ours = made(node, **PAIRS[pair])
    for family, via, vip in (("ip", four, "203.0.113.100"), ("ip6", six, "2001:db8:113::100")):
        passing = f'{MARKED} {HOPS[family]} > 1 {family} daddr {{ {vip} }} dup to {via} device "svc0" drop'
        assert chain(ours, "prerouting", family)[1:-1] == ([] if via is None else [passing])


@pytest.mark.parametrize(
    "more",
    [
        [],
        [OTHER],
        [OTHER | {"vips": ["192.0.2.100/24", "2001:db8:9::9/64"]}],
        [OTHER | {"interface": "svc0", "vips": ["192.0.2.100/24", "2001:db8:9::9/64"]}],
        [{"name": "six", "interface": "svc0", "vips": ["2001:db8:113::9/64"], "addresses": SPOKEN6}],
    ],
)
def test_what_one_passes_to_is_always_what_the_other_has(more: list[dict[str, Any]]) -> None:
    ours, theirs = (made(node, more=more, vips=DUAL) for node in ("lb1", "lb2"))
    passed_to = re.findall(r'dup to (\S+) device "(\S+)"', ours["second_chance.nft"])
    given = re.findall(r"^address replace (\S+)/64 dev (\S+) nodad$", theirs["second_chance.ip"], re.M)
    spoken = [(each["addresses"]["lb2"], each["interface"]) for each in more]
    assert ("fe80::65:7667:cb00:710c", "svc0") in passed_to
    assert set(passed_to) <= {*given, *spoken, ("203.0.113.12", "svc0")}


def test_a_packet_that_nobody_can_be_given_is_answered_at_once_for_its_mark_is_taken_off() -> None:
    for family in TABLES[1:]:
        assert chain(made(), "prerouting", family)[-1] == f"{MARKED} meta mark set 0"


def test_a_packet_has_so_many_hops_and_no_more_whatever_two_nodes_believe() -> None:
    for family, hops in HOPS.items():
        (passing,) = (rule for rule in chain(made(vips=DUAL), "prerouting", family) if " dup to " in rule)
        assert f" {hops} > 1 " in passing


def test_packets_are_passed_on_after_they_have_been_judged() -> None:
    assert chain(made(), "prerouting")[0] == f"{HOOK} mangle - 1; policy accept;"
    for family in TABLES[1:]:
        assert chain(made(), "prerouting", family)[0] == f"{HOOK} mangle; policy accept;"


# What lets a node answer for a VIP that has left it.


@each_pair
def test_a_vip_is_local_wherever_it_is_behind_the_kernels_own_route_and_on_no_interface(pair: str) -> None:
    routes = re.findall("^route .*", made(**PAIRS[pair])["second_chance.ip"], re.M)
    vips = [vip.partition("/")[0] for vip in PAIRS[pair]["vips"]]
    assert routes == [f"route replace local {vip} dev lo table local proto 218 metric 1024" for vip in vips]


def test_nobody_claims_a_vip_that_is_not_on_the_interface_that_was_asked() -> None:
    assert made()["second_chance.sysctl"] == (
        "net/ipv4/conf/svc0/arp_ignore = 1\nnet/ipv4/conf/svc0/arp_announce = 2\n"
    )


def test_a_vlans_dot_stays_a_dot_where_names_are_parted_by_slashes() -> None:
    assert "net/ipv4/conf/svc0.100/arp_ignore = 1\n" in made(interface="svc0.100")["second_chance.sysctl"]


@pytest.mark.parametrize("pair", ["IPv4 alone", "IPv6 alone", "an IPv4 VIP of members that talk IPv6"])
def test_an_address_of_its_own_is_given_only_where_ipv6_goes_through_members_of_ipv4(pair: str) -> None:
    assert "address" not in made(**PAIRS[pair])["second_chance.ip"]
    assert made(**PAIRS[pair])["no_second_chance.ip"] == ""


# Several instances.


def test_instances_that_are_active_on_different_nodes_are_handed_over_each_by_itself() -> None:
    ours = made(more=[OTHER])
    assert chain(ours, "prerouting")[2:] == [
        'iifname "svc0" ip saddr 203.0.113.12 jump peer_1',
        'iifname "svc0" ip daddr { 203.0.113.100 } meta l4proto tcp jump vip_1',
        'iifname "svc0.100" ip saddr 192.0.2.12 jump peer_2',
        "ip saddr 203.0.113.12 meta l4proto tcp jump peer_2",
        'iifname "svc0.100" ip daddr { 192.0.2.100 } meta l4proto tcp jump vip_2',
    ]
    for number, router in ((1, 100), (2, 9)):
        assert all(re.search(rf"@(leaving|alive)_{number} ", rule) for rule in chain(ours, f"peer_{number}"))
        assert f"meta l4proto 112 @th,8,8 {router} " in chain(ours, f"peer_{number}")[0]
        assert f"@leaving_{number} " in chain(ours, f"unknown_{number}")[0]
        assert f"goto unknown_{number}" in chain(ours, f"vip_{number}")[1]
    assert chain(ours, "prerouting", "ip")[1:3] == [
        f'{MARKED} ip ttl > 1 ip daddr {{ 203.0.113.100 }} dup to 203.0.113.12 device "svc0" drop',
        f'{MARKED} ip ttl > 1 ip daddr {{ 192.0.2.100 }} dup to 192.0.2.12 device "svc0.100" drop',
    ]
    assert ours["second_chance.sysctl"].count("arp_ignore") == 2


def test_what_belongs_to_an_interface_is_said_once_for_all_its_instances() -> None:
    ours = made(
        vips=DUAL,
        more=[{"name": "wiki", "interface": "svc0", "vips": ["203.0.113.101/24", "2001:db8:113::101/64"]}],
    )
    assert ours["second_chance.sysctl"].count("arp_ignore") == 1
    assert ours["second_chance.ip"].count("address replace") == 1


# Coming back and going away.


def test_loading_the_rules_twice_is_loading_them_once() -> None:
    head = [f"{verb}table {family} evergate_second_chance" for family in TABLES for verb in ("", "delete ")]
    assert made()["second_chance.nft"].splitlines()[:6] == head


def test_a_reload_forgets_no_connection_that_is_on_its_way() -> None:
    assert made(more=[OTHER])["resume.nft"] == (
        'include "/etc/evergate/second_chance.nft"\n'
        "add element inet evergate_second_chance leaving_1 { 6 }\n"
        "add element inet evergate_second_chance leaving_2 { 6 }\n"
    )


def test_no_table_is_named_but_its_own() -> None:
    for text in made(vips=DUAL, more=[OTHER]).values():
        named = re.findall(r"(?:^table|^delete table|^add element) (\S+) (\S+)", text, re.M)
        assert set(named) <= {(family, "evergate_second_chance") for family in TABLES}
        assert "flush" not in text


def test_what_is_taken_back_is_what_was_given() -> None:
    ours = made(vips=DUAL, more=[OTHER])
    given = re.findall(r"^address replace (.*) nodad$", ours["second_chance.ip"], re.M)
    assert given == re.findall(r"^address del (.*)$", ours["no_second_chance.ip"], re.M) != []
    set_to_0 = re.sub("= [12]$", "= 0", ours["second_chance.sysctl"], flags=re.M)
    assert set_to_0 == ours["no_second_chance.sysctl"]


def test_the_unit_takes_away_the_tables_and_routes_that_the_files_bring() -> None:
    unit = (ROLE / "files" / "evergate-second-chance.service").read_text()
    stop = re.findall(r"^ExecStop=-/usr/sbin/(.*)$", unit, re.M)
    assert {f"nft delete table {family} evergate_second_chance" for family in TABLES} <= set(stop)
    assert {f"ip -{version} route flush table local proto 218" for version in (4, 6)} <= set(stop)
    named = set(re.findall(r"/etc/evergate/(\S+)", unit))
    assert named == set(made())


def test_what_is_taken_back_is_kept_from_the_moment_in_which_it_was_given() -> None:
    unit = (ROLE / "files" / "evergate-second-chance.service").read_text()
    assert re.findall(r"^ExecStop=.*(/etc/\S+)", unit, re.M) == []
    kept = re.findall(r"^ExecStop=.*/run/evergate/second_chance/(\S+)", unit, re.M)
    assert set(kept) == {name for name in made() if name.startswith("no_")}


def test_every_file_says_that_changes_by_hand_are_lost() -> None:
    config = {"node": "lb1", "members": MEMBERS4[:2], "instances": [OTHER]}
    assert all(each["content"].startswith(HEAD) for each in files(KeepalivedConfig.from_data(config)))


# Words.


def test_the_same_inventory_makes_the_same_bytes_whatever_python_hashes_its_words_to() -> None:
    two = [{"name": f"lb{i}", "address": f"203.0.113.1{i}"} for i in (1, 2)]
    many = [{"name": f"i{i}", "interface": f"svc{i}", "vips": [f"203.0.113.{i}/24"]} for i in range(20, 29)]
    code = (
        "from evergate.model.keepalived.config import KeepalivedConfig\n"
        "from evergate.render.keepalived.second_chance import files\n"
        f"print(files(KeepalivedConfig.from_data({dict(node='lb1', members=two, instances=many)})))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert b"arp_ignore" in said.pop()


def test_every_line_of_every_file_ends() -> None:
    assert all(text == "" or text.endswith("\n") for text in made(vips=DUAL).values())


@given(name=st.text(st.characters(codec="utf-8")) | st.sampled_from(["table", "drop", "a:b", "9", "x.y-z"]))
def test_what_an_instance_is_called_is_nothing_that_nft_must_take(name: str) -> None:
    try:
        assert made(name=name) == made()
    except InvalidData:
        return


@given(
    interface=st.text(st.characters(codec="utf-8"))
    | st.text(st.sampled_from("eth0.1-_*\"';{} \\\n$@#"), max_size=15)
)
def test_no_interface_leaves_its_place_or_stands_for_several(interface: str) -> None:
    try:
        ours = made(interface=interface, vips=DUAL)
    except InvalidData:
        return
    assert ours == {name: text.replace("svc0", interface) for name, text in made(vips=DUAL).items()}
    assert not set(interface) & set("*\"'{}; \\\n$#")
