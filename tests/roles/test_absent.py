"""What a role writes is what its tasks/absent.yml removes: who adds to a node is told to add there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROLES = Path(__file__).parents[2] / "roles"
WRITTEN = re.compile(r"(?<![\w./])/(?:etc|usr/local|var/lib|run)/[\w./@-]+")
BOTH = ("haproxy", "keepalived")


def absent(role: str) -> dict[str, list[str]]:
    """Return what the role's one task removes."""
    (task,) = yaml.safe_load((ROLES / role / "tasks" / "absent.yml").read_text())
    found: dict[str, list[str]] = task["node_absent"]
    return found


def written(role: str) -> Iterator[str]:
    """Yield every place of a node that the role's tasks and variables name."""
    for directory in ("tasks", "vars", "handlers"):
        for file in (ROLES / role / directory).glob("*.yml"):
            if file.name != "absent.yml":
                yield from (place.rstrip(".") for place in WRITTEN.findall(file.read_text()))


@pytest.mark.parametrize("role", BOTH)
def test_every_place_that_a_role_names_goes(role: str) -> None:
    gone = [place for each in BOTH for key in ("paths", "directories") for place in absent(each)[key]]
    left = [
        place
        for place in set(written(role))
        if not any(f"{place}/".startswith(f"{each}/") or each.startswith(f"{place}/") for each in gone)
        and not place.endswith("/")
    ]
    assert left == []


@pytest.mark.parametrize("role", BOTH)
def test_every_unit_of_a_role_is_stopped_and_goes(role: str) -> None:
    units = [
        path.name.removesuffix(".j2")
        for path in (ROLES / role).glob("*/evergate-*")
        if path.name.removesuffix(".j2").endswith((".service", ".path"))
    ]
    assert units
    assert set(units) <= set(absent(role)["units"])
    assert {f"/etc/systemd/system/{unit}" for unit in units} <= set(absent(role)["paths"])
