"""Upgrades of the load balancers' packages: what is asked for, and what it takes, judged before it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evergate import site
from evergate.changing import PREVIEWS
from evergate.errors import InvalidData, Problem, quoted
from evergate.inventory import HostVars
from evergate.operations import Looks, Member, Specs, truth

DAEMONS = ("haproxy", "keepalived")
ALL = "all"
LOOK = "__upgrade_look"  # what the playbook registers of node_packages
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+(=[A-Za-z0-9.+:~-]+)?")
_RELEASE = re.compile(r"[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class _Node:
    """A load balancer, and what it told of its packages."""

    member: Member
    told: Mapping[str, Any]
    is_as_configured: bool
    reboots: bool

    @property
    def has_to(self) -> bool:
        return bool(self.told.get("changes")) or self.reboots


def upgrade_request(packages: object, release: object, hold: object, reboot: object) -> dict[str, Any]:
    """Return what is asked for, as the module node_packages takes it.

    `packages` are names or `NAME=VERSION`, in a list or with commas between, or `all`, with which HAProxy and
    keepalived are what a failed proof takes back. `hold` says whether they are held afterwards; without it
    what is held is left alone. Keys: options, as node_packages takes them; names; hold, or None; reboot.
    Raises `InvalidData` with all problems.
    """
    problems: list[Problem] = []
    words = packages.split(",") if isinstance(packages, str) else packages
    named = [str(word).strip() for word in words] if isinstance(words, (list, tuple)) else []
    problems += _misnamed(named, packages)
    if not isinstance(release, str) or (release and not _RELEASE.fullmatch(release)):
        hint = "write its name as apt has it, such as bookworm-backports"
        problems.append(Problem("upgrade_release", f"{quoted(release)} is no release", release, hint))
    for name, value in (("upgrade_hold", hold), ("upgrade_reboot", reboot)):
        if value is not None and truth(value) is None:
            problems.append(
                Problem(name, f"{quoted(value)} is neither true nor false", value, "write true or false")
            )
    if problems:
        raise InvalidData(problems)
    everything = ALL in named
    chosen = list(DAEMONS) if everything else named
    return {
        "options": {
            "packages": chosen,
            "everything": everything,
            "release": release,
            "held": hold is not None,
        },
        "names": [each.partition("=")[0] for each in chosen],
        "hold": truth(hold),
        "reboot": bool(truth(reboot)),
    }


def upgrade_plan(
    hostvars: HostVars,
    specs: Specs,
    looks: Looks,
    request: Mapping[str, Any],
    without_way_back: bool = False,
) -> dict[str, Any]:
    """Return who is upgraded after whom, and what changes, in words.

    `looks` is as in `switchover`, and hostvars have what node_packages told and the previews of both roles.
    turns: names, pair by pair, the standby first. partners: for each of them who has to be fit meanwhile.
    lines: what becomes of each load balancer. Raises `InvalidData` when a node of a pair
    with something to do is not fit, or is not as the inventory says, or could not go back.
    """
    turns: list[str] = []
    partners: dict[str, list[str]] = {}
    lines: list[str] = []
    problems: list[Problem] = []
    for pair in site.read(hostvars, specs)[0]:
        nodes = [_node(host.name, hostvars, looks, request) for host in pair.hosts]
        waiting = [each for each in nodes if each.has_to]
        problems += _in_the_way(nodes, without_way_back)
        turns += [each.member.name for each in sorted(waiting, key=lambda each: bool(each.member.holds))]
        names = [host.name for host in pair.hosts]
        partners |= {
            each.member.name: [name for name in names if name != each.member.name] for each in waiting
        }
        lines += [line for each in nodes for line in _lines(each)]
    if problems:
        raise InvalidData(problems)
    return {"turns": turns, "partners": partners, "lines": lines}


def _misnamed(named: Sequence[str], packages: object) -> Iterator[Problem]:
    hint = "write names, or NAME=VERSION: -e upgrade_packages='[haproxy, keepalived]', or all"
    if not named:
        yield Problem("upgrade_packages", f"{quoted(packages)} names no package", packages, hint)
    for name in named:
        if not _PACKAGE.fullmatch(name):
            yield Problem("upgrade_packages", f"{quoted(name)} is no package", packages, hint)
    if ALL in named and len(named) > 1:
        hint = "all has everything; leave the others out"
        yield Problem("upgrade_packages", "names all and others", packages, hint)


def _node(name: str, hostvars: HostVars, looks: Looks, request: Mapping[str, Any]) -> _Node:
    look: Any = hostvars[name].get(LOOK, {})
    told = look.get("told", {})
    previews: list[Any] = [hostvars[name].get(each) for each in PREVIEWS]
    same = not any(each["changed"] for each in previews if each is not None)
    reboots = bool(request["reboot"] and told.get("reboot"))
    return _Node(Member.from_look(name, looks), told, same, reboots)


def _in_the_way(nodes: Sequence[_Node], without_way_back: bool) -> Iterator[Problem]:
    """Yield what keeps a pair from being upgraded."""
    for node in nodes:
        name = node.member.name
        for missing in node.told.get("missing", ()):
            problem = f"{missing} is not installed on {name}"
            yield Problem("upgrade_packages", problem, name, "name what is there; site.yml installs its own")
        for lost in () if without_way_back else node.told.get("no_way_back", ()):
            problem = f"{lost} of {name} could not be had again, neither of the archives nor of its own cache"
            hint = "-e upgrade_without_way_back=true if that is a risk you take"
            yield Problem("upgrade_packages", problem, lost, hint)
    if not any(each.has_to for each in nodes):
        return
    for node in nodes:
        name = node.member.name
        if node.member.unfit:
            problem = f"{name} is not fit, and all of a pair have to be: {'; '.join(node.member.unfit)}"
            hint = f"if it is in maintenance: maintain_node.yml -e node={name} -e state=end"
            yield Problem("node", problem, name, hint)
        elif not node.is_as_configured:
            problem = f"{name} is not as the inventory says, and would be changed besides"
            yield Problem("node", problem, name, "run site.yml first")


def _lines(node: _Node) -> Iterator[str]:
    """Yield what becomes of a load balancer."""
    name, told = node.member.name, node.told
    changes = [
        f"{each['name']} {each['old'] or '(new)'} -> {each['new']}" for each in told.get("changes", ())
    ]
    yield f"{name}: {', '.join(changes) or 'nothing to upgrade'}"
    for package, version in told.get("held", {}).items():
        hint = "-e upgrade_hold=true upgrades it and holds it again"
        yield f"{name}: {package} is held at {version} and stays; {hint}, apt-mark unhold lets it go"
    if told.get("reboot"):
        does = "it is rebooted" if node.reboots else "-e upgrade_reboot=true reboots it"
        yield f"{name}: {told['reboot']}; {does}"
