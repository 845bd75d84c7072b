"""A backend: the servers that answer, and how their health is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from evergate import values
from evergate.errors import nearest, quoted
from evergate.model.extra import haproxy_lines, server_parameters
from evergate.model.member import Member
from evergate.reading import Reader, repeated, some

# Those of HAProxy 2.6 and later that need no argument (its manual, section 4.2, "balance").
BALANCE = ("roundrobin", "static-rr", "leastconn", "first", "source", "uri", "random")

Groups = Mapping[str, tuple[Member, ...]]


@dataclass(frozen=True, slots=True)
class Check:
    """The HTTP request that tells whether a server is healthy; `expect` is the status of a healthy answer."""

    path: str
    host: str | None
    expect: int

    @classmethod
    def from_data(cls, data: object, path: str) -> Check:
        """Return the check described by `{path, host, expect}`, all optional."""
        reader = Reader(data, path)
        check = cls(
            path=reader.optional("path", values.url_path, "/healthz"),
            host=reader.optional("host", values.host_header, None),
            expect=reader.optional("expect", values.integer(100, 599, "an HTTP status"), 200),
        )
        reader.finish()
        return check


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a backend; `weight` is 0 to 256, a `backup` serves when no other can."""

    name: str
    address: values.Address
    port: int
    weight: int | None = None
    backup: bool = False
    extra: str | None = None

    @classmethod
    def from_data(cls, data: object, path: str, port: int | None) -> Server:
        """Return the server; `port` is the backend's, for a server without its own."""
        reader = Reader(data, path)
        own_port = reader.optional("port", values.port, None)
        server = cls(
            name=reader.required("name", values.name, "a name for this server, such as app1"),
            address=reader.required("address", values.address, "the server's IP address"),
            port=own_port or port or reader.required("port", values.port, "its port, here or in the backend"),
            weight=reader.optional("weight", values.integer(0, 256), None),
            backup=reader.optional("backup", values.boolean, False),
            extra=reader.optional("extra", server_parameters, None),
        )
        reader.finish()
        return server


@dataclass(frozen=True, slots=True)
class Backend:
    """Servers that answer for a frontend. `timeout_*` are durations, None for those of the defaults.

    `group` is the inventory group the servers were taken from, None when they were listed.
    """

    name: str
    balance: str
    check: Check
    group: str | None
    servers: tuple[Server, ...]
    timeout_connect: str | None
    timeout_server: str | None
    extra: tuple[str, ...]

    @classmethod
    def from_data(cls, data: object, path: str, groups: Groups | None) -> Backend:
        """Return the backend with its servers; `groups` is None when they could not be read."""
        reader = Reader(data, path)
        port = reader.optional("port", values.port, None)
        group = reader.optional("group", values.text, None)
        listed = reader.optional("servers", some(partial(Server.from_data, port=port)), None)
        backend = cls(
            name=reader.required("name", values.name, "a name for this backend, such as shop"),
            balance=reader.optional("balance", values.choice(*BALANCE), "roundrobin"),
            check=reader.optional("check", Check.from_data, Check.from_data({}, path)),
            group=group,
            servers=listed or _grouped(reader, groups, group, port),
            timeout_connect=reader.optional("timeout_connect", values.duration, None),
            timeout_server=reader.optional("timeout_server", values.duration, None),
            extra=reader.optional("extra", haproxy_lines, ()),
        )
        _refuse_ambiguous(reader, backend, data)
        reader.finish()
        return backend


def _grouped(
    reader: Reader, groups: Groups | None, group: str | None, port: int | None
) -> tuple[Server, ...]:
    """Return a server for each host of the group; what forbids that is remembered by the reader."""
    if group is None or groups is None:
        return ()
    if group not in groups:
        hint = nearest(group, groups, f"the inventory's groups are: {', '.join(groups)}")
        reader.refuse("group", f"the inventory has no group {quoted(group)}", hint)
    elif not groups[group]:
        hint = "give evergate_address to the hosts of this group, or put hosts into it"
        reader.refuse("group", f"no host of the group {quoted(group)} has an evergate_address", hint)
    elif port is None:
        reader.required("port", values.port, "the TCP port the servers listen on, such as 8080")
    return tuple(Server(member.name, member.address, port or 0) for member in groups.get(group, ()))


def _refuse_ambiguous(reader: Reader, backend: Backend, data: object) -> None:
    """Refuse servers from two sources or from none, and servers that cannot be told apart."""
    listed = isinstance(data, Mapping) and data.get("servers") is not None
    if backend.group is not None and listed:
        reader.refuse("servers", "stands beside 'group'", "keep either 'group' or 'servers'")
    elif backend.group is None and not listed:
        reader.required("group", values.text, "the name of an inventory group, or list 'servers' instead")
    for _, server in repeated(backend.servers, lambda each: each.name):
        problem = f"holds the name {quoted(server.name)} twice"
        reader.refuse("servers" if listed else "group", problem, "give every server its own name")
    for _, server in repeated(backend.servers, lambda each: (each.address, each.port)):
        problem = f"holds the address '{server.address}' with port {server.port} twice"
        reader.refuse("servers" if listed else "group", problem, "list every server once")
