from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from small_site import HOSTVARS, LOOKS, SPECS


def test_what_is_in_the_way_is_told(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleError, match="no host runs an application"):
        template("hosts | deployment(specs, looks)", hosts=HOSTVARS, specs=SPECS, looks=LOOKS, servers="web")


def test_an_undefined_group_is_told_by_ansible(template: Callable[..., object]) -> None:
    with pytest.raises(AnsibleUndefinedVariable, match="'servers' is undefined"):
        template("hosts | deployment(specs)", hosts=HOSTVARS, specs=SPECS)


def test_a_plan_is_plain_data(template: Callable[..., object]) -> None:
    source = "/builds/shop-{{ app_server_version }}.tar.gz"
    app = HOSTVARS["app1"] | {
        "app_server_name": "shop",
        "app_server_version": "1.1.0",
        "app_server_source": "/builds/shop.tar.gz",
        "app_server_command": "/usr/bin/shop",
        "app_server_port": 8080,
        "app_version": "{{ wanted }}",
        "app_source": "/builds/shop-1.2.0.tar.gz",
        "__deploy_files": {"source": source, "before": "", "after": "", "there": [source]},
    }
    options = {name: {} for name in app if name.startswith("app_server_")}
    specs = SPECS | {"app_server": {"argument_specs": {"main": {"options": options}}}}
    known = {"servers": "web", "wanted": "1.2.0", "app_server_version": "1.2.0"}
    found = template("hosts | deployment(specs)", hosts=HOSTVARS | {"app1": app}, specs=specs, **known)
    assert isinstance(found, dict)
    assert found["words"][0] == "shop 1.2.0 goes to app1."
