"""The sections that frontends and backends refer to."""

from __future__ import annotations

from collections.abc import Iterator

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.lookup import (
    OWN_PEERS,
    Cache,
    HttpErrors,
    NameServer,
    Peer,
    PeersSection,
    Resolvers,
    User,
    UserGroup,
    Userlist,
)
from evergate.render.haproxy.files import errorfile_lines
from evergate.render.haproxy.words import argument, settings, socket


def sections(config: HaproxyConfig) -> list[list[str]]:
    """Return the sections `peers`, `resolvers`, `userlist`, `cache` and `http-errors`."""
    return [
        *_peers(config),
        *map(_resolvers, config.resolvers),
        *map(_userlist, config.userlists),
        *map(_cache, config.caches),
        *map(_http_errors, config.http_errors),
    ]


def _peers(config: HaproxyConfig) -> Iterator[list[str]]:
    """Yield the pair's own peers and the operator's; without members HAProxy is in none."""
    if config.members:
        yield [f"peers {OWN_PEERS}", *_members(config, config.peers_port)]
        yield from (_peers_section(section, config) for section in config.peers)


def _members(config: HaproxyConfig, port: int) -> list[str]:
    return [f"peer {each.name} {socket(each.address, port)}" for each in config.members]


def _peers_section(section: PeersSection, config: HaproxyConfig) -> list[str]:
    return [
        f"peers {section.name}",
        *section.extra,  # first: a default-bind or default-server holds for the lines after it
        *_members(config, section.port),
        *(_peer(peer, section.port) for peer in section.peers),
    ]


def _peer(peer: Peer, port: int) -> str:
    line = f"peer {peer.name} {socket(peer.address, peer.port or port)}"
    return f"{line} {peer.extra}" if peer.extra else line


def _resolvers(group: Resolvers) -> list[str]:
    holds = ("valid", "obsolete", "nx", "refused", "timeout", "other")
    return [
        f"resolvers {group.name}",
        *map(_nameserver, group.nameservers),
        *(["parse-resolv-conf"] if group.parse_resolv_conf else []),
        # HAProxy writes these two with underscores.
        f"accepted_payload_size {group.accepted_payload_size}",
        *([f"resolve_retries {group.resolve_retries}"] if group.resolve_retries else []),
        *([f"timeout resolve {group.timeout_resolve}"] if group.timeout_resolve else []),
        *([f"timeout retry {group.timeout_retry}"] if group.timeout_retry else []),
        *settings(group.hold, holds, "hold "),
        *group.extra,
    ]


def _nameserver(server: NameServer) -> str:
    prefix = "tcp@" if server.protocol == "tcp" else ""
    return f"nameserver {server.name} {prefix}{socket(server.address, server.port)}"


def _userlist(users: Userlist) -> list[str]:
    return [f"userlist {users.name}", *map(_group, users.groups), *map(_user, users.users)]


def _group(group: UserGroup) -> str:
    return f"group {group.name}" + (f" users {','.join(group.users)}" if group.users else "")


def _user(user: User) -> str:
    groups = f" groups {','.join(user.groups)}" if user.groups else ""
    return f"user {user.name} password {argument(user.password)}{groups}"


def _cache(cache: Cache) -> list[str]:
    return [
        f"cache {cache.name}",
        *settings(cache, ["total_max_size", "max_object_size", "max_age"]),
        *(["process-vary on"] if cache.process_vary else []),
        *settings(cache, ["max_secondary_entries"]),
        *cache.extra,
    ]


def _http_errors(pages: HttpErrors) -> list[str]:
    return [f"http-errors {pages.name}", *errorfile_lines(f"http-errors-{pages.name}", pages.errorfiles)]
