"""The catalogue, and what an inventory may change of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from evergate.drill.faults import FAULTS, PLACES, catalogue
from evergate.errors import InvalidData, Problem

OWN = {"inflict": "freeze NODE", "heal": "thaw NODE"}
NOT_FROM_INSIDE = {"node_frozen", "node_powered_off", "app_server_erring", "app_server_slow"}


def refused(own: object) -> list[Problem]:
    with pytest.raises(InvalidData) as caught:
        catalogue(own)
    return list(caught.value.problems)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_every_fault_is_told_in_words_and_made_and_healed_or_neither(fault: Any) -> None:
    assert fault.title and fault.text and fault.where in PLACES
    assert (fault.inflict is None) == (fault.heal is None) == (fault.name in NOT_FROM_INSIDE)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_what_it_says_in_python_is_python(fault: Any) -> None:
    shell = f"{fault.inflict}\n{fault.heal}"
    programs = re.findall("python3 -c '([^']*)'", shell)
    assert len(programs) == shell.count("python3")
    for program in programs:
        compile(program, fault.name, "exec")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_only_a_stress_promises_nothing_but_that_the_vip_stays(fault: Any) -> None:
    promise = fault.promise
    bare = promise.outage is None and promise.failed_new is None and promise.settled_ms is None
    assert (bare and promise.unavailable_ms is None) == (fault.lasts == "stress")


def test_an_inventory_gives_the_commands_that_the_catalogue_lacks() -> None:
    frozen = catalogue({"node_frozen": OWN})["node_frozen"]
    assert (frozen.inflict, frozen.heal) == ("freeze NODE", "thaw NODE")
    assert (frozen.where, frozen.text) == ("controller", "frozen")


def test_an_inventory_may_change_place_and_words_too() -> None:
    own = OWN | {"where": "active", "text": "frozen solid"}
    changed = catalogue({"haproxy_reloaded": own})["haproxy_reloaded"]
    assert (changed.where, changed.text, changed.fills_time) == ("active", "frozen solid", False)


def test_a_misspelt_fault_is_refused_with_the_nearest() -> None:
    (problem,) = refused({"node_frosen": OWN})
    assert (problem.path, problem.hint) == ("drill_own_faults", "did you mean 'node_frozen'?")


@pytest.mark.parametrize(
    ("data", "path", "problem"),
    [
        ("freeze", "", "'freeze' is not a mapping"),
        ({"inflict": "freeze"}, ".heal", "is missing"),
        ({"heal": "thaw"}, ".inflict", "is missing"),
        (OWN | {"heal": " "}, ".heal", "' ' is not a command"),
        (OWN | {"inflict": 1}, ".inflict", "'1' is not a command"),
        (OWN | {"where": "moon"}, ".where", "'moon' is not known here"),
        (OWN | {"text": "a\nb"}, ".text", "holds a line break"),
        (OWN | {"heals": "x"}, ".heals", "is not known here"),
    ],
)
def test_commands_that_cannot_be_run_are_refused(data: object, path: str, problem: str) -> None:
    (found,) = refused({"node_frozen": data})
    assert found.path == f"drill_own_faults.node_frozen{path}"
    assert problem in found.problem


def test_all_problems_are_told_at_once() -> None:
    assert len(refused({"node_frozen": {}, "nothing": OWN})) == 3


def test_something_else_than_a_mapping_is_refused() -> None:
    assert refused([])[0].problem == "a list is not a mapping"
