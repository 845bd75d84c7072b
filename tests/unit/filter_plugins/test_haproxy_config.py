from __future__ import annotations

import builtins
from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleFilterError, AnsibleUndefinedVariable

DATA = {
    "frontends": [{"name": "shop", "vip": "shop", "port": "{{ port }}", "default_backend": "shop"}],
    "backends": [{"name": "shop", "port": 8080, "servers": [{"name": "app1", "address": "203.0.113.21"}]}],
    "vips": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"]}],
}


def test_a_templated_port_is_rendered(template: Callable[..., object]) -> None:
    text = template("data | haproxy_config", data=DATA, port=81)
    assert isinstance(text, str)
    assert "    bind 203.0.113.100:81\n" in text


def test_an_undefined_port_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'port' is undefined"):
        template("data | haproxy_config", data=DATA)


def test_a_wrong_port_is_told_with_the_value_itself_and_a_hint(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError) as caught:
        template("data | haproxy_config", data=DATA, port=70000)
    cause = caught.value.__cause__
    assert isinstance(cause, AnsibleFilterError)
    assert cause.message == "haproxy_frontends[0].port: '70000' is not between 1 and 65535"
    assert cause.obj == 70000
    assert cause._help_text == "write a whole number from 1 to 65535"


def test_without_the_package_the_door_says_what_to_run(
    template: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without_evergate(name: str, *rest: object) -> object:
        if name.startswith("evergate"):
            raise ModuleNotFoundError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_evergate)
    with pytest.raises(AnsibleError, match="evergate is not installed beside Ansible; run: make setup"):
        template("data | haproxy_config", data=DATA, port=80)
