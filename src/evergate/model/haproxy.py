"""What one load balancer's HAProxy serves: frontends on VIPs, backends of servers, and the timing of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from evergate import values
from evergate.errors import InvalidData, Problem, nearest, quoted
from evergate.model.backend import Backend
from evergate.model.extra import haproxy_lines
from evergate.model.member import Member
from evergate.reading import Reader, each, repeated

OWN_FRONTENDS = ("evergate_stats", "evergate_probe")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """HAProxy's timeouts, as durations; the fields are its keywords (its manual, section 4.2)."""

    connect: str
    client: str
    server: str
    queue: str
    check: str
    http_request: str
    http_keep_alive: str
    tunnel: str

    @classmethod
    def from_data(cls, data: object, path: str) -> Timeouts:
        """Return the timeouts; those not given are the ones that lost no request when measured."""
        reader = Reader(data, path)
        timeouts = cls(
            connect=reader.optional("connect", values.duration, "250ms"),
            client=reader.optional("client", values.duration, "30s"),
            server=reader.optional("server", values.duration, "10s"),
            queue=reader.optional("queue", values.duration, "5s"),
            check=reader.optional("check", values.duration, "150ms"),
            http_request=reader.optional("http_request", values.duration, "5s"),
            http_keep_alive=reader.optional("http_keep_alive", values.duration, "30s"),
            tunnel=reader.optional("tunnel", values.duration, "1h"),
        )
        reader.finish()
        return timeouts


@dataclass(frozen=True, slots=True)
class VipGroup:
    """The addresses that one VRRP instance moves together."""

    name: str
    addresses: tuple[values.Address, ...]

    @classmethod
    def from_data(cls, data: object, path: str) -> VipGroup:
        """Return name and addresses of a keepalived instance; its other keys are keepalived's to judge."""
        known = (
            {key: data[key] for key in data if key in ("name", "vips")} if isinstance(data, Mapping) else data
        )
        reader = Reader(known, path)
        group_name = reader.required("name", values.name, "a name for this instance, such as shop")
        vips = reader.required("vips", each(values.vip), "a list of addresses with their prefix length")
        reader.finish()
        return cls(group_name, tuple(vip.address for vip in vips))


@dataclass(frozen=True, slots=True)
class Frontend:
    """What clients connect to: a port on every address of a VIP, and the backend that answers."""

    name: str
    vip: str
    addresses: tuple[values.Address, ...]
    port: int
    default_backend: str
    maxconn: int | None
    extra: tuple[str, ...]

    @classmethod
    def from_data(cls, data: object, path: str, vips: tuple[VipGroup, ...] | None) -> Frontend:
        """Return the frontend with the addresses of its VIP; `vips` is None when they could not be read."""
        reader = Reader(data, path)
        vip = reader.required("vip", values.name, "the name of one of keepalived_instances")
        addresses = {group.name: group.addresses for group in vips or ()}
        if vips is not None and vip is not None and vip not in addresses:
            hint = f"write the name of one of keepalived_instances: {', '.join(addresses)}"
            reader.refuse("vip", f"there is no VIP {quoted(vip)}", nearest(vip, addresses, hint))
        frontend = cls(
            name=reader.required("name", values.name, "a name for this frontend, such as shop"),
            vip=vip,
            addresses=addresses.get(vip, ()),
            port=reader.required("port", values.port, "the TCP port clients connect to, such as 80"),
            default_backend=reader.required(
                "default_backend", values.name, "the name of one of haproxy_backends"
            ),
            maxconn=reader.optional("maxconn", values.integer(1, 10_000_000), None),
            extra=reader.optional("extra", haproxy_lines, ()),
        )
        if frontend.name in OWN_FRONTENDS:
            reader.refuse(
                "name", f"{quoted(frontend.name)} is a frontend of Evergate's own", "use another name"
            )
        reader.finish()
        return frontend


@dataclass(frozen=True, slots=True)
class HaproxyConfig:
    """What HAProxy is told on one load balancer. The fields are the role's variables `haproxy_<field>`."""

    frontends: tuple[Frontend, ...]
    backends: tuple[Backend, ...]
    management_address: values.Address
    stats_port: int
    probe_port: int
    maxconn: int | None
    timeout: Timeouts
    global_extra: tuple[str, ...]
    defaults_extra: tuple[str, ...]

    @classmethod
    def from_data(cls, data: object, path: str = "haproxy") -> HaproxyConfig:
        """Return the configuration.

        Beside the fields, `data` holds `vips` (the list keepalived_instances) and `groups` (the hosts of each
        inventory group as `{name, address}`). Raises `InvalidData` with every problem found.
        """
        reader = Reader(data, path, joint="_")
        vips = reader.required("vips", _vip_groups, "the list keepalived_instances")
        groups = reader.optional("groups", _server_groups, {})
        config = cls(
            frontends=reader.required(
                "frontends", each(partial(Frontend.from_data, vips=vips)), "what clients reach"
            ),
            backends=reader.required(
                "backends", each(partial(Backend.from_data, groups=groups)), "what answers"
            ),
            management_address=reader.optional(
                "management_address", values.address, values.address("127.0.0.1", path)
            ),
            stats_port=reader.optional("stats_port", values.port, 8404),
            probe_port=reader.optional("probe_port", values.port, 8405),
            maxconn=reader.optional("maxconn", values.integer(1, 10_000_000), None),
            timeout=reader.optional("timeout", Timeouts.from_data, Timeouts.from_data({}, path)),
            global_extra=reader.optional("global_extra", haproxy_lines, ()),
            defaults_extra=reader.optional("defaults_extra", haproxy_lines, ()),
        )
        _refuse_open_management(reader, config, vips)
        reader.finish()
        if problems := [*_repetitions(config), *_unanswered(config), *_unused(config)]:
            raise InvalidData(problems)
        return config


def _vip_groups(value: object, _: str) -> tuple[VipGroup, ...]:
    """Return the VIPs; messages speak of the variable the operator wrote them in."""
    return each(VipGroup.from_data)(value, "keepalived_instances")


def _server_groups(value: object, path: str) -> dict[str, tuple[Member, ...]]:
    reader = Reader(value, path)
    names = [str(key) for key in value] if isinstance(value, Mapping) else []
    groups = {name: reader.optional(name, each(Member.from_data), ()) for name in names}
    reader.finish()
    return groups


def _refuse_open_management(reader: Reader, config: HaproxyConfig, vips: tuple[VipGroup, ...] | None) -> None:
    """Refuse a statistics page that clients could reach, or that would take the probe's port."""
    address = config.management_address
    hint = "write this host's own address in the management network, or leave it out for 127.0.0.1"
    if address is not None and (address.is_unspecified or address.is_multicast):
        reader.refuse("management_address", f"'{address}' is not one host's address", hint)
    if any(address in group.addresses for group in vips or ()):
        reader.refuse("management_address", f"'{address}' is a VIP, which clients reach", hint)
    if config.stats_port is not None and config.stats_port == config.probe_port:
        reader.refuse(
            "stats_port", f"'{config.stats_port}' is haproxy_probe_port too", "use two different ports"
        )


def _repetitions(config: HaproxyConfig) -> Iterator[Problem]:
    for index, frontend in repeated(config.frontends, lambda each: each.name):
        problem = f"there is another frontend {quoted(frontend.name)}"
        yield Problem(
            f"haproxy_frontends[{index}].name", problem, frontend.name, "give every frontend its own name"
        )
    for index, frontend in repeated(config.frontends, lambda each: (each.vip, each.port)):
        problem = f"another frontend has port {quoted(frontend.port)} of the VIP {quoted(frontend.vip)}"
        yield Problem(
            f"haproxy_frontends[{index}].port", problem, frontend.vip, "use another port or another VIP"
        )
    for index, backend in repeated(config.backends, lambda each: each.name):
        problem = f"there is another backend {quoted(backend.name)}"
        yield Problem(
            f"haproxy_backends[{index}].name", problem, backend.name, "give every backend its own name"
        )


def _unanswered(config: HaproxyConfig) -> Iterator[Problem]:
    known = [backend.name for backend in config.backends]
    for index, frontend in enumerate(config.frontends):
        if frontend.default_backend not in known:
            path = f"haproxy_frontends[{index}].default_backend"
            problem = f"there is no backend {quoted(frontend.default_backend)}"
            hint = f"write the name of one of haproxy_backends: {', '.join(known)}"
            yield Problem(
                path, problem, frontend.default_backend, nearest(frontend.default_backend, known, hint)
            )


def _unused(config: HaproxyConfig) -> Iterator[Problem]:
    used = {frontend.default_backend for frontend in config.frontends}
    frontends = ", ".join(frontend.name for frontend in config.frontends)
    for index, backend in enumerate(config.backends):
        if backend.name not in used:
            problem = f"no frontend has {quoted(backend.name)} as its default_backend"
            hint = (
                f"name it in a frontend ({frontends}) or delete it"
                if frontends
                else "add a frontend or delete it"
            )
            yield Problem(f"haproxy_backends[{index}].name", problem, backend.name, hint)
