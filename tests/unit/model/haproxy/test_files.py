from __future__ import annotations

from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.files import Authority, Certificate, ErrorPage, ListFile, MapFile, error_pages
from evergate.model.model import Model

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("model", "data", "path", "hint"),
    [
        (MapFile, {"name": "../m", "entries": {}}, "x.name", "letters"),
        (MapFile, {"name": "m", "entries": {"#a": "b"}}, "x.entries", "comment"),
        (MapFile, {"name": "m", "entries": {"a b": "c"}}, "x.entries", "without spaces"),
        (MapFile, {"name": "m", "entries": {"a": "b\nc d"}}, "x.entries.a", "one line"),
        (MapFile, {"name": "m", "entries": {"a": True}}, "x.entries.a", "in quotes"),
        (ListFile, {"name": "l", "entries": [" a"]}, "x.entries[0]", "without spaces"),
        (Certificate, {"name": "c"}, "x.source", "write source"),
        (Certificate, {"name": "c", "source": "a", "content": CERTIFICATE + KEY}, "x.source", "keep either"),
        (Certificate, {"name": "c", "content": CERTIFICATE}, "x.content", "its private key"),
        (Certificate, {"name": "c", "content": KEY}, "x.content", "its private key"),
        (Authority, {"name": "c", "content": CERTIFICATE + KEY}, "x.content", "certificates alone"),
        (Authority, {"name": "c", "content": CERTIFICATE + "\x00"}, "x.content", "certificates alone"),
        (ErrorPage, {}, "x.content", "write content"),
        (ErrorPage, {"file": "/a", "content": "b"}, "x.file", "keep either"),
        (ErrorPage, {"content": "x" * 12_001}, "x.content", "at most 12000"),
        (ErrorPage, {"content": "a\rb"}, "x.content", "lines of text"),
        (ErrorPage, {"content": "a", "content_type": "a/b\r\nX: y"}, "x.content_type", "one line"),
    ],
)
def test_what_is_wrong_is_named(model: type[Model], data: dict[str, Any], path: str, hint: str) -> None:
    with pytest.raises(InvalidData) as caught:
        model.from_data(data, "x")
    assert caught.value.problems[0].path == path
    assert hint in caught.value.problems[0].hint


def test_a_private_key_is_never_shown() -> None:
    with pytest.raises(InvalidData) as caught:
        Certificate.from_data({"name": "c", "content": KEY}, "x")
    assert caught.value.value is None
    assert "MC4C" not in str(caught.value) + caught.value.hint
    certificate = Certificate.from_data({"name": "c", "content": CERTIFICATE + KEY})
    assert "MC4C" not in repr(certificate)


def test_a_certificate_may_lie_on_the_controller() -> None:
    assert Certificate.from_data({"name": "c", "source": "files/shop.pem"}).source_ == "files/shop.pem"


def test_an_error_page_is_a_file_or_a_text() -> None:
    pages = dict(error_pages({503: "/etc/haproxy/errors/503.http", "404": {"content": "<p>no\n"}}, "x"))
    assert (pages["503"].file, pages["404"].content) == ("/etc/haproxy/errors/503.http", "<p>no\n")


def test_haproxy_has_no_page_for_every_status() -> None:
    with pytest.raises(InvalidData) as caught:
        error_pages({418: "/a"}, "x")
    assert "HAProxy never answers '418' itself" in str(caught.value)


def test_numbers_may_stand_in_maps_and_lists() -> None:
    assert MapFile.from_data({"name": "m", "entries": {80: 8080}}).entries == (("80", "8080"),)
