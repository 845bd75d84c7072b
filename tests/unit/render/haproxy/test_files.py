from __future__ import annotations

from typing import Any

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy.files import files, secrets

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
KEY = "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"


def configured(**data: Any) -> HaproxyConfig:
    return HaproxyConfig.from_data(data)


def test_maps_and_lists_have_a_line_for_each_entry() -> None:
    config = configured(
        maps=[{"name": "hosts", "entries": {"shop.example": "shop", "80": "a b"}}],
        lists=[
            {"name": "office", "entries": ["192.0.2.0/24", "2001:db8::/32"]},
            {"name": "none", "entries": []},
        ],
    )
    assert files(config) == [
        {"path": "/etc/haproxy/maps/hosts.map", "content": "shop.example shop\n80 a b\n", "mode": "0644"},
        {"path": "/etc/haproxy/lists/office.lst", "content": "192.0.2.0/24\n2001:db8::/32\n", "mode": "0644"},
        {"path": "/etc/haproxy/lists/none.lst", "content": "", "mode": "0644"},
    ]


def test_a_pages_text_becomes_a_whole_answer() -> None:
    config = configured(defaults={"errorfiles": {503: {"content": "<p>ü\n"}, 500: "/a.http"}})
    (page,) = files(config)
    assert page["path"] == "/etc/haproxy/errorpages/defaults-503.http"
    assert page["content"] == (
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Length: 6\r\nCache-Control: no-store\r\n\r\n<p>ü\n"
    )


def test_certificates_are_readable_for_root_alone() -> None:
    config = configured(
        certificates=[
            {"name": "shop", "content": f"{CERTIFICATE}\n{KEY}"},
            {"name": "api", "source": "files/api.pem"},
        ],
        authorities=[{"name": "inside", "content": CERTIFICATE}],
    )
    assert files(config) == []
    assert secrets(config) == [
        {
            "path": "/etc/haproxy/certificates/shop.pem",
            "mode": "0600",
            "content": f"{CERTIFICATE}\n{KEY}\n",
        },
        {"path": "/etc/haproxy/certificates/api.pem", "mode": "0600", "source": "files/api.pem"},
        {"path": "/etc/haproxy/authorities/inside.pem", "mode": "0600", "content": f"{CERTIFICATE}\n"},
    ]


def test_a_frontends_own_pages_are_files_too() -> None:
    frontend = {"name": "f", "vip": "v", "port": 80, "default_backend": "b"}
    config = configured(
        vips=[{"name": "v", "vips": ["192.0.2.100/24"]}],
        frontends=[frontend | {"errorfiles": {404: {"content": "<p>no"}}}],
        backends=[{"name": "b", "servers": [{"name": "s", "address": "192.0.2.1", "port": 80}]}],
    )
    assert [page["path"] for page in files(config)] == ["/etc/haproxy/errorpages/frontend-f-404.http"]
