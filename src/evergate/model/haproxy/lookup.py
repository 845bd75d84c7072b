"""What frontends and backends look things up in: DNS, users, caches, error pages, peers' tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, nearest, quoted, refused
from evergate.model.extra import haproxy_lines, server_parameters
from evergate.model.haproxy.files import ErrorPages, error_pages
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany, each, some
from evergate.values import Address

OWN_PEERS = "evergate"
_EXTRA = "Further lines for this section, in HAProxy's own words."


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer(Model):
    """A DNS server."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this name server.")
    address: Address = required(values.address, "IP address.")
    port: int = defaulted(values.port, "Port.", 53)
    protocol: str = defaulted(values.choice("udp", "tcp"), "How it is asked.", "udp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Model):
    """How long the last good answer is kept when a bad one comes (HAProxy's manual, 5.3.2, "hold")."""

    valid: str | None = optional(values.duration, "How long C(do-resolve) uses an answer again.")
    obsolete: str = defaulted(
        values.duration,
        "A server missing from the answers is kept this long: large sets of addresses come cut and shuffled.",
        "30s",
    )
    nx: str | None = optional(values.duration, "When the name does not exist any more; V(30s) unless given.")
    refused: str | None = optional(values.duration, "When the question is refused; V(30s) unless given.")
    timeout: str | None = optional(values.duration, "When nobody answers; V(30s) unless given.")
    other: str | None = optional(values.duration, "When anything else goes wrong; V(30s) unless given.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolvers(Model):
    """Name servers that are asked while HAProxy runs (its manual, section 5.3.2)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this group of name servers.")
    nameservers: tuple[NameServer, ...] = defaulted(
        each(NameServer.from_data), "The name servers, all of which are asked at once.", ()
    )
    parse_resolv_conf: bool = defaulted(
        values.boolean, "Whether those of the host's C(/etc/resolv.conf) are asked too.", False
    )
    accepted_payload_size: int = defaulted(
        values.integer(512, 65535),
        "Bytes an answer may have: HAProxy's own V(512) cuts a set of more than about a dozen servers.",
        8192,
    )
    resolve_retries: int | None = optional(
        values.integer(1, 100), "How often a question is asked before it counts as failed; V(3) unless given."
    )
    timeout_resolve: str | None = optional(
        values.duration, "How often a name is looked up; V(1s) unless given."
    )
    timeout_retry: str | None = optional(
        values.duration, "How long to wait for an answer before asking again; V(1s) unless given."
    )
    hold: Hold = defaulted(Hold.from_data, "How long a good answer outlives a bad one.", Hold())
    extra: tuple[str, ...] = defaulted(haproxy_lines, _EXTRA, ())

    def rules(self) -> Iterator[Problem]:
        """Yield resolvers that know nobody to ask."""
        if not self.nameservers and not self.parse_resolv_conf:
            yield self.absent("nameservers", "is missing, and 'parse_resolv_conf' is not true")


# crypt(5) of the libxcrypt of both Debian releases; its older methods can be broken.
_HASH = re.compile(
    r"\$5\$(rounds=[1-9][0-9]{3,8}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43}"
    r"|\$6\$(rounds=[1-9][0-9]{3,8}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}"
    r"|\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./0-9A-Za-z]{53}"
    r"|\$y\$[./0-9A-Za-z]{2,12}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43}",
    re.ASCII,
)


def password_hash(value: object, path: str) -> str:
    """Return a hash of crypt(3); neither it nor what was given in its place is ever shown."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        hint = "write what `openssl passwd -5` or `mkpasswd -m sha256crypt` makes of the password"
        raise refused(path, "is not a hash of a password", value, hint)
    return value


_login = values.matching(
    r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,62}",
    "a user's or group's name",
    "use up to 63 letters, digits, '_', '-', '.', '@' and '+', beginning with a letter or digit",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Model):
    """Someone who may log in."""

    identity: ClassVar[str] = "name"

    name: str = required(_login, "The user's name.")
    password: str = required(
        password_hash,
        "Hash of the password as C(openssl passwd -5) makes it. It is computed at every request: V($5$) costs"
        " less time than V($6$) or V($y$).",
        secret=True,
    )
    groups: tuple[str, ...] = defaulted(OneOrMany(_login), "Groups the user is in.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup(Model):
    """A group of users."""

    identity: ClassVar[str] = "name"

    name: str = required(_login, "The group's name.")
    users: tuple[str, ...] = defaulted(OneOrMany(_login), "Users who are in it, beside those who say so.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Userlist(Model):
    """Users and groups for basic authentication (HAProxy's manual, section 3.4)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this list.")
    users: tuple[User, ...] = required(some(User.from_data), "The users.")
    groups: tuple[UserGroup, ...] = defaulted(each(UserGroup.from_data), "Groups of them.", ())

    def rules(self) -> Iterator[Problem]:
        """Yield groups and users that name each other without existing."""
        users = [user.name for user in self.users]
        groups = [group.name for group in self.groups]
        for group in self.groups:
            yield from _strangers(group, "users", group.users, users)
        for user in self.users:
            yield from _strangers(user, "groups", user.groups, groups)


def _strangers(model: Model, key: str, named: tuple[str, ...], known: list[str]) -> Iterator[Problem]:
    for name in named:
        if name not in known:
            there_are = (
                f"write one of: {', '.join(known)}" if known else f"this userlist has no {key}: add it"
            )
            problem = f"there is nobody named {quoted(name)} in the {key} of this userlist"
            yield model.wrong(key, problem, nearest(name, known, there_are), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache(Model):
    """A small cache in memory (HAProxy's manual, section 6)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this cache.")
    total_max_size: int = required(values.integer(1, 4095), "Its size in megabytes.")
    max_object_size: int | None = optional(
        values.integer(1, 2**31 - 1),
        "Greater objects are not kept, in bytes; at most half of the cache, a 256th unless given.",
    )
    max_age: int = defaulted(values.integer(1, 2**31 - 1), "Seconds an object is kept at most.", 60)
    process_vary: bool = defaulted(
        values.boolean, "Whether answers with C(Vary) are kept, each variant for itself.", False
    )
    max_secondary_entries: int | None = optional(
        values.integer(1, 2**31 - 1), "Variants of one object kept at most; V(10) unless given."
    )
    extra: tuple[str, ...] = defaulted(haproxy_lines, _EXTRA, ())

    def rules(self) -> Iterator[Problem]:
        """Yield objects too large for the cache and variants that are not kept."""
        half = self.total_max_size * 1024 * 1024 // 2
        if self.max_object_size is not None and self.max_object_size > half:
            problem = f"{quoted(self.max_object_size)} is more than half of 'total_max_size'"
            yield self.wrong(
                "max_object_size", problem, f"write at most {half}, or a greater 'total_max_size'"
            )
        if self.max_secondary_entries is not None and not self.process_vary:
            hint = "write 'process_vary: true' beside it, or leave it out"
            yield self.wrong("max_secondary_entries", "needs 'process_vary'", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpErrors(Model):
    """A set of error pages (HAProxy's manual, section 3.8)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this set.")
    errorfiles: ErrorPages = required(
        error_pages, "For each status a file of a whole HTTP response, or C(content), the page's text."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer(Model):
    """Another HAProxy."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "The name it gives itself: C(localpeer).")
    address: Address = required(values.address, "IP address.")
    port: int | None = optional(values.port, "Port, if it isn't the section's.")
    extra: str | None = optional(server_parameters, "Further keywords for its line, such as C(ssl).")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersSection(Model):
    """HAProxies that tell each other their tables (HAProxy's manual, section 3.5).

    The pair's own members are among them without being listed.
    """

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this group of peers.")
    port: int = required(
        values.port, "Port on which the members of this pair listen for it, such as V(8407)."
    )
    peers: tuple[Peer, ...] = required(some(Peer.from_data), "Those outside of this pair.")
    extra: tuple[str, ...] = defaulted(haproxy_lines, _EXTRA, ())
