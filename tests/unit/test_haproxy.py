from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.haproxy import render
from evergate.model.haproxy import HaproxyConfig


def data(
    backend: dict[str, object] | None = None, frontend: dict[str, object] | None = None
) -> dict[str, Any]:
    return {
        "frontends": [
            {"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"} | (frontend or {})
        ],
        "backends": [{"name": "shop", "group": "app_servers", "port": 8080} | (backend or {})],
        "vips": [{"name": "shop", "vips": ["203.0.113.100/24", "2001:db8:113::100/64"]}],
        "groups": {"app_servers": [{"name": "app1", "address": "203.0.113.21"}]},
    }


def lines(data: dict[str, Any]) -> list[str]:
    return [line.strip() for line in render(HaproxyConfig.from_data(data)).splitlines()]


def test_a_frontend_binds_every_address_of_its_vip() -> None:
    assert [line for line in lines(data()) if ":80" in line and line.startswith("bind")][-2:] == [
        "bind 203.0.113.100:80",
        "bind [2001:db8:113::100]:80",
    ]


def test_only_requests_that_are_safe_to_repeat_are_repeated_in_every_backend() -> None:
    rendered = lines(data())
    guards = [
        line for line in rendered if line == "http-request disable-l7-retry unless METH_GET or METH_HEAD"
    ]
    assert len(guards) == len([line for line in rendered if line.startswith("backend ")])


def test_a_path_that_would_begin_a_comment_is_quoted() -> None:
    check = {"path": "/a'#\"$x", "host": "shop.example"}
    assert r"http-check send meth GET uri '/a'\''#" + '"$x' + "' hdr Host shop.example" in lines(
        data({"check": check})
    )


def test_extra_lines_stand_in_their_section() -> None:
    text = render(
        HaproxyConfig.from_data(data({"extra": ["option nolinger"]}, {"extra": ["option http-no-delay"]}))
    )
    sections = {section.split("\n")[0]: section for section in text.split("\n\n")}
    assert "    option http-no-delay\n" in sections["frontend shop"]
    assert "    option nolinger\n" in sections["backend shop"]


@given(count=st.integers(1, 60))
def test_each_server_stands_exactly_once(count: int) -> None:
    group = [{"name": f"app{index}", "address": f"203.0.113.{index}"} for index in range(1, count + 1)]
    rendered = lines(data() | {"groups": {"app_servers": group}})
    servers = [line for line in rendered if line.startswith("server ")]
    assert servers == [f"server {host['name']} {host['address']}:8080 check" for host in group]


@pytest.mark.parametrize("key", ["name", "vip", "default_backend", "port", "extra"])
@given(text=st.text(st.characters(codec="utf-8")))
def test_no_text_starts_a_line_of_its_own(key: str, text: str) -> None:
    plain = len(lines(data(frontend={"extra": ["option nolinger"]})))
    value: object = [text] if key == "extra" else text
    changed = {"extra": ["option nolinger"], key: value}
    try:
        rendered = render(HaproxyConfig.from_data(data(frontend=changed)))
    except InvalidData:
        return
    assert len(rendered.splitlines()) == plain
    assert len([line for line in rendered.splitlines() if line and not line.startswith(" ")]) == 6
