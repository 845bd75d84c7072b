"""What a change asks of HAProxy: nothing, the runtime API, or a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from touched import APP3, CONFIG, MAP, TEXT, between, edited, why, words

from evergate.node.least_touch import least_touch
from evergate.node.touch import Touch

GOLDEN = sorted(Path(__file__).parents[2].glob("golden/*/haproxy.cfg"))


def test_the_same_files_ask_for_nothing() -> None:
    assert between(TEXT, TEXT) == Touch("none")


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_a_rendered_file_asks_for_nothing_beside_itself_and_for_a_reload_beside_none(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert between(text, text).kind == "none"
    assert between("", text).kind == "reload"


@given(st.text(), st.text())
def test_every_two_texts_have_an_answer(before: str, after: str) -> None:
    touch = between(before, after)
    assert (touch.kind == "runtime") == bool(touch.commands)


def test_comments_and_blank_lines_ask_for_nothing() -> None:
    assert edited("# Managed\n", "# Managed by someone else\n\n").kind == "none"


def test_another_line_takes_a_reload_and_is_named() -> None:
    assert why(edited("203.0.113.100:443", "203.0.113.100:444")) == (
        "frontend shop: a line 'bind' differs, which takes a reload"
    )


def test_a_line_that_moved_takes_a_reload() -> None:
    moved = edited(
        "    balance roundrobin\n    option httpchk\n", "    option httpchk\n    balance roundrobin\n"
    )
    assert why(moved) == "backend shop: the order of its lines differs, which takes a reload"


def test_a_section_that_came_or_went_takes_a_reload() -> None:
    assert why(between(TEXT, TEXT + "backend api\n")) == "backend api is new, which takes a reload"
    assert why(between(TEXT + "backend api\n", TEXT)) == "backend api is gone, which takes a reload"


def test_sections_in_another_order_take_a_reload() -> None:
    assert "order of the sections" in why(between("backend a\nbackend b\n", "backend b\nbackend a\n"))


def test_one_difference_that_takes_a_reload_takes_the_others_along() -> None:
    both = edited("    option httpchk\n", "    option httpchk\n    retries 2\n" + APP3)
    assert why(both) == "backend shop: a line 'retries' differs, which takes a reload"


def test_what_may_not_hold_at_all_takes_a_reload() -> None:
    text = TEXT + "    .if defined(X)\n" + APP3 + "    .endif\n"
    assert (
        why(between(text, text.replace("app3", "app4"))) == "haproxy.cfg has conditions, which takes a reload"
    )


def test_the_configuration_may_lie_elsewhere() -> None:
    assert least_touch({"/x": TEXT}, {"/x": TEXT + APP3}, "/x").kind == "runtime"


def test_files_come_before_servers() -> None:
    before, after = {CONFIG: TEXT, MAP: "a b\n"}, {CONFIG: TEXT + APP3, MAP: "a c\n"}
    assert words(least_touch(before, after))[0] == f"prepare map {MAP}"
