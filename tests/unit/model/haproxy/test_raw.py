from __future__ import annotations

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.raw import RawSection


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("global", "haproxy_global.extra"),
        ("defaults", "haproxy_defaults.extra"),
        ("backnd x", "did you mean 'backend'?"),
        ("backend", "a keyword and a name"),
        ("backend evergate", "another name"),
        ("frontend evergate_stats", "another name"),
        ("backend x # y", "a keyword and a name"),
        ("backend x\nglobal", "one line"),
        ('"backend" x', "a keyword and a name"),
    ],
)
def test_a_header_opens_one_section_of_another_name_than_ours(header: str, hint: str) -> None:
    with pytest.raises(InvalidData) as caught:
        RawSection.from_data({"header": header, "lines": ["mode http"]}, "x")
    assert caught.value.problems[0].path == "x.header"
    assert hint in caught.value.problems[0].hint


def test_a_line_opens_no_section() -> None:
    with pytest.raises(InvalidData) as caught:
        RawSection.from_data({"header": "backend x", "lines": ["frontend y"]}, "x")
    assert caught.value.problems[0].path == "x.lines[0]"


def test_a_section_has_lines() -> None:
    with pytest.raises(InvalidData) as caught:
        RawSection.from_data({"header": "backend x"}, "x")
    assert caught.value.problems[0].path == "x.lines"


def test_kind_and_name_can_be_asked_for() -> None:
    section = RawSection.from_data({"header": "backend x from y", "lines": ["mode http"]})
    assert (section.kind, section.name) == ("backend", "x")
