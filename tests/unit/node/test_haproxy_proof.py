"""Servers before and after a change: what is less, and what does not count."""

from __future__ import annotations

import pytest

from evergate.node.haproxy_proof import Findings, judge, seconds, slowest_check, wanted
from evergate.node.haproxy_text import sections
from evergate.node.runtime import ServerState

States = dict[tuple[str, str], ServerState]
UP = ServerState("UP", "L7OK", 0, 1)
DOWN = ServerState("DOWN", "L4CON", 0, 1, "Connection refused")
UNRESOLVED = ServerState("MAINT (resolution)", "", 0, 1)
SHOP = ("shop/app1", "shop/app2", "shop/app3")


def states(**of_status: str) -> States:
    """Return servers by their status: `UP="shop/app1 shop/app2"`; `INI` is up and not yet checked."""
    kinds = {
        "UP": UP,
        "DOWN": DOWN,
        "UNRESOLVED": UNRESOLVED,
        "INI": ServerState("UP", "INI", 0, 1),
        "FAILING": ServerState("UP 1/2", "L4CON", 0, 1),
        "COMING": ServerState("DOWN 1/2", "L7OK", 0, 1),
        "MAINT": ServerState("MAINT", "", 0, 1),
        "DRAIN": ServerState("DRAIN", "L7OK", 0, 1),
        "UNASKED": ServerState("no check", "", 0, 1),
    }
    found: States = {}
    for status, places in of_status.items():
        for place in places.split():
            backend, _, name = place.partition("/")
            found[backend, name] = kinds[status]
    return found


def config(*places: str, more: str = "") -> str:
    """Return a configuration with the servers, each checked."""
    backends = dict.fromkeys(place.partition("/")[0] for place in places)
    return more + "".join(
        f"backend {backend}\n"
        + "".join(
            f"  server {place.partition('/')[2]} 203.0.113.1:80 check\n"
            for place in places
            if place.startswith(f"{backend}/")
        )
        for backend in backends
    )


def found(before: States, now: States, text: str) -> Findings:
    return judge(before, now, wanted(sections(text)))


ALL_UP = states(UP=" ".join(SHOP))


def test_as_many_servers_up_as_before_are_enough() -> None:
    assert found(ALL_UP, ALL_UP, config(*SHOP)) == Findings((), ())


@pytest.mark.parametrize("status", ["DOWN", "FAILING", "COMING"])
def test_a_server_less_is_named_with_what_its_check_found(status: str) -> None:
    (missing,) = found(
        ALL_UP, states(UP="shop/app1 shop/app2", **{status: "shop/app3"}), config(*SHOP)
    ).missing
    assert missing.startswith("backend shop has 2 servers up, 3 before: app3 ")


def test_the_message_has_haproxys_words() -> None:
    now = states(UP="shop/app1 shop/app2", DOWN="shop/app3")
    assert found(ALL_UP, now, config(*SHOP)).missing == (
        "backend shop has 2 servers up, 3 before: app3 DOWN, L4CON Connection refused",
    )


def test_one_that_was_down_before_does_not_count() -> None:
    before = states(UP="shop/app1 shop/app2", DOWN="shop/app3")
    assert not found(before, before, config(*SHOP)).missing


@pytest.mark.parametrize("status", ["MAINT", "DRAIN"])
def test_one_that_an_operator_takes_out_meanwhile_does_not_count(status: str) -> None:
    now = states(UP="shop/app1 shop/app2", **{status: "shop/app3"})
    assert not found(ALL_UP, now, config(*SHOP)).missing


def test_one_that_the_configuration_takes_away_or_disables_does_not_count() -> None:
    now = states(UP="shop/app1 shop/app2")
    assert not found(ALL_UP, now, config(*SHOP[:2])).missing
    text = config(*SHOP[:2]) + "  server app3 203.0.113.3:80 check disabled\n"
    assert not found(ALL_UP, now | states(MAINT="shop/app3"), text).missing


def test_a_new_server_may_be_down_but_has_to_be_checked() -> None:
    assert not found(ALL_UP, ALL_UP | states(DOWN="shop/app4"), config(*SHOP, "shop/app4")).missing
    assert not found(ALL_UP, ALL_UP | states(UNASKED="shop/app4"), config(*SHOP, "shop/app4")).missing
    assert found(ALL_UP, ALL_UP | states(INI="shop/app4"), config(*SHOP, "shop/app4")).missing == (
        "shop/app4 has not been checked yet",
    )


def test_a_server_that_takes_anothers_place_has_to_be_up() -> None:
    now = states(UP="shop/app1 shop/app2", DOWN="shop/app4")
    (missing,) = found(ALL_UP, now, config(*SHOP[:2], "shop/app4")).missing
    assert missing == "backend shop has 2 servers up, 3 before: app4 DOWN, L4CON Connection refused"


def test_a_server_without_an_address_is_told_by_name() -> None:
    assert found(ALL_UP, ALL_UP | states(UNRESOLVED="far/a"), config(*SHOP, "far/a")).missing == (
        "far/a has no address: its name cannot be resolved",
    )


def test_one_that_had_no_address_before_does_not_count() -> None:
    before = states(UNRESOLVED="far/a")
    assert not found(before, before, config("far/a")).missing


def test_of_a_template_one_server_with_an_address_is_enough() -> None:
    text = "backend far\n  server-template t 3 a.example:80 check\n"
    one = states(UP="far/t1", UNRESOLVED="far/t2 far/t3")
    assert not found({}, one, text).missing
    assert found({}, states(UNRESOLVED="far/t1 far/t2 far/t3"), text).missing == (
        "far/t1 has no address: its name cannot be resolved",
    )


def test_servers_from_the_file_of_states_are_told_until_they_are_checked_again() -> None:
    now = states(UP="shop/app1 shop/app2", INI="shop/app3")
    assert found(ALL_UP, now, config(*SHOP)) == Findings((), ("shop/app3",))
    assert found(now, now, config(*SHOP)) == Findings((), ())


def test_a_new_backend_may_be_down() -> None:
    assert not found(ALL_UP, ALL_UP | states(DOWN="new/a"), config(*SHOP, "new/a")).missing


def test_a_new_backend_that_comes_while_another_goes_may_not() -> None:
    findings = found(ALL_UP, states(DOWN="store/a"), config("store/a"))
    assert findings.missing == (
        "backend store is new, shop is gone, and no server is up: a DOWN, L4CON Connection refused",
    )
    assert findings.dead


def test_a_backend_without_any_server_left_is_not_waited_for() -> None:
    places = " ".join(SHOP)
    assert found(ALL_UP, states(DOWN=places), config(*SHOP)).dead
    assert not found(ALL_UP, states(DOWN=places) | states(COMING="shop/app1"), config(*SHOP)).dead
    assert not found(ALL_UP, states(DOWN=places) | states(UP="shop/app1"), config(*SHOP)).dead


def test_a_backend_whose_names_are_being_resolved_is_waited_for_a_while() -> None:
    down = states(DOWN="shop/app1 shop/app2")
    unresolved = {("shop", "app3"): ServerState("MAINT (resolution)", "", 0, 1)}
    findings = found(ALL_UP, down | unresolved, config(*SHOP))
    assert (findings.dead, findings.nameless) == (False, True)
    assert findings.missing


@pytest.mark.parametrize(
    ("text", "found"), [("300ms", 0.3), ("2s", 2), ("1500", 1.5), ("1m", 60), ("", 2), ("often", 2)]
)
def test_durations_are_seconds(text: str, found: float) -> None:
    assert seconds(text) == pytest.approx(found)


def test_the_slowest_check_is_of_those_that_are_made() -> None:
    text = "defaults\n  default-server inter 300ms\nbackend b\n  server a 203.0.113.1:80{}\n"
    assert slowest_check(sections(text.format(" check"))) == pytest.approx(0.3)
    assert slowest_check(sections(text.format(" check inter 4s"))) == pytest.approx(4)
    assert slowest_check(sections(text.format(""))) == 0
