"""Orders leave one line each, and only proper ones are taken."""

from __future__ import annotations

import socket

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("given", [{"headers": {"X-Order": "a-1"}}, {"data": {"order": "a-1"}}])
def test_an_order_is_written_down_and_answered(
    client: FlaskClient, capfd: pytest.CaptureFixture[str], given: dict[str, dict[str, str]]
) -> None:
    answer = client.post("/orders", headers=given.get("headers"), data=given.get("data"))
    assert answer.status_code == 201
    assert answer.json == {"order": "a-1", "server": socket.gethostname()}
    assert capfd.readouterr().err == "order a-1\n"


@pytest.mark.parametrize("order", ["", "a b", "x" * 65, "ü", "a/b"])
def test_anything_else_is_refused_and_leaves_no_line(
    client: FlaskClient, capfd: pytest.CaptureFixture[str], order: str
) -> None:
    assert client.post("/orders", data={"order": order}).status_code == 400
    assert capfd.readouterr().err == ""


def test_an_order_is_not_to_be_read(client: FlaskClient) -> None:
    assert client.get("/orders").status_code == 405
