"""`ansible-playbook site.yml` on the small pair and on wrong inventories: what is refused, and where.

The hosts of these inventories do not exist: a run that went on would try to reach them and say UNREACHABLE.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
Change = Callable[[str, str, str], None]


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """A copy of the small pair's inventory."""
    return Path(shutil.copytree(ROOT / "inventories" / "small_pair", tmp_path / "inventory"))


@pytest.fixture
def change(inventory: Path) -> Change:
    """A function that replaces a text in one of the inventory's files."""

    def replace(name: str, old: str, new: str) -> None:
        text = (inventory / name).read_text()
        assert text.count(old) == 1
        (inventory / name).write_text(text.replace(old, new))

    return replace


def run(inventory: Path, playbook: str = "site.yml", *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "COLUMNS": "400"}
    command = [PLAYBOOK, "--inventory", inventory, playbook, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def assert_refused(inventory: Path, place: str, *said: str) -> None:
    """The run ends before any host is contacted, and says what, where, and what to write instead."""
    result = run(inventory)
    told = result.stdout + result.stderr
    assert result.returncode != 0
    assert f"\n{inventory}/{place}\n" in told.replace("\n        ", "\n")
    for words in said:
        assert words in told
    assert "UNREACHABLE" not in told
    assert "PLAY [Run the application" not in told


def place_of(inventory: Path, name: str, text: str, inside: str = "") -> str:
    """Return `file:line:column` of a text, after `inside` if given, in one of the inventory's files."""
    content = (inventory / name).read_text()
    before = content[: content.index(text, content.index(inside))]
    return f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_the_small_pair_passes_the_check(inventory: Path) -> None:
    result = run(inventory, "playbooks/check.yml")
    assert result.returncode == 0, result.stdout
    assert "load_balancers: 2" in result.stdout
    assert "WARNING" not in result.stdout + result.stderr


def test_the_check_is_made_with_a_limit_too(inventory: Path, change: Change) -> None:
    change("group_vars/load_balancers.yml", "port: 80\n", "port: eighty\n")
    result = run(inventory, "site.yml", "--limit=app1")
    assert result.returncode != 0
    assert "'eighty'" in result.stdout + result.stderr


def test_a_vip_that_is_no_address(inventory: Path, change: Change) -> None:
    name = "group_vars/load_balancers.yml"
    change(name, "203.0.113.100/24", "198.51.100.300/24")
    assert_refused(
        inventory,
        place_of(inventory, name, "198.51.100.300/24"),
        "keepalived_instances[0].vips[0]: '198.51.100.300/24' is not",
        "write an address",
    )


def test_a_backend_that_no_frontend_names(inventory: Path, change: Change) -> None:
    name = "group_vars/load_balancers.yml"
    change(
        name,
        "haproxy_backends:\n",
        "haproxy_backends:\n  - { name: spare, group: app_servers, port: 8001 }\n",
    )
    assert_refused(
        inventory,
        place_of(inventory, name, "spare"),
        "haproxy_backends[0].name: ",
        "no frontend leads to 'spare'",
        "name it in a frontend (shop) or delete it",
    )


def test_a_default_backend_that_does_not_exist(inventory: Path, change: Change) -> None:
    name = "group_vars/load_balancers.yml"
    change(name, "default_backend: shop", "default_backend: shopp")
    assert_refused(inventory, place_of(inventory, name, "shopp"), "'shopp'", "did you mean 'shop'?")


def test_two_pairs_with_one_virtual_router_id(inventory: Path, change: Change) -> None:
    (inventory / "hosts.yml").write_text(
        (inventory / "hosts.yml")
        .read_text()
        .replace(
            "app_servers:\n",
            """\
  children:
    second_pair:
      hosts:
        lb3: { ansible_host: 198.51.100.13, evergate_address: 203.0.113.13 }
        lb4: { ansible_host: 198.51.100.14, evergate_address: 203.0.113.14 }

app_servers:
""",
            1,
        )
    )
    (inventory / "group_vars" / "second_pair.yml").write_text("""\
---
evergate_pair: second
keepalived_instances:
  - name: shop
    interface: eth1
    vips: [203.0.113.101/24]
    virtual_router_id: 100
""")
    assert_refused(
        inventory,
        place_of(inventory, "group_vars/second_pair.yml", "100", "virtual_router_id"),
        "100 is used in one network by the pairs load_balancers (shop) and second (shop)",
        "write another virtual_router_id",
    )


def test_a_misspelt_key(inventory: Path, change: Change) -> None:
    name = "group_vars/load_balancers.yml"
    change(name, "default_backend:", "default_backed:")
    assert_refused(inventory, place_of(inventory, name, "default_backed"), "did you mean 'default_backend'?")


def test_a_misspelt_variable(inventory: Path, change: Change) -> None:
    name = "group_vars/load_balancers.yml"
    change(name, "haproxy_frontends:", "haproxy_frontend:")
    assert_refused(
        inventory, place_of(inventory, name, "haproxy_frontend"), "did you mean 'haproxy_frontends'?"
    )
