"""What a change of keepalived's files asks for: each was seen on keepalived 2.2.7 and 2.3.3."""

from __future__ import annotations

import pytest
from vrrp_pair import BOTH, CONFIG, SHOP, TEXT, edited, without

from evergate.node.keepalived_plan import Here, Plan, plan

UNIT = "/etc/systemd/system/keepalived.service.d/evergate.conf"
ADDITION = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nCPUSchedulingPolicy=rr\n"
ACTIVE = Here({SHOP}, "lb1", (2, 2, 7))
STANDBY = Here(set(), "lb1", (2, 2, 7))
NEW = (2, 3, 3)


def between(before: str, after: str, here: Here = ACTIVE) -> Plan:
    return plan({CONFIG: before}, {CONFIG: after}, here)


def words(found: Plan) -> str:
    return "; ".join(found.reasons)


def test_comments_ask_for_nothing() -> None:
    assert between(TEXT, f"# managed\n{TEXT}") == Plan("nothing")
    assert plan({}, {}, ACTIVE) == Plan("nothing")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("advert_int 0.1", "advert_int 0.5", "vrrp_instance shop: advert_int differs"),
        ("    vrrp_no_swap\n", "", "global_defs: vrrp_no_swap differs"),
        ("203.0.113.12\n", "203.0.113.13\n", "vrrp_instance shop: unicast_peer differs"),
        ("vrrp_instance", "bfd_instance gw {\n}\nvrrp_instance", "bfd_instance gw is new"),
    ],
)
def test_most_of_the_configuration_is_taken_by_a_reload_that_moves_nothing(
    old: str, new: str, reason: str
) -> None:
    assert between(TEXT, edited(old, new)) == Plan("reload", (reason,))


@pytest.mark.parametrize(
    "line",
    [
        "nftables mine",
        "tmp_config_directory /tmp",
        "disable_local_igmp",
        "enable_snmp_vrrp",
        "vrrp_rt_priority 50",
        "vrrp_rlimit_rttime 9000",
    ],
)
def test_what_a_reload_does_not_take_or_dies_of_takes_a_restart(line: str) -> None:
    found = between(TEXT, edited("vrrp_no_swap", line))
    assert found.kind == "restart"
    assert found.reasons == (
        f"{line.split()[0]} differs, which takes a restart",
        "the VIP of shop leaves lb1: keepalived is restarted",
    )
    assert between(TEXT, edited("vrrp_no_swap", line), STANDBY).reasons == found.reasons[:1]


def test_another_network_namespace_takes_a_restart() -> None:
    assert "net_namespace differs" in words(between(TEXT, f"net_namespace blue\n{TEXT}"))


@pytest.mark.parametrize(
    ("before", "after"),
    [("nopreempt", "use_vmac"), ("use_vmac", "nopreempt"), ("use_vmac", "use_vmac vrrp7")],
)
def test_a_reload_would_lose_the_vips_when_a_virtual_mac_comes_or_goes(before: str, after: str) -> None:
    found = between(edited("nopreempt", before), edited("nopreempt", after))
    assert "use_vmac of shop differs, which takes a restart" in found.reasons


def test_an_instance_that_begins_anew_takes_its_virtual_mac_from_a_reload() -> None:
    before = edited("nopreempt", "use_vmac")
    assert between(before, edited("router_id 100", "router_id 7", before)).kind == "reload"


def test_a_restart_may_move_every_vip() -> None:
    assert between(BOTH, edited("vrrp_no_swap", "nftables x", BOTH)).moving == {"shop", "other"}


def test_what_a_process_is_given_when_it_begins_takes_a_restart() -> None:
    after = {CONFIG: TEXT, UNIT: ADDITION}
    found = plan({CONFIG: TEXT}, after, ACTIVE)
    assert found.reasons[0] == "CPUSchedulingPolicy of keepalived's unit differs, which takes a restart"
    assert "DAEMON_ARGS" in words(plan({}, {"/etc/default/keepalived": "DAEMON_ARGS=-D\n"}, STANDBY))


def test_what_systemd_takes_by_itself_asks_for_nothing() -> None:
    taken = ADDITION.replace("always", "on-failure").replace("Sec=0", "Sec=1") + "# why\n"
    assert plan({CONFIG: TEXT, UNIT: ADDITION}, {CONFIG: TEXT, UNIT: taken}, ACTIVE).kind == "nothing"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("router_id 100", "router_id 7", "virtual_router_id"),
        ("interface eth1", "interface eth2", "interface"),
        ("203.0.113.11\n", "203.0.113.14\n", "source address"),
        ("    unicast_peer {\n        203.0.113.12\n    }\n", "", "unicast_peer"),
    ],
)
def test_an_instance_that_a_reload_does_not_know_again_begins_anew(old: str, new: str, what: str) -> None:
    found = between(TEXT, edited(old, new))
    assert (found.kind, found.moving) == ("reload", {"shop"})
    assert f"the VIP of shop leaves lb1, if only for a moment: its {what} differs" in found.reasons
    assert f"shop begins anew: its {what} differs" in between(TEXT, edited(old, new), STANDBY).reasons


def test_an_instance_that_goes_takes_its_vip_along() -> None:
    found = between(BOTH, without("shop"))
    assert found.reasons == (
        "vrrp_instance shop is gone",
        "the VIP of shop leaves lb1: there is no such instance any more",
    )


def test_an_instance_under_another_name_is_the_same_to_a_reload() -> None:
    assert between(TEXT, TEXT.replace("shop", "store")).moving == set()


def test_a_lower_priority_may_move_the_vip_where_the_higher_one_preempts() -> None:
    preempting = edited("    nopreempt\n", "")
    lower = edited("priority 254", "priority 100", preempting)
    assert "the VIP of shop may leave lb1: its priority falls from 254 to 100" in words(
        between(preempting, lower)
    )
    assert "may come to lb1: its priority rises from 100 to 254" in words(between(lower, preempting, STANDBY))
    assert between(TEXT, edited("priority 254", "priority 100")).moving == set()


def test_preemption_that_begins_moves_the_vip_to_the_preferred_node() -> None:
    found = between(TEXT, edited("    nopreempt\n", ""), STANDBY)
    assert found.moving == {"shop"}
    assert found.reasons[-1].startswith("the VIP of shop goes to the node with the highest priority")


def test_vips_that_go_or_are_put_on_anew_are_told_where_they_are_held() -> None:
    changed = edited("203.0.113.100/25", "203.0.113.98/25")
    assert "203.0.113.100 leaves lb1: it is no VIP of shop any more" in words(between(TEXT, changed))
    anew = edited("203.0.113.100/25", "203.0.113.100/32")
    assert "203.0.113.100 leaves lb1 for a moment: it is put on anew" in words(between(TEXT, anew))
    assert "leaves" not in words(between(TEXT, changed, STANDBY))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("router_id 100", "router_id 7", "virtual_router_id"),
        ("vrrp_version 3", "vrrp_version 2", "version"),
        ("nopreempt", "authentication {\n auth_type PASS\n auth_pass x\n }", "authentication"),
    ],
)
def test_nodes_that_do_not_count_each_others_adverts_may_both_be_active(
    old: str, new: str, what: str
) -> None:
    found = between(TEXT, edited(old, new), Here(set(), "lb2", NEW))
    assert found.moving == {"shop"}
    assert found.reasons[-1].endswith(f"more than one may hold its VIP: its {what} differs")


def test_keepalived_2_2_does_not_count_adverts_with_other_vips() -> None:
    more = edited("    virtual_ipaddress {\n", "    virtual_ipaddress {\n        203.0.113.98/25 dev eth1\n")
    assert "more than one may hold its VIP: its virtual_ipaddress differs" in words(between(TEXT, more))
    assert "more than one" in words(between(TEXT, more, Here()))
    assert "more than one" not in words(between(TEXT, more, Here({SHOP}, "lb1", NEW)))


def test_only_of_version_2_the_interval_has_to_be_the_same() -> None:
    old = edited("vrrp_version 3", "vrrp_version 2")
    assert "its advert_int differs" in words(between(old, edited("advert_int 0.1", "advert_int 1", old)))


def test_other_sync_groups_may_move_any_vip() -> None:
    after = BOTH + "vrrp_sync_group both {\n group {\n shop\n other\n }\n}\n"
    assert between(BOTH, after).moving == {"shop", "other"}


def test_another_order_is_taken_by_a_reload() -> None:
    lines = "    state BACKUP\n", "    interface eth1\n"
    found = between(BOTH, edited("".join(lines), "".join(reversed(lines)), BOTH))
    assert found.reasons == ("vrrp_instance shop: the order of its lines differs",)
    found = between(BOTH, without("shop") + TEXT[TEXT.index("vrrp_instance") :])
    assert found == Plan("reload", ("the order of the blocks differs",))
