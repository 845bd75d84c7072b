"""The headers that every answer carries."""

from __future__ import annotations

import socket

import pytest
from flask.testing import FlaskClient
from shop import create_app
from shop.settings import Settings


@pytest.mark.parametrize("path", ["/", "/healthz", "/version", "/static/shop.css", "/nowhere", "/cart/add"])
def test_every_answer_names_its_server_and_is_locked_down(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["X-Served-By"] == socket.gethostname()
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; script-src 'none';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_an_error_of_ours_carries_them_too() -> None:
    app = create_app(Settings.from_environ({"SHOP_SECRET_KEY": "k" * 32}))
    app.add_url_rule("/broken", view_func=lambda: str(1 // 0))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "A squall on our side" in answer.text
    assert answer.headers["X-Served-By"] == socket.gethostname()


@pytest.mark.parametrize("path", ["/", "/cart", "/healthz", "/version", "/nowhere"])
def test_nothing_may_keep_a_page(client: FlaskClient, path: str) -> None:
    assert client.get(path, buffered=True).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/shop.css", "/static/icon.svg"])
def test_a_static_file_is_kept_for_five_minutes(client: FlaskClient, path: str) -> None:
    kept = client.get(path, buffered=True).headers["Cache-Control"]
    assert "max-age=300" in kept
    assert "no-store" not in kept


def test_the_pages_need_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/products/logbook", "/cart", "/nowhere", "/static/shop.css", "/static/icon.svg"):
        text = client.get(path, buffered=True).text.replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text
        assert "style=" not in text
        assert "<script" not in text
