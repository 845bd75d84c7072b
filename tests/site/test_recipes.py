"""Every recipe of docs/recipes.md is in order as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
from recipes import PAGE, Recipe, recipes
from sites import refusal, rendered

RECIPES = [pytest.param(each, id=f"{each.number}-{each.title}") for each in recipes()]


def test_there_are_twenty_numbered_recipes() -> None:
    assert [each.number for each in recipes()] == list(range(1, 21))


def test_no_fragment_is_left_out() -> None:
    assert PAGE.read_text().count("\n```") == 2 * sum(len(each.files) for each in recipes())


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_sets_variables_of_its_own(recipe: Recipe) -> None:
    assert "haproxy_frontends:" in recipe.files["group_vars/load_balancers/recipe.yml"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_accepted_and_rendered_for_both_nodes(recipe: Recipe, tmp_path: Path) -> None:
    inventory = recipe.laid_out(tmp_path / "site")
    assert refusal(inventory) is None
    nodes = rendered(inventory)
    assert list(nodes) == ["lb1", "lb2"]
    for files in nodes.values():
        assert {"haproxy.cfg", "keepalived.conf"} <= set(files)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_is_for_debian_12_too_but_for_http_3(recipe: Recipe, tmp_path: Path) -> None:
    inventory = recipe.laid_out(tmp_path / "site", haproxy_version="2.6", keepalived_version="2.2")
    told = refusal(inventory)
    if recipe.number == 13:
        assert told is not None and "quic" in told and "needs HAProxy 3.0" in told
    else:
        assert told is None
