"""The inventory's hosts, and the two views of them that the roles are handed.

`hostvars` is Ansible's: a mapping of every host to its variables, each templated when it is looked up. Read
are only the variables with Evergate's own prefixes, `group_names` and the hosts' names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evergate import values
from evergate.errors import InvalidData, Problem, refused

HostVars = Mapping[str, Mapping[str, object]]

BALANCERS = "load_balancers"
_ADDRESS_HINT = "write the host's IP address in the service network"


@dataclass(frozen=True, slots=True)
class Host:
    """One host of the inventory; `pair` is the name of its pair, None for all but load balancers."""

    name: str
    groups: tuple[str, ...]
    pair: str | None
    variables: Mapping[str, object]

    @property
    def address(self) -> object:
        """Return `evergate_address` as it was written, None when it is not set."""
        return self.variables.get("evergate_address")

    @property
    def origin(self) -> object:
        """Return what best says where this host was written."""
        return self.variables.get("inventory_hostname", self.name)

    def require_address(self) -> dict[str, object]:
        """Return `{name, address}`, or raise `InvalidData` when the address is missing or none."""
        if self.address is None:
            raise refused(
                "evergate_address", f"is missing on the host '{self.name}'", self.origin, _ADDRESS_HINT
            )
        values.address(self.address, f"evergate_address of {self.name}")
        return {"name": self.name, "address": self.address}


def hosts(hostvars: HostVars) -> list[Host]:
    """Return every host in the inventory's order; `InvalidData` when an `evergate_pair` is no name."""
    problems: list[Problem] = []
    found = []
    for name in hostvars:
        try:
            found.append(_host(name, hostvars[name]))
        except InvalidData as error:
            problems += error.problems
    if problems:
        raise InvalidData(problems)
    return found


def pair_members(hostvars: HostVars) -> dict[str, list[dict[str, object]]]:
    """Return for every load balancer those of its pair as `{name, address}`, the preferred one first."""
    found = pairs(hosts(hostvars)).values()
    return {host.name: [each.require_address() for each in pair] for pair in found for host in pair}


def host_groups(hostvars: HostVars) -> dict[str, list[dict[str, object]]]:
    """Return for every group its hosts as `{name, address}`, without those that have no evergate_address."""
    return grouped(hosts(hostvars))


def grouped(everyone: list[Host]) -> dict[str, list[dict[str, object]]]:
    """Return for every group the `{name, address}` of those of its hosts that have an address."""
    groups: dict[str, list[dict[str, object]]] = {}
    for host in everyone:
        for group in host.groups:
            members = groups.setdefault(group, [])
            if host.address is not None:
                members.append({"name": host.name, "address": host.address})
    return groups


def pairs(everyone: list[Host]) -> dict[str, list[Host]]:
    """Return the hosts of every pair by the pair's name, all in the inventory's order."""
    found: dict[str, list[Host]] = {}
    for host in everyone:
        if host.pair is not None:
            found.setdefault(host.pair, []).append(host)
    return found


def _host(name: str, variables: Mapping[str, object]) -> Host:
    groups = tuple(_group_names(variables))
    pair = variables.get("evergate_pair")
    if BALANCERS not in groups:
        return Host(name, groups, None, variables)
    return Host(name, groups, BALANCERS if pair is None else values.name(pair, "evergate_pair"), variables)


def _group_names(variables: Mapping[str, object]) -> Iterator[str]:
    names = variables.get("group_names")
    yield from (str(name) for name in names) if isinstance(names, (list, tuple)) else ()
