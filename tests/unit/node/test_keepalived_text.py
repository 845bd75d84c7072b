"""A keepalived.conf as blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vrrp_pair import BOTH, OTHER, SHOP, TEXT, edited

from evergate.node.keepalived_instance import instances
from evergate.node.keepalived_text import Block, parsed


def test_lines_and_blocks_are_found_by_their_first_words() -> None:
    config = parsed(TEXT)
    assert config.block("global_defs").value("router_id") == "lb1"
    assert config.block("vrrp_instance").words == ("vrrp_instance", "shop")
    assert config.block("vrrp_instance").block("unicast_peer").lines == (("203.0.113.12",),)
    assert (config.block("nothing"), config.value("nothing")) == (Block(), None)


@pytest.mark.parametrize(
    "text",
    [
        "a x {\n    b c\n}\n",
        "a x\n{\n b c\n}",
        "a x { b c }\n",
        "# why\na  x { ! and why not\n\n\tb c # how\n}\n",
        "a x {\n b c\n",
    ],
)
def test_comments_blanks_and_places_of_braces_do_not_matter(text: str) -> None:
    assert parsed(text) == Block(blocks=(Block(("a", "x"), (("b", "c"),)),))


def test_what_is_quoted_is_one_word_whatever_it_holds() -> None:
    assert parsed('script "/bin/a # { b"\n').lines == (("script", '"/bin/a # { b"'),)


@pytest.mark.parametrize("line", ["include more/*.conf", "@^lb2 priority 1", "priority $P", "~SEQ(1,5) a"])
def test_a_file_that_is_more_than_it_says_is_not_plain(line: str) -> None:
    assert parsed(TEXT).is_plain()
    assert not parsed(edited("nopreempt", line)).is_plain()


@given(st.text(alphabet="a{}\"#! \n'"))
def test_every_text_is_a_block(text: str) -> None:
    parsed(text).is_plain()


def test_instances_are_read_with_what_keepalived_takes_where_nothing_is_said() -> None:
    shop, other = instances(parsed(BOTH))
    assert (shop.name, shop.interface, shop.router_id, shop.priority) == ("shop", "eth1", "100", 254)
    assert (shop.preempts, shop.version, shop.advert_int, shop.missed) == (False, "3", 0.1, 3)
    assert (shop.is_unicast, shop.source, shop.family) == (True, "203.0.113.11", 4)
    assert ({*shop.vips}, {*other.vips}) == ({SHOP}, {OTHER})
    (bare,) = instances(parsed("vrrp_instance a {\n priority high\n virtual_ipaddress {\n $VIP\n }\n}\n"))
    assert (bare.priority, bare.version, bare.preempts, bare.vips) == (100, "2", True, {})
