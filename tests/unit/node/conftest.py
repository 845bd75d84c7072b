"""What the tests of what runs on a node have in common."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from changing import CONFIG, Daemon, Node

from evergate.node import durable


@pytest.fixture(autouse=True)
def no_disk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring nothing to disk: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node whose daemon runs with a configuration of one line, `one`."""
    place = tmp_path / CONFIG.lstrip("/")
    place.parent.mkdir(parents=True)
    durable.create(place, b"one\n", 0o640)
    return Node(tmp_path, Daemon(place))
