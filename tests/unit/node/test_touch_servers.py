"""Servers that come, go and change, by HAProxy's runtime API or by a reload."""

from __future__ import annotations

import pytest
from touched import APP2, APP3, PLAIN, TEXT, between, edited, why, with_line, words


def test_a_new_server_comes_with_what_the_defaults_say_and_with_its_checks() -> None:
    touch = between(TEXT, TEXT + APP3)
    assert words(touch) == [
        "add server shop/app3 203.0.113.23:8080 inter 300ms fall 2 check",
        "enable health shop/app3",
        "enable server shop/app3",
    ]
    assert touch.reasons == ("server app3 of backend shop is new",)


def test_a_new_server_without_checks_gets_none() -> None:
    assert words(between(TEXT, TEXT + "    server app3 [2001:db8::23]:80 weight 5 no-check\n")) == [
        "add server shop/app3 [2001:db8::23]:80 inter 300ms fall 2 weight 5",
        "enable server shop/app3",
    ]


def test_a_new_server_that_is_disabled_is_not_enabled() -> None:
    assert words(between(TEXT, TEXT + APP3.replace("check", "check disabled"))) == [
        "add server shop/app3 203.0.113.23:8080 inter 300ms fall 2 check disabled",
        "enable health shop/app3",
    ]


def test_what_was_enabled_by_default_is_not_said_to_a_new_server() -> None:
    # HAProxy 3.0 no longer takes "enabled" from a new server.
    assert "enabled" not in words(between(TEXT, TEXT + APP3.replace("check", "check enabled")))[0]


def test_a_new_server_may_stand_before_the_others() -> None:
    assert words(edited("    server app1", APP3 + "    server app1"))[-1] == "enable server shop/app3"


@pytest.mark.parametrize(
    "own",
    [
        "cookie app3",  # 2.6
        "tcp-ut 4s",
        "resolvers dns",
        "track app1",
        "agent-check",
        "id 7",
        "source 203.0.113.1",
        "on-marked-up shutdown-backup-sessions",
    ],
)
def test_a_new_server_that_says_more_than_a_running_haproxy_takes_is_for_a_reload(own: str) -> None:
    reason = why(between(TEXT, TEXT + APP3.replace("check", f"check {own}")))
    assert reason.startswith(f"server app3 of backend shop is new, and '{own.split()[0]}' is nothing for")


def test_what_the_defaults_say_counts_as_if_the_new_server_said_it() -> None:
    text = TEXT.replace("inter 300ms", "tcp-ut 5s")
    assert "'tcp-ut'" in why(between(text, text + APP3))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("server app3 app3.example:80", "no IP address"),
        ("server app3 203.0.113.23", "no IP address"),
        ("server app3 203.0.113.23:80 agent-send 'a b'", "not understood"),
    ],
)
def test_a_new_server_that_is_not_plain_is_for_a_reload(line: str, problem: str) -> None:
    assert problem in why(between(TEXT, f"{TEXT}    {line}\n"))


@pytest.mark.parametrize("balance", ["source", "uri depth 2", "static-rr", "first", "hash src", "hdr(X-A)"])
def test_where_servers_are_known_by_their_numbers_none_comes_or_goes_without_a_reload(balance: str) -> None:
    text = TEXT.replace("roundrobin", balance)
    assert "depends on the servers' numbers" in why(between(text, text + APP3))
    assert "depends on the servers' numbers" in why(between(text + APP3, text))


@pytest.mark.parametrize("balance", ["leastconn", "random", "random(3)"])
def test_where_servers_are_known_by_their_load_they_come_and_go(balance: str) -> None:
    text = TEXT.replace("roundrobin", balance)
    assert between(text, text + APP3).kind == "runtime"


def test_without_a_word_haproxy_balances_roundrobin_and_the_defaults_may_have_one() -> None:
    text = TEXT.replace("    balance roundrobin\n", "")
    assert between(text, text + APP3).kind == "runtime"
    text = text.replace("mode http\n", "mode http\n    balance source\n")
    assert between(text, text + APP3).kind == "reload"


@pytest.mark.parametrize(
    "line",
    ["dispatch 203.0.113.9:80", "option transparent", "option external-check", "cookie A insert dynamic"],
)
def test_a_backend_may_be_none_to_add_servers_to(line: str) -> None:
    assert between(with_line(line), with_line(line) + APP3).kind == "reload"


def test_a_section_that_listens_itself_has_servers_too() -> None:
    text = TEXT.replace("backend shop", "listen shop")
    assert between(text, text + APP3).reasons == ("server app3 of listen shop is new",)


def test_a_server_of_another_kind_of_section_is_a_line_like_others() -> None:
    text = "ring siem\n    server one 203.0.113.52:6514\n"
    assert why(between(text, text.replace("52", "53"))).startswith("ring siem: a line 'server' differs")


def test_a_server_template_is_a_line_like_others() -> None:
    text = TEXT + "    server-template t 3 app.example:80\n"
    assert "'server-template'" in why(between(text, text.replace("t 3", "t 4")))


def test_a_server_that_goes_is_out_of_use_at_once_and_deleted_when_it_is_idle() -> None:
    touch = between(TEXT + APP3, TEXT)
    assert words(touch) == ["set server shop/app3 state maint", "del server shop/app3"]
    assert [command.when_idle for command in touch.commands] == [None, "shop/app3"]


def test_whoever_has_to_wait_waits_last() -> None:
    text = PLAIN + "backend two\n    server app1 203.0.113.31:80\n"
    touch = between(text, text.replace(APP2, APP3).replace("203.0.113.31", "203.0.113.32"))
    assert [command.split(" ", 1)[0] for command in words(touch)][-3:] == ["set", "set", "del"]
    assert touch.commands[-1].when_idle == "shop/app2"


@pytest.mark.parametrize("own", ["agent-check", "track app1", "on-marked-down shutdown-sessions"])
def test_a_server_that_cannot_go_quietly_goes_with_a_reload(own: str) -> None:
    assert f"'{own.split()[0]}" in why(between(TEXT + APP3.replace("check", own), TEXT))


def test_a_server_with_a_cookie_can_go() -> None:
    assert between(TEXT + APP3.replace("check", "check cookie app3"), TEXT).kind == "runtime"


def test_servers_in_another_order_ask_for_nothing_where_it_does_not_matter() -> None:
    first, second = TEXT.splitlines(keepends=True)[-2:]
    assert edited(first + second, second + first).kind == "none"


def test_servers_in_another_order_take_a_reload_where_they_are_known_by_their_numbers() -> None:
    text = TEXT.replace("roundrobin", "first")
    first, second = text.splitlines(keepends=True)[-2:]
    assert "the order of its servers" in why(edited(first + second, second + first, text))


def test_the_first_backup_is_the_one_that_is_used_so_a_new_one_before_it_takes_a_reload() -> None:
    text = TEXT + APP3.replace("check", "backup")
    backup = APP3.replace("check", "backup").replace("app3", "app4")
    assert between(text, text + backup).kind == "runtime"
    assert "the order of its backup servers" in why(between(text, TEXT + backup + text.removeprefix(TEXT)))


def test_a_weight_goes_without_a_reload_and_is_one_by_default() -> None:
    assert words(edited(APP2, APP2.replace("check", "check weight 7"))) == ["set server shop/app2 weight 7"]
    text = TEXT.replace(APP2, APP2.replace("check", "check weight 7"))
    assert words(between(text, TEXT)) == ["set server shop/app2 weight 1"]
    assert between(TEXT, TEXT.replace(APP2, APP2.replace("check", "check weight 1"))).kind == "none"


def test_a_weight_is_set_before_a_reload_too_or_the_saved_one_comes_back() -> None:
    new = APP2.replace("check", "check weight 7 inter 2s")
    touch = edited(APP2, new)
    assert why(touch) == "server app2 of backend shop: inter differs, which takes a reload"
    assert [command.words for command in touch.before_reload] == ["set server shop/app2 weight 7"]


@pytest.mark.parametrize(
    ("balance", "kind"),
    [("static-rr", "reload"), ("source", "reload"), ("source\n    hash-type consistent", "runtime")],
)
def test_a_static_algorithm_has_fixed_weights(balance: str, kind: str) -> None:
    text = TEXT.replace("roundrobin", balance)
    assert edited(APP2, APP2.replace("check", "check weight 7"), text).kind == kind


def test_an_address_goes_without_a_reload() -> None:
    assert words(edited("203.0.113.22:8080", "[2001:db8::22]:81")) == [
        "set server shop/app2 addr 2001:db8::22 port 81"
    ]


def test_an_address_that_is_checked_too_rarely_to_be_proved_takes_a_reload() -> None:
    text = TEXT.replace(APP2, APP2.replace("check", "check inter 30s"))
    assert "too rare" in why(edited("203.0.113.22", "203.0.113.24", text))


def test_a_name_instead_of_an_address_takes_a_reload() -> None:
    assert "no IP address" in why(edited("203.0.113.22:8080", "app2.example:8080"))


def test_an_address_that_a_cookie_or_a_hash_is_made_of_takes_a_reload() -> None:
    text = with_line("cookie A insert dynamic")
    assert "a hash or a cookie" in why(edited("203.0.113.22", "203.0.113.24", text))
    text = TEXT.replace(APP2, APP2.replace("check", "check hash-key addr"))
    assert "a hash or a cookie" in why(edited("203.0.113.22", "203.0.113.24", text))


def test_a_server_is_disabled_without_a_reload() -> None:
    touch = edited(APP2, APP2.replace("check", "check disabled"))
    assert words(touch) == ["set server shop/app2 state maint"]


def test_a_server_is_disabled_by_a_reload_where_maintenance_cuts_connections() -> None:
    text = TEXT.replace(APP2, APP2.replace("check", "check on-marked-down shutdown-sessions"))
    assert "cut" in why(edited("sessions\n", "sessions disabled\n", text))


def test_a_server_is_enabled_without_a_reload_where_no_states_are_kept() -> None:
    text = PLAIN.replace(APP2, APP2.replace("check", "check disabled"))
    assert words(between(text, PLAIN)) == ["set server shop/app2 state ready"]
    text = with_line("load-server-state-from-file none")
    assert (
        edited(" disabled", "", text.replace(APP2, APP2.replace("check", "check disabled"))).kind == "runtime"
    )


def test_a_server_is_enabled_by_a_reload_where_states_are_kept_and_is_made_ready_before() -> None:
    touch = between(TEXT.replace(APP2, APP2.replace("check", "check disabled")), TEXT)
    assert "who is in maintenance" in why(touch)
    assert [command.words for command in touch.before_reload] == ["set server shop/app2 state ready"]


def test_a_server_whose_coming_cuts_connections_is_enabled_by_a_reload() -> None:
    own = "check disabled on-marked-up shutdown-backup-sessions"
    assert "cut" in why(edited(" disabled", "", PLAIN.replace(APP2, APP2.replace("check", own))))


def test_any_other_parameter_of_a_server_takes_a_reload() -> None:
    new = APP2.replace("check", "check rise 3 inter 1s")
    assert why(edited(APP2, new)) == "server app2 of backend shop: inter, rise differ, which takes a reload"


def test_another_default_server_takes_a_reload() -> None:
    assert "'default-server' differs" in edited("fall 2", "fall 3").reasons[0]
    assert edited("fall 2", "fall 3").kind == "reload"


@pytest.mark.parametrize("own", ["agent-check", "track app1"])
def test_what_also_sets_a_servers_state_is_not_interfered_with(own: str) -> None:
    text = TEXT.replace(APP2, APP2.replace("check", own))
    for new in (f"{own} weight 7", f"{own} disabled"):
        assert "also sets its state" in why(edited(own, new, text))


def test_a_line_that_is_not_understood_may_stay_but_not_change() -> None:
    text = TEXT.replace(APP2, APP2.replace("check", "check frobnicate 'a b'"))
    assert between(text, text + APP3).kind == "runtime"
    assert "not understood" in why(edited("frobnicate", "frobnicate weight 7", text))


def test_an_unusual_name_takes_a_reload() -> None:
    assert "unusual" in why(between(TEXT, TEXT + APP3.replace("app3", "app/3")))
