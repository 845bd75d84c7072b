"""Which releases of an application stay: on a host that is made up of directories."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "playbooks" / "files" / "prune_releases.py"
prune: Any = runpy.run_path(str(FILE))["prune"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with five releases, of which the oldest is the current one, and one half unpacked."""
    releases = tmp_path / "releases"
    for name in ("1.9", "1.10", "1.11", "1.12", "0.1", ".1.14.partial"):
        (releases / name).mkdir(parents=True)
        (releases / name / "app.py").touch()
        os.utime(releases / name, (0, 0))  # as archives have it
    (tmp_path / "current").symlink_to("releases/1.9")
    order = ["1.9", "1.10", "1.11", "1.12", "0.1", ".1.14.partial"]
    ages = {(releases / name).stat().st_ino: age for age, name in enumerate(order)}
    stat = Path.stat

    class Aged:
        def __init__(self, found: os.stat_result) -> None:
            self.st_mode, self.st_ctime_ns = found.st_mode, ages.get(found.st_ino, 0)

    monkeypatch.setattr(Path, "stat", lambda self, **how: Aged(stat(self, **how)))
    return tmp_path


def left(home: Path) -> set[str]:
    return {path.name for path in (home / "releases").iterdir()}


def test_the_newest_stay_and_the_current_and_the_previous_whatever_their_age(home: Path) -> None:
    assert prune(home, 3, "1.10") == ["1.12", "1.11"]
    assert left(home) == {"1.9", "1.10", "0.1", ".1.14.partial"}
    assert prune(home, 3, "1.10") == []


def test_even_one_is_enough_to_keep_both(home: Path) -> None:
    assert prune(home, 1, "1.10") == ["0.1", "1.12", "1.11"]
    assert left(home) == {"1.9", "1.10", ".1.14.partial"}


def test_a_first_deployment_has_no_previous_one(home: Path) -> None:
    assert prune(home, 4) == ["1.10"]
