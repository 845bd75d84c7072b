"""Every module's options are what its documentation says."""

from __future__ import annotations

import importlib.util
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import evergate.node

LIBRARY = Path(__file__).parents[3] / "library"
MODULES = sorted(path.stem for path in LIBRARY.glob("*.py"))


@pytest.fixture
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return one of them, loaded as if Ansible had shipped evergate.node with it."""
    for each in pkgutil.iter_modules(evergate.node.__path__):
        importlib.import_module(f"evergate.node.{each.name}")
    monkeypatch.setitem(sys.modules, "ansible.module_utils.evergate", evergate)
    monkeypatch.setitem(sys.modules, "ansible.module_utils.evergate.node", evergate.node)
    spec = importlib.util.spec_from_file_location(request.param, LIBRARY / f"{request.param}.py")
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, request.param, found)
    spec.loader.exec_module(found)
    return found


def shape(options: dict[str, Any], inner: str) -> dict[str, Any]:
    """Return what both sides say of options; no dictionary by default and an empty one are the same."""
    return {
        name: {
            **{key: each.get(key) for key in ("type", "elements", "choices")},
            "default": each.get("default") if each.get("default") != {} else None,
            "required": each.get("required", False),
            "options": shape(each.get(inner, {}), inner),
        }
        for name, each in options.items()
    }


@pytest.mark.parametrize("module", MODULES, indirect=True)
def test_options_and_their_documentation_are_the_same(module: ModuleType) -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    assert shape(documented, "suboptions") == shape(getattr(module, "OPTIONS", {}), "options")
    assert yaml.safe_load(module.EXAMPLES)
