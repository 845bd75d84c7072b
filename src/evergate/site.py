"""The whole site, judged at once: every host's data, and then the rules that span hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from evergate import budget, inventory
from evergate.errors import InvalidData, Problem, nearest, quoted
from evergate.inventory import Host, HostVars
from evergate.landscape import Pair, between_hosts, shared_addresses
from evergate.model.app_server import App
from evergate.model.haproxy.config import Groups, HaproxyConfig, groups
from evergate.model.haproxy.defaults import Defaults
from evergate.model.haproxy.process import Global
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.model import Model, keys

T = TypeVar("T")

_PREFIXES = ("haproxy_", "keepalived_", "app_server_", "drill_", "evergate_")
STATES = ("ready", "drain", "maint")  # what an operator may want of a server, in HAProxy's words
_OWN_VARIABLES = frozenset({"evergate_address", "evergate_pair"})


@dataclass(frozen=True, slots=True)
class Variables:
    """One host's variables over the roles' defaults."""

    host: Host
    defaults: Mapping[str, object]

    def get(self, name: str) -> object:
        """Return the host's value, else the default, else None."""
        return self.host.variables[name] if name in self.host.variables else self.defaults.get(name)

    def chosen(self, model: type[Model]) -> dict[str, object]:
        """Return what the variables `<role>_<key>` hold, for every key of the role's model that is set."""
        found = {key: self.get(f"{model.home}_{key}") for key in keys(model)}
        return {key: value for key, value in found.items() if value is not None}


def checked_site(hostvars: HostVars, specs: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    """Return how much the site consists of, after every rule has been found kept.

    `specs` holds for each role its parsed `meta/argument_specs.yml`: all variables and their defaults.
    Raises `InvalidData` with all problems; what several hosts share is reported once.
    """
    return _summary(*read(hostvars, specs))


def failover_budget(hostvars: HostVars, specs: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return for every pair, as lines for people, how long each failure lasts at worst.

    The arguments and the errors are those of `checked_site`.
    """
    pairs, _ = read(hostvars, specs)
    return [line for pair in pairs for line in budget.table(pair.name, pair.moving[0], pair.balancing[0])]


def server_places(
    hostvars: HostVars, specs: Mapping[str, Mapping[str, object]], server: object, state: object
) -> dict[str, list[str]]:
    """Return for every load balancer that has a server its places there, as `backend/server`.

    `server` is its name, or one of these places. An unknown server or state is refused; the other arguments
    and errors are those of `checked_site`.
    """
    return places(read(hostvars, specs)[0], server, state)


def places(pairs: list[Pair], server: object, state: object) -> dict[str, list[str]]:
    """Return the same of pairs that were read already."""
    found = {
        node.name: [place for place in _places(config) if server in (place, place.partition("/")[2])]
        for pair in pairs
        for node, config in zip(pair.hosts, pair.balancing, strict=True)
    }
    problems = []
    if not any(found.values()):
        known = {place.partition("/")[2] for pair in pairs for place in _places(pair.balancing[0])}
        hint = nearest(server, known, f"the servers are: {', '.join(sorted(known)) or 'none'}")
        problems.append(Problem("server", f"no backend has a server {quoted(server)}", server, hint))
    if state not in STATES:
        hint = f"write one of: {', '.join(STATES)}"
        problems.append(Problem("state", f"{quoted(state)} is no state of a server", state, hint))
    if problems:
        raise InvalidData(problems)
    return {node: known for node, known in found.items() if known}


def _places(config: HaproxyConfig) -> Iterator[str]:
    """Yield every server of a load balancer with its backend's name before it."""
    for backend in (*config.backends, *config.listens):
        for server in backend.serving(config.members_of(backend.group or "")):
            yield f"{backend.name}/{server.name}"
        if backend.template is not None:
            for number in range(1, backend.template.count + 1):
                yield f"{backend.name}/{backend.template.prefix}{number}"


def read(hostvars: HostVars, specs: Mapping[str, Mapping[str, object]]) -> tuple[list[Pair], dict[str, App]]:
    """Return the pairs and each host's application, or raise `InvalidData` with everything that is wrong."""
    options = _options(specs)
    everyone = inventory.hosts(hostvars)
    problems = [problem for host in everyone for problem in _misnamed(host, {*options, *_OWN_VARIABLES})]
    if unplaced := list(_addressless(everyone)) or list(shared_addresses(everyone)):
        raise InvalidData(problems + unplaced)
    defaults = {name: option["default"] for name, option in options.items() if "default" in option}
    known = groups(inventory.grouped(everyone), "haproxy_groups")
    pairs, sound = [], []
    for members in inventory.pairs(everyone).values():
        found: list[Problem] = []
        pairs.append(_pair(members, known, defaults, found))
        if not found:
            sound.append(pairs[-1])
        problems += found
    apps = _apps([Variables(host, defaults) for host in everyone], problems)
    problems += between_hosts(sound, everyone)
    if problems:
        raise InvalidData(problems)
    return pairs, apps


def _options(specs: Mapping[str, Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
    """Return the options of every entry point of every role by their names."""
    found: dict[str, Mapping[str, object]] = {}
    for spec in specs.values():
        entry_points = spec["argument_specs"]
        assert isinstance(entry_points, Mapping)
        for entry_point in entry_points.values():
            found |= entry_point.get("options", {})
    return found


def _misnamed(host: Host, known: set[str]) -> Iterator[Problem]:
    for name in host.variables:
        if name.startswith(_PREFIXES) and name not in known:
            yield Problem(name, "is not a variable of Evergate", name, _instead(name, known))


def _instead(name: str, known: set[str]) -> str:
    """Return which variable to write in place of one that does not exist."""
    key = name.partition("_")[2]
    for variable, model in (("haproxy_global", Global), ("haproxy_defaults", Defaults)):
        if name == f"haproxy_{key}" and key in keys(model):
            return f"write it as a key of {variable}, as in '{variable}: {{{key}: ...}}'"
    return nearest(name, known, "see the roles' README files for the variables there are")


def _addressless(everyone: list[Host]) -> Iterator[Problem]:
    """Yield what keeps the load balancers from being paired, and addresses that are none."""
    if not inventory.pairs(everyone):
        hint = f"put the load balancers into a group of this name: {inventory.BALANCERS}"
        yield Problem(inventory.BALANCERS, "no host is in this group", None, hint)
    for host in everyone:
        if host.pair is not None or host.address is not None:
            yield from _problems(host.require_address)


def _problems(read: Callable[[], object]) -> tuple[Problem, ...]:
    try:
        read()
    except InvalidData as error:
        return error.problems
    return ()


def _pair(
    members: list[Host], known: Groups, defaults: Mapping[str, object], problems: list[Problem]
) -> Pair:
    """Return the pair with the configurations of its members; what is wrong with them joins `problems`."""
    addresses = [member.require_address() for member in members]
    pair = Pair(str(members[0].pair), tuple(members), [], [])
    for member in members:
        variables = Variables(member, defaults)
        instances = variables.get("keepalived_instances")
        balancing = variables.chosen(HaproxyConfig) | {
            "profile": variables.get("keepalived_profile"),
            "vips": instances,
            "groups": known,
            "members": addresses,
            "node": member.name,
        }
        moving = variables.chosen(KeepalivedConfig) | {
            "node": member.name,
            "members": addresses,
        }
        # keepalived first: it judges the VIPs, of which HAProxy takes the addresses and can't do without.
        _collect(KeepalivedConfig.from_data, moving, pair.moving, variables, problems)
        if instances is not None:
            _collect(HaproxyConfig.from_data, balancing, pair.balancing, variables, problems)
    return pair


def _apps(everyones: list[Variables], problems: list[Problem]) -> dict[str, App]:
    """Return the application of each host that has one; what is wrong with them joins `problems`."""
    apps: dict[str, App] = {}
    for variables in everyones:
        if _runs_an_application(variables.host):
            parsed: list[App] = []
            _collect(App.from_data, variables.chosen(App), parsed, variables, problems)
            apps.update((variables.host.name, app) for app in parsed)
    return apps


def _runs_an_application(host: Host) -> bool:
    # Further variables may be everybody's: those of the group all, or of the command line.
    return "app_servers" in host.groups or "app_server_name" in host.variables


def _collect(
    parse: Callable[[object], T],
    data: dict[str, object],
    parsed: list[T],
    variables: Variables,
    problems: list[Problem],
) -> None:
    """Add what `parse` makes of `data` to `parsed`, or its problems to `problems`."""
    try:
        parsed.append(parse(data))
    except InvalidData as error:
        if error.rest is not None:
            parsed.append(cast(T, error.rest))
        problems += [_located(problem, data, variables) for problem in error.problems]


def _located(problem: Problem, data: dict[str, object], variables: Variables) -> Problem:
    """Return the problem with an origin in the inventory, where its value is `data` or a key of it.

    These were put together here. What they stand for is the variable, or the host that lacks it.
    """
    if not any(problem.value is each for each in (data, *data)):
        return problem
    written = (name for name in variables.host.variables if re.match(rf"{name}\b", problem.path))
    return replace(problem, value=next(written, variables.host.origin))


def _summary(pairs: list[Pair], apps: dict[str, App]) -> dict[str, int]:
    """Return the counts; what all members of a pair have is counted once for the pair."""
    configs = [pair.balancing[0] for pair in pairs]
    servers = {
        server.address
        for config in configs
        for backend in (*config.backends, *config.listens)
        for server in backend.serving(config.members_of(backend.group or ""))
    }
    return {
        "pairs": len(pairs),
        "load_balancers": sum(len(pair.hosts) for pair in pairs),
        "servers": len(servers),
        "frontends": sum(len(config.frontends) for config in configs),
        "backends": sum(len(config.backends) for config in configs),
        "applications": len({app.name for app in apps.values()}),
    }
