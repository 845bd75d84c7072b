"""Texts travel packed to who can unpack them, and are asked of a server once."""

from __future__ import annotations

from uuid import uuid4

from web import each_vip, get

LONG = "http://shop.example:8080/long"


@each_vip
def test_a_long_text_travels_packed_and_arrives_whole(vip: str) -> None:
    plain, packed = get(vip, LONG), get(vip, LONG, "--compressed", "--header", "Accept-Encoding: gzip")
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert packed.body == plain.body
    assert packed.size < plain.size / 10


@each_vip
def test_the_second_time_the_answer_comes_from_the_cache(vip: str) -> None:
    url = f"http://shop.example:8080/cacheable/{uuid4()}"
    first, second = get(vip, url), get(vip, url)
    assert second.body == first.body
    assert ("age" in first.headers, "age" in second.headers) == (False, True)


@each_vip
def test_what_may_not_be_kept_is_asked_anew(vip: str) -> None:
    assert ["age" in get(vip, LONG).headers for _ in range(2)] == [False, False]
    urls = [f"http://shop.example:8080/cacheable/{uuid4()}" for _ in range(2)]
    assert len({get(vip, url).body for url in urls}) == 2
