"""What holds between the sections of one configuration, beyond names that must exist and be unique."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evergate import releases, values
from evergate.errors import InvalidData, Problem, quoted
from evergate.links import every, referred
from evergate.model.haproxy import acl, logs
from evergate.model.haproxy.backend import tracking
from evergate.model.haproxy.bind import Bind
from evergate.model.haproxy.frontend import Frontend
from evergate.model.haproxy.server import ServerTls
from evergate.model.model import Model

if TYPE_CHECKING:
    from evergate.model.haproxy.config import HaproxyConfig

_LOST = {"conn-failure", "empty-response", "response-timeout"}
OWN = "evergate"  # what the names of Evergate's own sections begin with

Socket = tuple[bool, values.Address, int, int]  # whether it is UDP, the address, the first and the last port


def problems(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield what is wrong between sections each of which is right by itself."""
    yield from _own_names(config)
    yield from _same_names(config)
    yield from _same_tables(config)
    yield from _management(config)
    yield from _taken_sockets(config)
    yield from _modes(config)
    yield from _mapped_backends(config)
    yield from _groups(config)
    yield from _unused(config)
    yield from _needs(config)
    yield from _fast_open(config)
    yield from _backend_stages(config)
    yield from _failed_connections(config)
    yield from _system_authorities(config)
    yield from tracking([*config.backends, *config.listens])


def fronts(config: HaproxyConfig) -> tuple[Frontend, ...]:
    """Return everything that clients connect to."""
    return (*config.frontends, *config.listens)


def _own_names(config: HaproxyConfig) -> Iterator[Problem]:
    named: tuple[Model, ...] = (*config.frontends, *config.backends, *config.listens, *config.peers)
    for section in named:
        name = getattr(section, "name", None)
        if name is not None and (name == OWN or name.startswith(f"{OWN}_")):
            yield section.wrong("name", f"{quoted(name)} is one of Evergate's own names", "use another name")


def _same_names(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield listens that share a name with a frontend or a backend; those two may share one."""
    taken = {each.name: "frontend" for each in config.frontends}
    taken |= {each.name: "backend" for each in config.backends}
    for listen in config.listens:
        if listen.name in taken:
            problem = f"{quoted(listen.name)} is the name of a {taken[listen.name]} too"
            yield listen.wrong("name", problem, "give every section its own name")


def _same_tables(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield backends whose stick table would have the name of a frontend's."""
    taken = {each.name for each in config.frontends if each.stick_table is not None}
    for backend in config.backends:
        if backend.name in taken and backend.stick_table is not None:
            problem = f"stands beside that of the frontend {quoted(backend.name)}, and has the same name"
            yield backend.wrong("stick_table", problem, "rename the backend or the frontend")


def _management(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield a statistics page that clients could reach."""
    address = config.management_address
    hint = "write this host's own address in the management network, or leave it out for 127.0.0.1"
    if address.is_unspecified or address.is_multicast:
        yield config.wrong("management_address", f"'{address}' is not one host's address", hint)
    if any(address == vip.address for group in config.vips for vip in group.all):
        yield config.wrong("management_address", f"'{address}' is a VIP, which clients reach", hint)
    ports = {"probe_port": config.probe_port, "peers_port": config.peers_port}
    if config.stats_port == config.probe_port:
        problem = f"'{config.stats_port}' is haproxy_probe_port too"
        yield config.wrong("stats_port", problem, "use two different ports")
    for key, port in ports.items():
        if key == "peers_port" and port in (config.stats_port, config.probe_port):
            yield config.wrong(key, f"'{port}' is another port of Evergate's too", "use different ports")


def _taken_sockets(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield binds to an address and a port where something else listens on the same node."""
    taken: dict[tuple[bool, int], list[tuple[values.Address, str]]] = {}
    yield from _shared_peers_ports(config)
    for owner, address, port in _own_sockets(config):
        taken.setdefault((False, port), []).append((address, owner))
    for front in fronts(config):
        for bind in front.all_binds:
            yield from _taken(front, bind, config, taken)


def _shared_peers_ports(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield groups of peers on a port of Evergate's own, or of an earlier group."""
    owners = {config.peers_port: "the pair's peers"}
    for section in config.peers:
        owner = owners.setdefault(section.port, f"the peers '{section.name}'")
        if owner != f"the peers '{section.name}'":
            hint = "use another port, that no member of the pair listens on"
            yield section.wrong("port", f"port {section.port} is taken by {owner}", hint)


def _own_sockets(config: HaproxyConfig) -> Iterator[tuple[str, values.Address, int]]:
    yield "the stats page", config.management_address, config.stats_port
    yield "the probe", values.address("127.0.0.1", ""), config.probe_port
    for member in config.members:
        if member.name == config.node:
            yield "the pair's peers", member.address, config.peers_port
            for section in config.peers:
                yield f"the peers '{section.name}'", member.address, section.port
    for relay in config.log_forwards:
        for bind in relay.binds:
            yield f"the log relay '{relay.name}'", bind.address, bind.port


def _taken(
    front: Frontend,
    bind: Bind,
    config: HaproxyConfig,
    taken: dict[tuple[bool, int], list[tuple[values.Address, str]]],
) -> Iterator[Problem]:
    addresses = config.addresses(bind.vip) if bind.vip is not None else (bind.address,)
    for udp in (False, True) if bind.quic else (False,):
        for port in (number for text in bind.all_ports for number in _range(text)):
            others = taken.setdefault((udp, port), [])
            for address in addresses:
                clash = next((owner for other, owner in others if address and overlap(address, other)), None)
                if clash is not None:
                    key = "ports" if bind.ports else "port"
                    itself = clash == f"the frontend '{front.name}'"
                    owner = "this frontend already" if itself else clash
                    problem = f"port {port} of '{address}' is taken by {owner}"
                    yield bind.wrong(key, problem, "use another port or another VIP")
                    return
            others += [(address, f"the frontend '{front.name}'") for address in addresses if address]


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def overlap(one: values.Address, other: values.Address) -> bool:
    """Return whether two sockets of one port on these addresses exclude each other."""
    if one.version != other.version:
        return False
    return one == other or one.is_unspecified or other.is_unspecified


def _modes(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield frontends that hand HTTP to a backend of bytes, or the other way round."""
    modes = {each.name: each.mode for each in (*config.listens, *config.backends)}
    for front in fronts(config):
        pairs = [(front, "default_backend", front.default_backend)]
        for model, key, name in [*pairs, *((route, "backend", route.backend) for route in front.routes)]:
            mode = modes.get(name or "", front.mode)
            if mode != front.mode:
                problem = f"{quoted(name)} is of mode {mode}, the frontend of mode {front.mode}"
                yield model.wrong(key, problem, "give both the same mode")


def _mapped_backends(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield the values of routes' maps that are no backends."""
    known = {*config.named("backends"), *config.named("listens")}
    modes = {each.name: each.mode for each in (*config.listens, *config.backends)}
    used = {
        route.map.name: front.mode
        for front in fronts(config)
        for route in front.routes
        if route.map is not None
    }
    for table in config.maps:
        for key, name in table.entries if table.name in used else ():
            if modes.get(name, used[table.name]) != used[table.name]:
                problem = f"{key} leads to {quoted(name)}, which is of mode {modes[name]}"
                yield table.wrong("entries", problem, "give frontend and backend the same mode", name)
            if name not in known:
                hint = f"write one of: {', '.join(sorted(known))}"
                yield table.wrong(
                    "entries", f"{key} leads to {quoted(name)}, which is no backend", hint, name
                )


def _groups(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield groups none of whose hosts can be a server."""
    for backend in (*config.backends, *config.listens):
        known = dict(config.groups).get(backend.group) if backend.group is not None else None
        if known == ():
            hint = "give evergate_address to the hosts of this group, or put hosts into it"
            problem = f"no host of the group {quoted(backend.group)} has an evergate_address"
            yield backend.wrong("group", problem, hint)


def _system_authorities(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield servers verified by the system's authorities, which some versions look for below `ca_base`."""
    if config.global_.ca_base is None or releases.finds_system_authorities(config.release):
        return
    for model in every(config):
        if isinstance(model, ServerTls) and model.verify == "required" and model.ca is None:
            problem = f"is missing: HAProxy {releases.written(config.release)} does not find the system's"
            yield model.absent("ca", f"{problem} beside haproxy_global.ca_base")


def _failed_connections(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield a log format of requests for what has none."""
    part = logs.of_requests(config.defaults.error_log_format)
    modes = {*(each.mode for each in fronts(config)), *(each.mode for each in config.backends)}
    if part is not None and "tcp" in modes:
        problem = f"has {quoted(part)}, which sections of mode tcp have none of"
        yield config.defaults.wrong("error_log_format", problem, "delete it")


def _backend_stages(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield rules for connections in backends, to which no client connects."""
    for backend in config.backends:
        for rule in backend.tcp_request:
            if rule.stage != "content":
                hint = "write stage: content, or move the rule to a frontend"
                yield rule.wrong("action", f"is of stage '{rule.stage}', which a backend has none of", hint)


def _fast_open(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield servers whose first data may be lost with the handshake, and would not be sent again."""
    for backend in (*config.backends, *config.listens):
        retried = {*(backend.retry_on or config.defaults.retry_on)}
        if "all-retryable-errors" in retried or retried >= _LOST:
            continue
        for server in (backend.server_defaults, backend.template, *backend.servers):
            if server is not None and server.tfo:
                hint = f"add {', '.join(sorted(_LOST - retried))} to retry_on, or delete tfo"
                yield server.wrong("tfo", "needs retries of what gets lost with it", hint)


def _unused(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield backends that nothing leads to."""
    if not config.whole("frontends", "backends", "listens", "maps", "sections"):
        return
    used = referred(config, "backends") | referred(config, "tables")
    used |= {name for table in config.maps for _, name in table.entries}
    names = ", ".join(config.named("frontends"))
    # A misspelt name is told elsewhere; what it was meant for is not unused.
    misspelt = referred(config, "backends") - {*config.named("backends"), *config.named("listens")}
    for backend in config.backends if not misspelt else ():
        if backend.name not in used and not _dynamic(config):
            hint = f"name it in a frontend ({names}) or delete it" if names else "add a frontend or delete it"
            yield backend.wrong("name", f"no frontend leads to {quoted(backend.name)}", hint)
    for group in config.mailers:
        if group.name not in referred(config, "mailers"):
            problem = f"no backend has an email_alert for {quoted(group.name)}"
            yield group.wrong("name", problem, "name it in a backend's email_alert or delete it")


def _dynamic(config: HaproxyConfig) -> bool:
    """Return whether words of the operator's own may lead to any backend, such as an SPOE engine's."""
    if any(front.filters for front in fronts(config)):
        return True
    lines = [line for front in fronts(config) for line in front.extra]
    lines += [line for section in config.sections for line in section.lines]
    return any(keyword in line for line in lines for keyword in ("use_backend", "default_backend"))


def _needs(config: HaproxyConfig) -> Iterator[Problem]:
    """Yield what one section needs and another one lacks."""
    declared = {each.name for each in fronts(config) if each.stick_table is not None}
    declared |= {each.name for each in config.backends if each.stick_table is not None}
    sections_read = config.whole("frontends", "backends", "listens")
    for model in every(config) if sections_read else ():
        table: object = getattr(model, "table", None)
        if isinstance(table, str) and table not in declared:
            there_are = f"write one of: {', '.join(sorted(declared))}"
            hint = there_are if declared else f"write a stick_table into a backend named {quoted(table)}"
            yield model.wrong("table", f"no section named {quoted(table)} has a stick_table", hint)
    for backend in (*config.backends, *config.listens):
        if backend.check_type == "external" and not config.global_.external_check:
            hint = "write haproxy_global: {external_check: true}: HAProxy may then start programs"
            yield backend.check.wrong("type", "external needs permission in haproxy_global", hint)
    listed = {each.name: each for each in config.lists}
    for limit in (limit for front in fronts(config) for limit in front.limits):
        for entry in listed[limit.allow_list].entries if limit.allow_list in listed else ():
            if not is_network(entry):
                problem = f"{quoted(limit.allow_list)} holds {quoted(entry)}, which is no network"
                yield limit.wrong("allow_list", problem, "name a list of addresses and networks")
    for front in fronts(config):
        if len(front.limits) > 3:
            problem = "are more than the three counters of a connection"
            yield front.wrong(
                "limits", problem, "keep three, or use a frontend of its own", front.limits[3].name
            )


def is_network(text: str) -> bool:
    """Return whether a text is an address or a network."""
    try:
        acl.network(text, "")
    except InvalidData:
        return False
    return True
