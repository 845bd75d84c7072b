"""Ansible's own Templar with the doors of this project, as a playbook would see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader
from ansible.template import Templar, trust_as_template

DOORS = Path(__file__).parents[3] / "filter_plugins"


@pytest.fixture
def template() -> Callable[..., object]:
    """Return a function that templates one expression with variables; texts with braces are templates too."""
    filter_loader.add_directory(str(DOORS))

    def render(expression: str, **variables: object) -> object:
        templar = Templar(loader=DataLoader(), variables=trusted(variables))
        return templar.template(trust_as_template("{{ " + expression + " }}"))

    return render


def trusted(value: object) -> object:
    """Return the value with every text in it trusted as a template, as those of an inventory are."""
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trusted(item) for item in value]
    return trust_as_template(value) if isinstance(value, str) else value
