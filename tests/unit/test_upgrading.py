from __future__ import annotations

from typing import Any

import pytest
from operated_site import BALANCER, HOSTS, LOOKS, SPECS, look, refusal, second_pair

from evergate.errors import InvalidData
from evergate.upgrading import upgrade_plan, upgrade_request

NEW = {"name": "haproxy", "old": "2.6.12-1", "new": "2.9.7-1"}
REQUEST = upgrade_request(["haproxy", "keepalived"], "", None, False)
SAME = {"__haproxy_preview": {"changed": False}, "__keepalived_preview": {"changed": False}}


def told(*changes: dict[str, str], **but: Any) -> dict[str, Any]:
    """Return what a load balancer told of its packages, with its previews."""
    found = {"changes": list(changes), "held": {}, "missing": [], "no_way_back": [], "reboot": ""} | but
    return SAME | {"__upgrade_look": {"told": found}}


def hosts(**tolds: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the site, whose load balancers told that HAProxy would change unless they say otherwise."""
    everyone = {"lb1": told(NEW), "lb2": told(NEW)} | tolds
    return {name: host | everyone.get(name, {}) for name, host in HOSTS.items()}


def test_the_command_line_may_write_names_with_commas_between() -> None:
    found = upgrade_request("haproxy, keepalived=1:2.3.3-1", "bookworm-backports", "true", "no")
    assert found == {
        "options": {
            "packages": ["haproxy", "keepalived=1:2.3.3-1"],
            "everything": False,
            "release": "bookworm-backports",
            "held": True,
        },
        "names": ["haproxy", "keepalived"],
        "hold": True,
        "reboot": False,
    }


def test_all_takes_back_haproxy_and_keepalived() -> None:
    found = upgrade_request("all", "", None, False)
    assert (found["options"]["everything"], found["names"]) == (True, ["haproxy", "keepalived"])


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (([], "", None, False), "upgrade_packages: a list names no package"),
        ((5, "", None, False), "upgrade_packages: '5' names no package"),
        ((["--purge"], "", None, False), "upgrade_packages: '--purge' is no package"),
        ((["haproxy 2.6"], "", None, False), "upgrade_packages: 'haproxy 2.6' is no package"),
        ((["all", "haproxy"], "", None, False), "upgrade_packages: names all and others"),
        ((["haproxy"], "-t x", None, False), "upgrade_release: '-t x' is no release"),
        ((["haproxy"], "", "hold", False), "upgrade_hold: 'hold' is neither true nor false"),
        ((["haproxy"], "", None, "later"), "upgrade_reboot: 'later' is neither true nor false"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked: tuple[Any, ...], problem: str) -> None:
    assert [found for found, _ in refusal(upgrade_request, *asked)] == [problem]


def test_the_standby_is_upgraded_before_the_active_node() -> None:
    plan = upgrade_plan(hosts(), SPECS, LOOKS, REQUEST)
    assert plan["turns"] == ["lb2", "lb1"]
    assert plan["partners"] == {"lb1": ["lb2"], "lb2": ["lb1"]}
    assert plan["lines"] == ["lb1: haproxy 2.6.12-1 -> 2.9.7-1", "lb2: haproxy 2.6.12-1 -> 2.9.7-1"]


def test_one_pair_comes_after_another() -> None:
    everyone = {
        name: host | (told(NEW) if name.startswith("lb") else {}) for name, host in second_pair().items()
    }
    looks = LOOKS | {"lb3": look("203.0.113.200"), "lb4": look()}
    assert upgrade_plan(everyone, SPECS, looks, REQUEST)["turns"] == ["lb2", "lb1", "lb4", "lb3"]


def test_a_node_with_nothing_to_upgrade_is_left_alone_even_if_it_is_not_fit() -> None:
    nothing = hosts(lb1=told(), lb2=told())
    plan = upgrade_plan(nothing, SPECS, {"lb1": look("203.0.113.100"), "lb2": {}}, REQUEST)
    assert (plan["turns"], plan["lines"]) == ([], ["lb1: nothing to upgrade", "lb2: nothing to upgrade"])


def test_all_of_a_pair_have_to_be_fit() -> None:
    looks = LOOKS | {"lb1": look("203.0.113.100", unfit=("it is in maintenance",))}
    ((problem, hint),) = refusal(upgrade_plan, hosts(lb1=told()), SPECS, looks, REQUEST)
    assert problem == "node: lb1 is not fit, and all of a pair have to be: it is in maintenance"
    assert hint == "if it is in maintenance: maintain_node.yml -e node=lb1 -e state=end"


def test_a_node_that_is_not_as_the_inventory_says_is_not_upgraded() -> None:
    other = told(NEW) | {"__keepalived_preview": {"changed": True}}
    assert refusal(upgrade_plan, hosts(lb2=other), SPECS, LOOKS, REQUEST) == [
        ("node: lb2 is not as the inventory says, and would be changed besides", "run site.yml first")
    ]


def test_a_version_that_could_not_be_had_again_is_not_given_up_unless_asked_to() -> None:
    lost = hosts(lb2=told(NEW, no_way_back=["haproxy 2.6.12-1"]))
    ((problem, _),) = refusal(upgrade_plan, lost, SPECS, LOOKS, REQUEST)
    assert "haproxy 2.6.12-1 of lb2 could not be had again" in problem
    assert upgrade_plan(lost, SPECS, LOOKS, REQUEST, True)["turns"] == ["lb2", "lb1"]


def test_a_package_that_is_not_there_is_told() -> None:
    missing = hosts(lb1=told(missing=["haproxyy"]), lb2=told())
    ((problem, _),) = refusal(upgrade_plan, missing, SPECS, LOOKS, REQUEST)
    assert problem == "upgrade_packages: haproxyy is not installed on lb1"


def test_what_is_held_is_told() -> None:
    plan = upgrade_plan(hosts(lb1=told(held={"haproxy": "2.6.12-1"}), lb2=told()), SPECS, LOOKS, REQUEST)
    assert plan["lines"][1].startswith("lb1: haproxy is held at 2.6.12-1 and stays; -e upgrade_hold=true")


@pytest.mark.parametrize(("asked", "turns"), [(False, []), (True, ["lb1"])])
def test_a_node_is_rebooted_only_when_that_is_asked_for(asked: bool, turns: list[str]) -> None:
    waits = hosts(lb1=told(reboot="a package asks for it"), lb2=told())
    plan = upgrade_plan(waits, SPECS, LOOKS, upgrade_request(["haproxy"], "", None, asked))
    assert plan["turns"] == turns
    assert plan["lines"][1].startswith("lb1: a package asks for it; ")


def test_an_inventory_that_is_wrong_is_not_planned_for() -> None:
    with pytest.raises(InvalidData):
        upgrade_plan({"lb1": BALANCER}, SPECS, LOOKS, REQUEST)
