"""A server that fails or is slow because a file says so."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shop import create_app
from shop.settings import Settings
from shop.trouble import Trouble


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trouble"


@pytest.fixture
def troubled(file: Path) -> FlaskClient:
    """A browser of a shop that looks at the file."""
    environ = {"SHOP_SECRET_KEY": "k" * 32, "SHOP_TROUBLE_FILE": str(file)}
    return create_app(Settings.from_environ(environ)).test_client()


def write(file: Path, text: str, age: int = 0) -> None:
    """Write it with a time of its own: two changes within one tick of the clock look alike."""
    file.write_text(text)
    os.utime(file, ns=(0, time.time_ns() - age))


@pytest.mark.parametrize("path", ["/", "/healthz", "/version", "/static/shop.css"])
def test_errors_come_and_go_with_the_file(troubled: FlaskClient, file: Path, path: str) -> None:
    assert troubled.get(path, buffered=True).status_code == 200
    write(file, "error 100\n")
    answer = troubled.get(path, buffered=True)
    assert answer.status_code == 500
    assert "A squall on our side" in answer.text
    assert "X-Served-By" in answer.headers
    file.unlink()
    assert troubled.get(path, buffered=True).status_code == 200


def test_a_failed_order_is_not_written_down(
    troubled: FlaskClient, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(file, "error 100")
    assert troubled.post("/orders", data={"order": "a"}).status_code == 500
    assert "order a" not in capfd.readouterr().err


def test_a_share_of_the_requests_fails(troubled: FlaskClient, file: Path) -> None:
    write(file, "error 50")
    statuses = [troubled.get("/healthz").status_code for _ in range(100)]
    assert 20 < statuses.count(500) < 80


def test_a_slow_server_answers_well(troubled: FlaskClient, file: Path) -> None:
    write(file, "slow 0.2")
    begun = time.monotonic()
    assert troubled.get("/healthz").status_code == 200
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize(
    "text", ["", "error", "error -1", "error nan", "slow x", "off", "error 1\nslow 1", "\xff"]
)
def test_anything_else_is_ignored(file: Path, text: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    assert Trouble(file).wanted() == ("", 0.0)


def test_a_change_is_seen_at_the_next_request_and_nothing_is_read_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble, read = Trouble(file), []
    original = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda *args, **kept: read.append(1) or original(*args, **kept))
    write(file, "error 1", age=1000)
    assert [trouble.wanted() for _ in range(3)] == [("error", 1.0)] * 3
    write(file, "error 2")
    assert trouble.wanted() == ("error", 2.0)
    assert len(read) == 2


def test_a_directory_or_an_unreadable_place_is_no_trouble(tmp_path: Path) -> None:
    assert Trouble(tmp_path).wanted() == ("", 0.0)
    assert Trouble(tmp_path / "none" / "there").wanted() == ("", 0.0)
