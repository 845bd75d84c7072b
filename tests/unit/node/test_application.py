"""Whether an app server is as it should be: a node of files in a directory, an application that answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from evergate.node.application import Application, Node, differences, serves
from evergate.node.files import File
from evergate.node.units import Node as Units

UNIT, ENVIRONMENT = "/etc/systemd/system/shop.service", "/etc/evergate/shop.env"


class Shop(BaseHTTPRequestHandler):
    """An application that is as well as it is told to be."""

    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Systemd(Units):
    """A systemd whose units run, or do not."""

    runs: bool = True

    def run(self, *command: str) -> str | None:
        return None if self.runs else "inactive"


@dataclass(frozen=True, slots=True)
class Fake(Node):
    """A node that has all packages but some."""

    lacks: tuple[str, ...] = ()

    def missing(self, packages: tuple[str, ...]) -> list[str]:  # type: ignore[override]
        return [name for name in packages if name in self.lacks]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(Shop, "status", 200)
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def wanted(port: int) -> Application:
    files = (File(UNIT, "unit\n", 0o644, False), File(ENVIRONMENT, "KEY=1\n", 0o600, True))
    return Application("shop", "1.1.0", files, ("gunicorn",), port, "/healthz")


@pytest.fixture
def node(tmp_path: Path, wanted: Application) -> Fake:
    """A node on which all is as wanted, but for who owns the files: root does on a real one."""
    for file in wanted.files:
        place = tmp_path / file.path.lstrip("/")
        place.parent.mkdir(parents=True)
        place.write_text(file.content)
        place.chmod(file.mode)
    (tmp_path / "opt/shop/releases/1.1.0").mkdir(parents=True)
    (tmp_path / "opt/shop/current").symlink_to("releases/1.1.0")
    return Fake(tmp_path, Systemd())


def test_where_all_is_as_wanted_nothing_differs(wanted: Application, node: Fake) -> None:
    assert differences(wanted, node) == []


def test_everything_that_differs_is_told(wanted: Application, node: Fake) -> None:
    (node.root / UNIT.lstrip("/")).write_text("by hand\n")
    (node.root / ENVIRONMENT.lstrip("/")).chmod(0o644)
    found = differences(replace(wanted, version="1.2.0"), replace(node, lacks=("gunicorn",)))
    assert found == [
        "gunicorn not installed",
        "runs 1.1.0 instead of 1.2.0",
        f"{UNIT} differs",
        f"{ENVIRONMENT} differs",
    ]


def test_a_link_to_a_release_that_is_gone_names_none(wanted: Application, node: Fake) -> None:
    (node.root / "opt/shop/releases/1.1.0").rmdir()
    assert differences(wanted, node) == ["runs no release instead of 1.1.0"]


def test_on_a_bare_host_everything_differs(wanted: Application, tmp_path: Path) -> None:
    bare = Fake(tmp_path / "bare", Systemd(runs=False))
    assert differences(wanted, bare) == [
        "runs no release instead of 1.1.0",
        f"{UNIT} differs",
        f"{ENVIRONMENT} differs",
        "shop.service does not run, or would not at boot",
    ]


def test_an_application_that_runs_and_is_ill_differs(
    wanted: Application, node: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shop, "status", 503)
    assert differences(wanted, node) == [f"/healthz on port {wanted.port} is answered with 503"]
    unused = replace(wanted, port=1)
    assert differences(unused, node) == ["/healthz on port 1 is answered with [Errno 111] Connection refused"]


def test_one_with_any_release_in_its_place_serves(node: Fake, tmp_path: Path) -> None:
    assert serves("shop", node)
    (tmp_path / "opt/shop/current").unlink()
    assert not serves("shop", node)
