from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable


def test_a_templated_variable_is_rendered(template: Callable[..., object]) -> None:
    assert template("environment | app_server_environment", environment={"KEY": "{{ key }}"}, key="a b") == (
        'KEY="a b"\n'
    )


def test_an_undefined_variable_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'key' is undefined"):
        template("environment | app_server_environment", environment={"KEY": "{{ key }}"})


def test_a_refused_secret_is_named_and_not_told(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError) as caught:
        template("environment | app_server_environment", environment={"KEY": "hunter2\n"})
    assert "app_server_environment.KEY: holds a line break" in str(caught.value)
    assert "hunter2" not in str(caught.value)
