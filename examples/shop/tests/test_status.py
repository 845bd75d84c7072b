"""Health and version, as a load balancer and a deployment read them."""

from __future__ import annotations

import socket

from flask.testing import FlaskClient
from shop.draining import Drain
from shop.settings import RELEASE_DIRECTORY


def test_a_server_is_healthy_until_it_is_told_to_stop(client: FlaskClient, drain: Drain) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    drain.begin()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "stopping")


def test_a_draining_server_goes_on_serving(client: FlaskClient, drain: Drain) -> None:
    drain.begin()
    assert client.get("/").status_code == 200
    assert client.post("/cart/add", data={"product": "logbook", "quantity": "1"}).status_code == 303


def test_the_version_is_that_of_the_release_directory(client: FlaskClient) -> None:
    version = (RELEASE_DIRECTORY / "VERSION").read_text().strip()
    assert client.get("/version").json == {
        "name": "shop",
        "version": version,
        "server": socket.gethostname(),
    }
