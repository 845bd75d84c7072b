from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

EXPRESSION = "packages | upgrade_request('', none, false)"


def test_what_is_asked_for_is_read(template: Callable[..., object]) -> None:
    found = template(EXPRESSION, packages=["{{ name }}"], name="haproxy")
    assert isinstance(found, dict)
    assert found["names"] == ["haproxy"]


def test_an_undefined_name_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'name' is undefined"):
        template(EXPRESSION, packages=["{{ name }}"])


def test_what_is_no_package_is_refused(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="'--purge' is no package"):
        template(EXPRESSION, packages=["--purge"])
