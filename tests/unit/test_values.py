from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate import values
from evergate.errors import InvalidData
from evergate.reading import Parser


def refusal(parse: Parser[object], value: object) -> tuple[str, str]:
    """Return problem and hint of a value that must be refused, checking that it is told by itself."""
    with pytest.raises(InvalidData) as caught:
        parse(value, "here")
    (problem,) = caught.value.problems
    assert problem.path == "here"
    assert problem.value is value
    return problem.problem, problem.hint


@pytest.mark.parametrize(
    ("parse", "value", "parsed"),
    [
        (values.text, "grüß dich", "grüß dich"),
        (values.name, "app1.example-2_x:y", "app1.example-2_x:y"),
        (values.url_path, "/healthz?a=1#b", "/healthz?a=1#b"),
        (values.host_header, "shop.example:8080", "shop.example:8080"),
        (values.host_header, "[2001:db8:113::100]:80", "[2001:db8:113::100]:80"),
        (values.interface_name, "eth0.100", "eth0.100"),
        (values.port, 1, 1),
        (values.port, "65535", 65535),
        (values.boolean, True, True),
        (values.boolean, "No", False),
        (values.boolean, "yes", True),
        (values.seconds(0.01, 40.95), 0.01, 0.01),
        (values.seconds(0.01, 40.95), "40.95", 40.95),
        (values.seconds(0, 10), 1, 1.0),
        (values.duration, "250ms", "250ms"),
        (values.duration, "24d", "24d"),
        (values.choice("first", "last"), "last", "last"),
        (values.address, "2001:db8:113::11", ip_address("2001:db8:113::11")),
    ],
)
def test_good_values_are_returned_typed(parse: Parser[object], value: object, parsed: object) -> None:
    assert parse(value, "here") == parsed
    assert type(parse(value, "here")) is type(parsed)


@pytest.mark.parametrize(
    ("parse", "value", "problem"),
    [
        (values.text, 5, "'5' is not a text"),
        (values.text, "  ", "is empty"),
        (values.text, "a\nb", r"'a\nb' holds a line break or another control character"),
        (values.text, "a\tb", r"'a\tb' holds a line break or another control character"),
        (values.text, "a\u2028b", "'a\\u2028b' holds a line break or another control character"),
        (values.name, "-shop", "'-shop' is not a name"),
        (values.name, "shöp", "'shöp' is not a name"),
        (values.name, "shop{", "'shop{' is not a name"),
        (values.name, "x" * 64, "'" + "x" * 59 + "…' is not a name"),
        (values.url_path, "healthz", "'healthz' is not a URL path"),
        (values.url_path, "/a b", "'/a b' is not a URL path"),
        (values.host_header, "%[src]", "'%[src]' is not a host name"),
        (
            values.interface_name,
            "much-too-long-name",
            "'much-too-long-name' is not a network interface's name",
        ),
        (values.port, True, "'true' is not a TCP port"),
        (values.port, 80.0, "'80.0' is not a TCP port"),
        (values.port, "\u0668\u0660", "'\u0668\u0660' is not a TCP port"),
        (values.port, 0, "'0' is not between 1 and 65535"),
        (values.port, 65536, "'65536' is not between 1 and 65535"),
        (values.port, "-1", "'-1' is not a TCP port"),
        (values.boolean, 1, "'1' is not true or false"),
        (values.boolean, "on", "'on' is not true or false"),
        (values.seconds(0.01, 40.95), True, "'true' is not a number of seconds"),
        (values.seconds(0.01, 40.95), float("nan"), "'nan' is not a number of seconds"),
        (values.seconds(0.01, 40.95), "1s", "'1s' is not a number of seconds"),
        (values.seconds(0.01, 40.95), 0, "'0' is not between 0.01 and 40.95"),
        (values.seconds(0.01, 40.95), 41, "'41' is not between 0.01 and 40.95"),
        (values.seconds(0.01, 40.95), 0.015, "'0.015' is finer than 0.01 seconds"),
        (values.duration, 5, "'5' is not a duration"),
        (values.duration, "5", "'5' is not a duration"),
        (values.duration, "5 s", "'5 s' is not a duration"),
        (values.duration, "0s", "'0s' is not between 1us and 24 days"),
        (values.duration, "25d", "'25d' is not between 1us and 24 days"),
        (values.choice("first", "last"), "fist", "'fist' is not known here"),
        (values.address, "203.0.113.11/24", "'203.0.113.11/24' is not an IP address"),
        (values.address, "fe80::1%eth0", "'fe80::1%eth0' is not an IP address"),
        (values.address, 3405803787, "'3405803787' is not an IP address"),
        (values.vip, "203.0.113.100", "'203.0.113.100' has no prefix length"),
        (values.vip, "203.0.113.300/24", "'203.0.113.300/24' is not an IP address with a prefix length"),
        (values.vip, "203.0.113.100/255.255.255.0", "is not an IP address with a prefix length"),
        (values.vip, "fe80::1%eth0/64", "'fe80::1%eth0/64' is not an IP address with a prefix length"),
        (values.vip, "203.0.113.0/24", "'203.0.113.0/24' is not an address a host can have"),
        (values.vip, "203.0.113.255/24", "'203.0.113.255/24' is not an address a host can have"),
        (values.vip, "2001:db8:113::/64", "'2001:db8:113::/64' is not an address a host can have"),
        (values.vip, "224.0.0.18/32", "'224.0.0.18/32' is not an address a host can have"),
        (values.vip, "127.0.0.1/8", "'127.0.0.1/8' is not an address a host can have"),
        (values.vip, "0.0.0.0/32", "'0.0.0.0/32' is not an address a host can have"),
        (values.vip, 5, "'5' is not an IP address with a prefix length"),
    ],
)
def test_bad_values_are_refused_in_words(parse: Parser[object], value: object, problem: str) -> None:
    told, hint = refusal(parse, value)
    assert told.endswith(problem)
    assert hint


def test_an_address_without_prefix_length_is_told_how_to_write_one() -> None:
    _, hint = refusal(values.vip, "203.0.113.100")
    assert hint == "write an address and its network's prefix length, such as 203.0.113.100/24"


def test_a_near_choice_is_suggested() -> None:
    assert refusal(values.choice("first", "second", "third", "last"), "fist")[1] == "did you mean 'first'?"


def test_of_few_choices_all_are_told() -> None:
    """The nearest may be a wrong guess: TLSv1.0 is nearer to TLSv1.3 than to what was meant."""
    assert refusal(values.choice("TLSv1.2", "TLSv1.3"), "TLSv1.0")[1] == "write one of: TLSv1.2, TLSv1.3"


def test_a_vip_keeps_its_source_and_is_equal_without_it() -> None:
    source = "".join(["203.0.113.100", "/24"])
    vip = values.vip(source, "here")
    assert vip.source is source
    assert vip == values.vip("203.0.113.100/24", "there")
    assert vip.address == ip_address("203.0.113.100")


def test_the_only_two_addresses_of_a_tiny_network_are_hosts() -> None:
    assert values.vip("203.0.113.100/31", "here").address == ip_address("203.0.113.100")
    assert values.vip("203.0.113.101/32", "here").address == ip_address("203.0.113.101")
    assert values.vip("2001:db8:113::/127", "here").address == ip_address("2001:db8:113::")


@given(st.text())
def test_a_text_that_is_taken_is_one_line_without_control_characters(value: str) -> None:
    try:
        taken = values.text(value, "here")
    except InvalidData:
        return
    assert taken is value
    assert taken.isprintable() and len(taken.splitlines()) == 1


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.integers()), st.integers()))
def test_no_value_makes_a_parser_fail_otherwise_than_by_refusing(value: object) -> None:
    every: list[Parser[object]] = [
        values.text,
        values.name,
        values.port,
        values.boolean,
        values.seconds(0, 10),
        values.duration,
        values.choice("first"),
        values.address,
        values.vip,
    ]
    refused = 0
    for parse in every:
        try:
            parse(value, "here")
        except InvalidData:
            refused += 1
    assert refused >= 5
