from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

DATA = {
    "node": "lb1",
    "members": [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}],
    "instances": [{"name": "shop", "interface": "svc0", "vips": ["{{ vip }}"]}],
}


def test_a_templated_vip_is_rendered(template: Callable[..., object]) -> None:
    text = template("data | keepalived_watch", data=DATA, vip="203.0.113.100/24")
    assert isinstance(text, str)
    assert json.loads(text)["instances"][0]["vips"] == ["203.0.113.100"]


def test_an_undefined_vip_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'vip' is undefined"):
        template("data | keepalived_watch", data=DATA)


def test_a_wrong_vip_is_told_with_its_path(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match=r"keepalived_instances\[0\]\.vips\[0\]: '203\.0\.113\.300/24'"):
        template("data | keepalived_watch", data=DATA, vip="203.0.113.300/24")
