"""Maps, lists and certificates that become others, by HAProxy's runtime API or by a reload."""

from __future__ import annotations

import pytest
from touched import CONFIG, CRT_LIST, LIST, MAP, PEM, TEXT, of_file, why, words

from evergate.node.least_touch import least_touch


def test_a_map_becomes_another_as_a_whole_and_in_its_order() -> None:
    touch = of_file(MAP, "a shop\n", "# new\nb  shop \n  a\tshop two\n")
    assert words(touch) == [f"prepare map {MAP}", f"add map @<version> {MAP}", f"commit map @<version> {MAP}"]
    assert touch.commands[1].payload == "b shop\na shop two"
    assert touch.commands[1].text == f"add map @<version> {MAP} <<\nb shop\na shop two\n\n"


def test_a_map_may_become_empty() -> None:
    assert len(words(of_file(MAP, "a shop\n", ""))) == 2


def test_a_long_map_is_added_in_parts_that_fit_into_haproxys_buffer() -> None:
    lines = [f"host{number}.example shop" for number in range(2000)]
    touch = of_file(MAP, "", "\n".join(lines) + "\n")
    payloads = [command.payload for command in touch.commands if command.payload]
    assert "\n".join(payloads).split("\n") == lines
    assert max(map(len, payloads)) <= 16384 * 3 // 8


@pytest.mark.parametrize("after", ["a one\na two\n", "a\n", "a one\x01\n", "a <<\n", f"a {'x' * 9000}\n"])
def test_a_map_with_a_key_twice_or_with_something_unusual_takes_a_reload(after: str) -> None:
    assert f"the map {MAP} differs, and has" in why(of_file(MAP, "b shop\n", after))


def test_other_comments_in_a_map_or_a_list_ask_for_nothing() -> None:
    assert of_file(MAP, "a shop\n", "# why\n\na  shop\n").kind == "none"
    assert of_file(LIST, "a\n", "# why\n\n  a\n").kind == "none"


def test_a_list_becomes_another_as_a_whole() -> None:
    assert words(of_file(LIST, "a\n", "bad bot\n#\nx;y\\z\n")) == [
        f"prepare acl {LIST}",
        rf"add acl @<version> {LIST} bad\ bot",
        rf"add acl @<version> {LIST} x\;y\\z",
        f"commit acl @<version> {LIST}",
    ]


@pytest.mark.parametrize("after", ["behind \n", "a\tb\n", "x\n" * 10_001])
def test_a_list_that_is_long_or_unusual_takes_a_reload(after: str) -> None:
    assert f"the list {LIST} differs, and is long or" in why(of_file(LIST, "a\n", after))


@pytest.mark.parametrize(
    "line", [f"acl also src -f {MAP}", f"http-request return file {MAP}", f"errorfile 503 {MAP}"]
)
def test_a_file_that_is_used_in_two_ways_takes_a_reload(line: str) -> None:
    text = TEXT.replace("    use_backend", f"    {line}\n    use_backend")
    assert why(of_file(MAP, "a shop\n", "b shop\n", text)) == f"the file {MAP} differs, which takes a reload"


def test_a_file_that_is_used_otherwise_or_not_by_its_name_takes_a_reload() -> None:
    assert of_file("/etc/haproxy/errorpages/503.http", "a", "b").kind == "reload"
    assert of_file(CRT_LIST, "a", "b").kind == "reload"
    assert of_file("hosts.map", "a b\n", "a c\n").kind == "reload"


def test_a_file_that_came_or_went_takes_a_reload() -> None:
    assert (
        why(least_touch({CONFIG: TEXT}, {CONFIG: TEXT, MAP: ""}))
        == f"the file {MAP} is new, which takes a reload"
    )
    assert "is gone" in why(least_touch({CONFIG: TEXT, MAP: ""}, {CONFIG: TEXT}))


def pem(name: str, *, key: bool = True, length: int = 1) -> str:
    body = f"{name}\n" * length
    blocks = [("CERTIFICATE", body), *([("RSA PRIVATE KEY", f"{name}key\n")] if key else [])]
    return "".join(f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n" for kind, text in blocks)


def test_a_certificate_takes_anothers_place_and_its_key_is_not_shown() -> None:
    touch = of_file(PEM, pem("old"), "Subject: x\n\n" + pem("new"))
    assert words(touch) == [f"set ssl cert {PEM}", f"commit ssl cert {PEM}"]
    assert touch.commands[0].payload == pem("new").strip()
    assert "newkey" not in repr(touch)


def test_a_certificate_of_a_list_takes_anothers_place_too() -> None:
    assert of_file("/etc/haproxy/certificates/api.pem", pem("old"), pem("new")).kind == "runtime"


def test_what_stands_around_a_certificate_asks_for_nothing() -> None:
    assert of_file(PEM, pem("same"), "Subject: x\n" + pem("same")).kind == "none"


@pytest.mark.parametrize(
    ("after", "others"), [(pem("new", key=False), {}), (pem("new"), {f"{PEM}.ocsp": ""})], ids=["key", "ocsp"]
)
def test_a_certificate_in_several_files_takes_a_reload(after: str, others: dict[str, str]) -> None:
    assert "several files" in why(of_file(PEM, pem("old"), after, **others))


def test_a_certificate_that_does_not_fit_into_haproxys_buffer_takes_a_reload() -> None:
    assert "too long" in why(of_file(PEM, pem("old"), pem("new", length=4000)))
    larger = TEXT.replace("global\n", "global\n    tune.bufsize 65536\n")
    assert of_file(PEM, pem("old"), pem("new", length=4000), larger).kind == "runtime"


def test_an_authority_takes_a_reload() -> None:
    text = TEXT.replace(f"crt {PEM}", f"ca-file {PEM}")
    assert why(of_file(PEM, pem("old"), pem("new"), text)) == f"the file {PEM} differs, which takes a reload"
