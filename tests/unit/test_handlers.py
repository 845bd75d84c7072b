"""Handlers run in the order in which they are written, of all roles of a play together."""

from __future__ import annotations

from pathlib import Path

import yaml

ROLES = Path(__file__).parents[2] / "roles"


def test_no_two_roles_give_a_handler_the_same_name() -> None:
    # Of two with one name, the later one runs, after what should have run after the first.
    files = sorted(ROLES.glob("*/handlers/main.yml"))
    names = [handler["name"] for file in files for handler in yaml.safe_load(file.read_text())]
    assert len(files) > 1
    assert sorted(names) == sorted(set(names))
