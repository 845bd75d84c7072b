"""What of the words of HAProxy's check is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evergate.node import haproxy_check
from evergate.node.service import Refused


def checked(monkeypatch: pytest.MonkeyPatch, said: str, status: int = 0) -> list[str]:
    """Return what is told of a check that ends so."""
    done = subprocess.CompletedProcess(["haproxy"], status, "", said)
    monkeypatch.setattr(haproxy_check, "seeing", lambda *arguments: done)
    return haproxy_check.check([], Path("/"), "/etc/haproxy/haproxy.cfg")


def test_a_warning_of_the_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "[WARNING]  (12) : config : missing timeouts for backend 'shop'.\n"
    assert checked(monkeypatch, said) == ["missing timeouts for backend 'shop'."]


def test_what_the_first_start_makes_is_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "config: Can't open global server state file '{}': No such file or directory"
    ours, other = (missing.format(path) for path in ("/var/lib/haproxy/evergate.state", "/etc/states"))
    assert checked(monkeypatch, f"[WARNING]  (12) : {ours}\n[WARNING]  (12) : {other}\n") == [other]


def test_an_alert_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="unknown keyword"):
        checked(monkeypatch, "[ALERT]    (12) : config : unknown keyword 'frob'\n", 1)
