"""Every public variable stands in a role's spec and in its defaults, with the same value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = sorted(path for path in (Path(__file__).parents[2] / "roles").iterdir() if path.is_dir())
each_role = pytest.mark.parametrize("role", ROLES, ids=lambda path: path.name)


def options(role: Path) -> dict[str, dict[str, Any]]:
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())
    found: dict[str, dict[str, Any]] = specs["argument_specs"]["main"]["options"]
    return found


def defaults(role: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((role / "defaults" / "main.yml").read_text())
    return found


@each_role
def test_a_default_is_the_same_in_both_places(role: Path) -> None:
    specified = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert specified == defaults(role)


@each_role
def test_a_variable_without_a_default_is_required_and_stands_commented_out(role: Path) -> None:
    without = {name for name, option in options(role).items() if "default" not in option}
    assert all(options(role)[name]["required"] for name in without)
    text = (role / "defaults" / "main.yml").read_text()
    assert set(re.findall(r"^# (\w+):", text, re.MULTILINE)) == without


@each_role
def test_every_variable_bears_the_roles_name_and_says_what_it_is(role: Path) -> None:
    for name, option in options(role).items():
        assert name.startswith(f"{role.name}_")
        assert option["description"]
