from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

DATA = {
    "name": "shop",
    "version": "{{ version }}",
    "source": "examples/shop",
    "command": "/usr/bin/gunicorn shop:app",
    "port": 8080,
}


def test_a_unit_is_rendered(template: Callable[..., object]) -> None:
    text = template("data | app_server_unit", data=DATA, version="1.0")
    assert isinstance(text, str)
    assert "ExecStart=/usr/bin/gunicorn shop:app\n" in text


def test_an_undefined_version_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'version' is undefined"):
        template("data | app_server_unit", data=DATA)


def test_a_version_that_yaml_made_a_number_is_told_with_its_path(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match=r"app_server_version: '1\.1' is a number"):
        template("data | app_server_unit", data=DATA, version=1.10)
