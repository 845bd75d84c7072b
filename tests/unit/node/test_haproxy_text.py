"""A haproxy.cfg as sections, lines and servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.node.haproxy_text import defaults_of, sections
from evergate.node.server_line import Server, servers

GOLDEN = sorted(Path(__file__).parents[2].glob("golden/*/haproxy.cfg"))
TEXT = """\
# Managed by Ansible
global
    log /dev/log local0

defaults
    default-server inter 1s fall 2
    # A comment
    balance leastconn

backend shop
    default-server weight 5
    server app1 203.0.113.21:8080 check
    default-server weight 7 no-check
    server app2 [2001:db8::22]:8080 inter 2s
"""


def settings(words: str) -> dict[str, str] | None:
    found = Server("app1", "203.0.113.21:80", tuple(words.split())).settings
    return None if found is None else dict(found)


def test_a_text_is_its_sections_without_comments_and_blank_lines() -> None:
    first, second, third = sections(TEXT)
    assert (first.head, first.lines) == ("global", ("log /dev/log local0",))
    assert (second.kind, second.name) == ("defaults", "")
    assert second.lines == ("default-server inter 1s fall 2", "balance leastconn")
    assert (third.kind, third.name, len(third.lines)) == ("backend", "shop", 4)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_every_line_of_a_rendered_file_is_in_a_section(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
    assert [line for each in sections(text) for line in (each.head, *each.lines)] == lines


@given(st.text())
def test_every_text_has_sections_or_none(text: str) -> None:
    for each in sections(text):
        assert each.kind
        assert servers(each, each) is not None


def test_a_section_begins_at_its_keyword_even_if_that_is_indented() -> None:
    assert [each.head for each in sections("  backend a\n  server x 1\n  frontend b\n")] == [
        "backend a",
        "frontend b",
    ]


def test_what_stands_before_the_first_section_is_left_out() -> None:
    assert sections("    maxconn 4\n") == ()


def test_the_last_of_several_lines_holds() -> None:
    (section,) = sections("backend a\n  balance first\n  balance-not x\n  balance leastconn\n")
    assert section.last("balance") == "balance leastconn"
    assert section.last("cookie") is None


def test_the_defaults_of_a_section_are_the_last_before_it() -> None:
    text = "defaults one\n mode tcp\nbackend a\ndefaults two\n mode http\nbackend b from one\nbackend c\n"
    every = sections(text)
    assert [defaults_of(every, place).name for place in (1, 3, 4)] == ["one", "one", "two"]


def test_without_defaults_there_are_empty_ones() -> None:
    assert defaults_of(sections("backend a\n"), 0).lines == ()


def test_a_server_has_what_the_default_servers_before_it_say() -> None:
    every = sections(TEXT)
    app1, app2 = servers(every[2], every[1]).values()
    assert app1.settings == {"inter": "1s", "fall": "2", "weight": "5", "check": ""}
    assert app2.settings == {"inter": "2s", "fall": "2", "weight": "7"}


def test_the_last_of_two_settings_holds_and_a_switch_can_be_taken_back() -> None:
    assert settings("inter 1s backup disabled check inter 2s no-backup enabled") == {
        "inter": "2s",
        "check": "",
    }
    assert settings("non-stick no-ssl-reuse stick ssl-reuse") == {}


@pytest.mark.parametrize(
    "words", ["check 'inter'", "frobnicate", "weight", "sni str(\\x)", "check # why", "a;b"]
)
def test_what_is_quoted_or_unknown_is_not_understood(words: str) -> None:
    assert settings(words) is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.21:80", ("203.0.113.21", 80)),
        ("[2001:db8::1]:80", ("2001:db8::1", 80)),
        ("203.0.113.21", None),
        ("app.example:80", None),
        ("203.0.113.21:+80", None),
        ("203.0.113.999:80", None),
        ("/run/app.sock", None),
    ],
)
def test_a_place_is_an_ip_address_with_a_port(address: str, place: tuple[str, int] | None) -> None:
    assert Server("app1", address, ()).place == place
