"""What has to hold after a change, and what keepalived says when it gives something up."""

from __future__ import annotations

import pytest
from vrrp_pair import BOTH, OTHER, SHOP, TEXT, data, edited, json_of

from evergate.node.keepalived_instance import instances
from evergate.node.keepalived_proof import Expected, complaints, latest, left, missing
from evergate.node.keepalived_text import parsed
from evergate.node.keepalived_told import Place, Standing, addresses, told

SHOP_LINE = "203.0.113.100/25 dev eth1 scope global set"
PLACE: Place = ("eth1", SHOP)
STATES = {"INIT": 0, "BACKUP": 1, "MASTER": 2, "FAULT": 3}


def standing(state: str, *present: Place, line: str = SHOP_LINE, name: str = "shop") -> Standing:
    return Standing(told(json_of(data(name, STATES[state], [line]))), frozenset(present))


ACTIVE, STANDBY, UNFIT = standing("MASTER", PLACE), standing("BACKUP"), standing("FAULT")


def expected(text: str = TEXT, *moving: str, holding: str = "shop", said: str = "") -> Expected:
    return Expected(instances(parsed(text)), moving, [holding], [said])


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_the_json_tell_the_same(version: int) -> None:
    lines = [SHOP_LINE, "2001:db8::9/64 dev vrrp.7@eth1 scope global deprecated set"]
    shop = told(json_of(data("shop", 2, lines), version=version))["shop"]
    assert (shop.state, shop.router_id, shop.priority, shop.interface) == ("MASTER", "100", 254, "eth1")
    assert {(interface, str(vip)) for interface, vip in shop.vips} == {
        ("eth1", "203.0.113.100"),
        ("vrrp.7", "2001:db8::9"),
    }


@pytest.mark.parametrize("text", ["", '[{"data": {"iname": "sh', "{}", "[1]"])
def test_json_that_is_not_whole_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        told(text)


def test_addresses_are_read_as_ip_writes_them() -> None:
    text = '[{"ifname":"eth1","addr_info":[{"family":"inet","local":"203.0.113.100"},{}]},{"ifname":"lo"}]'
    assert addresses(text) == {PLACE}
    assert addresses("") == frozenset()


@pytest.mark.parametrize("before", [ACTIVE, STANDBY, UNFIT])
def test_nothing_is_missing_where_all_is_as_before(before: Standing) -> None:
    assert missing(before, before, expected()) == []


@pytest.mark.parametrize(
    ("before", "now", "problem"),
    [
        (ACTIVE, STANDBY, "the VIP of shop has left"),
        (STANDBY, ACTIVE, "the VIP of shop has come here"),
        (STANDBY, UNFIT, "shop is in FAULT"),
        (STANDBY, standing("INIT"), "shop has not started"),
    ],
)
def test_a_state_that_the_change_does_not_explain_is_told(
    before: Standing, now: Standing, problem: str
) -> None:
    assert missing(before, now, expected()) == [problem]


def test_a_vip_may_come_and_go_if_the_change_says_so_but_not_into_fault() -> None:
    assert missing(ACTIVE, STANDBY, expected(TEXT, "shop")) == []
    assert missing(STANDBY, ACTIVE, expected(TEXT, "shop")) == []
    assert missing(STANDBY, UNFIT, expected(TEXT, "shop")) == ["shop is in FAULT"]


def test_a_vip_that_had_left_before_the_change_was_taken_back_need_not_return() -> None:
    assert missing(ACTIVE, STANDBY, expected(holding="nobody")) == []


def test_an_unfit_instance_may_recover_but_another_may_not_become_unfit() -> None:
    assert missing(UNFIT, STANDBY, expected()) == []
    assert missing(UNFIT, ACTIVE, expected()) == []


def test_the_cause_of_a_fault_is_told_if_keepalived_has() -> None:
    said = "(shop) entering FAULT state (tracked process haproxy quorum not achieved)"
    assert missing(STANDBY, UNFIT, expected(said=said)) == [f"shop is in FAULT: {said}"]


def test_a_new_instance_may_be_active_or_not_and_unfit_only_where_others_are() -> None:
    new = Standing(told(json_of(data("other", 3, [SHOP_LINE], 101))), frozenset())
    wanted = Expected(None, (), ())
    assert missing(Standing({}, frozenset()), new, wanted) == ["other is in FAULT"]
    assert missing(UNFIT, new, wanted) == []


def test_an_instance_under_another_name_is_known_by_its_number() -> None:
    renamed = TEXT.replace("shop", "store")
    assert missing(ACTIVE, standing("MASTER", PLACE, name="store"), expected(renamed)) == []
    gone = missing(ACTIVE, standing("BACKUP", name="store"), expected(renamed, holding="store"))
    assert gone == ["the VIP of store has left"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOTH, "keepalived has no instance other"),
        (edited("priority 254", "priority 9"), "keepalived does not have shop as its configuration says"),
        (edited("100/25", "98/25"), "keepalived does not have shop as its configuration says"),
    ],
)
def test_a_reload_that_was_not_taken_is_told(text: str, problem: str) -> None:
    assert missing(ACTIVE, ACTIVE, expected(text)) == [problem]


def test_an_instance_that_stayed_is_told() -> None:
    assert missing(ACTIVE, ACTIVE, expected("")) == ["keepalived still has an instance shop"]


def test_of_a_file_that_is_not_plain_the_states_are_compared_alone() -> None:
    assert missing(ACTIVE, ACTIVE, Expected(None, (), ["shop"])) == []
    assert missing(ACTIVE, STANDBY, Expected(None, (), ["shop"])) == ["the VIP of shop has left"]


def test_the_kernel_has_the_last_word_on_where_a_vip_is() -> None:
    believed = standing("MASTER", PLACE, line="203.0.113.100/25 dev vrrp.100@eth1 scope global set")
    assert missing(ACTIVE, believed, expected()) == [
        "203.0.113.100 is not on vrrp.100, as keepalived believes of shop",
        "203.0.113.100 is still on eth1, and no VIP there any more",
    ]
    assert missing(STANDBY, standing("BACKUP", PLACE), expected()) == [
        "203.0.113.100 is on eth1, though shop is in BACKUP"
    ]


def test_what_left_this_node_is_told_by_its_addresses() -> None:
    assert left(ACTIVE, STANDBY) == ["shop"]
    assert left(ACTIVE, standing("MASTER", PLACE, name="store")) == []
    assert left(STANDBY, STANDBY) == []
    assert left(ACTIVE, Standing(ACTIVE.told, frozenset({("vrrp.100", SHOP), ("eth1", OTHER)}))) == []


@pytest.mark.parametrize(
    "line",
    [
        "Cannot change nftables table name at a reload - please restart keepalived",
        "There are 1 missing '}'s or extra '{'s",
        "(Line 17) Unknown keyword 'foo'",
        "(Line 1) Config files missing '/nosuch/*.conf'.",
        "WARNING - interface nosuch1 for vrrp_instance other doesn't exist",
        "(Line 18) (shop) track script nope not found, ignoring...",
        "Disabling track script c since not found/accessible",
        "Script /nosuch/notify cannot be accessed - No such file or directory",
        "bind unicast_src 203.0.113.55 failed 99 - Cannot assign requested address",
        "Netlink: error: Network is unreachable(101), type=RTM_NEWROUTE(24), seq=1795643459, pid=0",
        "pid 19417 exited with permanent error CONFIG. Terminating",
        "pid 13039 exited due to segmentation fault (SIGSEGV).",
        "VRRP child process(13039) died: Respawning",
        "bind() error 98 (Address already in use)",
    ],
)
def test_what_keepalived_gives_up_is_a_complaint(line: str) -> None:
    assert complaints(["Reloading ...", line, line, "Reload complete"]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Configuration file /etc/keepalived/keepalived.conf",
        "NOTICE: setting config option max_auto_priority should result in better keepalived performance",
        "Printing VRRP as json for process(4670) on signal",
        "(shop) ip address 203.0.113.99/25 dev svc0, no longer exist",
        "(shop) received an unexpected ip number count 1, expected 2!",
        "Script user 'keepalived_script' does not exist",
        "Netlink: error: No such process(3), type=RTM_DELROUTE(25), seq=1795644538, pid=0",
        "use_vmac or no_accept/strict specified, but no firewall configured - using nftables",
        "Unknown VRID(7) received on interface(eth1). ignoring...",
        "(shop) Entering BACKUP STATE (init)",
    ],
)
def test_what_keepalived_says_every_day_is_none(line: str) -> None:
    assert complaints([line]) == []


def test_what_keepalived_has_complained_of_before_is_no_news() -> None:
    line = "(Line 4) Unknown keyword 'foo'"
    assert complaints(["(Line 9) Unknown keyword 'foo'", "missing '}'s"], [line]) == ["missing '}'s"]


@pytest.mark.parametrize("beginning", ["Reloading ...", "Starting Keepalived v2.3.3 (03/30,2025)"])
def test_what_was_said_of_files_that_were_taken_back_counts_when_it_is_said_again(beginning: str) -> None:
    line = "Netlink: error: Network is unreachable(101), type=RTM_NEWROUTE(24), seq=1795643459, pid=0"
    assert latest(["Starting Keepalived v2.3.3 (03/30,2025)", line]) == [
        "Starting Keepalived v2.3.3 (03/30,2025)",
        line,
    ]
    assert latest([line, "Reloading keepalived.service", beginning, "well"]) == [beginning, "well"]
    assert latest([line]) == [line]
