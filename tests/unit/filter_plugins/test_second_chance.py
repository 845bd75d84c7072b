from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable

DATA = {
    "node": "lb1",
    "members": [{"name": "lb1", "address": "203.0.113.11"}, {"name": "lb2", "address": "203.0.113.12"}],
    "instances": [{"name": "shop", "interface": "svc0", "vips": ["{{ vip }}"]}],
    "second_chance": "{{ wanted }}",
}


def test_a_templated_vip_is_in_the_files(template: Callable[..., object]) -> None:
    files = template("data | second_chance", data=DATA, vip="203.0.113.100/24", wanted=True)
    assert isinstance(files, list)
    contents = {each["path"]: each["content"] for each in files}
    _, route, *_ = contents["/etc/evergate/second_chance.ip"].splitlines()
    assert route.startswith("route replace local 203.0.113.100 dev lo ")


def test_there_are_no_files_where_it_is_not_wanted(template: Callable[..., object]) -> None:
    assert template("data | second_chance", data=DATA, vip="203.0.113.100/24", wanted=False) == []


def test_an_undefined_vip_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'vip' is undefined"):
        template("data | second_chance", data=DATA, wanted=True)


def test_a_wrong_word_is_told_with_its_path(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match=r"keepalived_second_chance: 'maybe'"):
        template("data | second_chance", data=DATA, vip="203.0.113.100/24", wanted="maybe")
