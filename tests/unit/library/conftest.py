"""The modules of this project as files, with what Ansible ships beside them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import evergate.node.haproxy
import evergate.node.keepalived
import evergate.node.lock
import evergate.node.transaction

ROOT = Path(__file__).parents[3]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module, loaded as if Ansible had shipped evergate.node with it."""
    monkeypatch.setitem(sys.modules, "ansible.module_utils.evergate", evergate)
    monkeypatch.setitem(sys.modules, "ansible.module_utils.evergate.node", evergate.node)
    spec = importlib.util.spec_from_file_location(
        "node_configuration", ROOT / "library/node_configuration.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "node_configuration", module)
    spec.loader.exec_module(module)
    return module
