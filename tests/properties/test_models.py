"""What holds for every configuration that the models accept, whatever it is."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

import strategies
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.render.haproxy import config as haproxy

bounded = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TEXT = st.text(st.sampled_from("a'\"\\#$%{}[]() \n\r\t\x00\x1b\x7f\u2028ü"), min_size=1, max_size=20)


def rendered(data: strategies.Data) -> list[str]:
    """Return the lines of haproxy.cfg."""
    return haproxy.render(HaproxyConfig.from_data(data)).split("\n")


@bounded
@given(strategies.configs("3.0"))
def test_the_same_data_renders_to_the_same_bytes(data: strategies.Data) -> None:
    assert rendered(deepcopy(data)) == rendered(data)


@bounded
@given(strategies.configs("3.0"))
def test_every_server_stands_there_once(data: strategies.Data) -> None:
    config = HaproxyConfig.from_data(data)
    lines = Counter(line.split()[1] for line in rendered(data) if line.strip().startswith("server "))
    servers = [
        each.name
        for section in (*config.backends, *config.listens)
        for each in section.serving(config.members_of(section.group or ""))
    ]
    relays = [each.name for ring in config.rings for each in ring.servers]
    assert lines == Counter([*servers, *relays])


def _texts(text: str) -> strategies.Data:
    """Return the smallest configuration with one text wherever an operator may write any."""
    found = deepcopy(strategies.base())
    found["maps"][0]["entries"] = {"a.example": "static"}
    found["global"] = {"description": text, "setenv": {"A": text}}
    found["frontends"][0]["http_request"] = [
        {"action": "set-header", "name": "X-A", "format": text},
        {"action": "return", "status": 200, "content_type": "text/plain", "string": text, "if": "METH_GET"},
    ]
    found["frontends"][0]["acls"] = [{"name": "a", "header": "X-A", "values": [text]}]
    found["backends"][0]["check"] = {"body": text, "expect_string": text}
    return found


@settings(bounded, max_examples=150)
@given(TEXT)
def test_a_text_changes_no_line_but_its_own(text: str) -> None:
    usual = rendered(_texts("plain"))
    try:
        hostile = rendered(_texts(text))
    except InvalidData:
        return
    assert len(hostile) == len(usual)
    for before, after in zip(usual, hostile, strict=True):
        assert after == before or "plain" in before
        if after != before:
            assert after.startswith(before.partition("plain")[0].rstrip("'"))


@settings(bounded, max_examples=150)
@given(TEXT)
def test_a_text_with_a_control_character_is_refused(text: str) -> None:
    assume(not text.isprintable())
    assert rendered(_texts("plain"))
    try:
        rendered(_texts(text))
    except InvalidData:
        return
    raise AssertionError(f"{text!r} was accepted")


@bounded
@given(st.integers(2, 6), st.integers(0, 5), st.booleans())
def test_one_member_has_the_highest_priority(count: int, first: int, chosen: bool) -> None:
    members = [{"name": f"lb{number}", "address": f"203.0.113.{number + 10}"} for number in range(count)]
    preferred = members[first % count]["name"]
    instance = {"name": "shop", "interface": "eth0", "vips": ["203.0.113.100/24"]}
    config = KeepalivedConfig.from_data(
        {
            "node": "lb0",
            "members": members,
            "instances": [instance | ({"preferred": preferred} if chosen else {})],
        }
    )
    priorities = [config.priority(config.instances[0], each["name"]) for each in members]
    assert len(set(priorities)) == count
    expected = preferred if chosen else "lb0"
    assert members[priorities.index(max(priorities))]["name"] == expected
