"""Differences between the servers of a backend, each as commands to the running HAProxy or as a reload.

What each command does was looked up in the management guide, section 9.3, and tried on HAProxy 2.6 and 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .backend import Backend
from .haproxy_proof import seconds
from .haproxy_text import keywords
from .server_line import Server
from .touch import Change, Command, taking_reload

# What "add server" takes in both releases, and without further commands (management guide, "add server";
# 2.6 takes no cookie). TLS begins with the global section's ssl-default-server-*, as in the file.
_DYNAMIC = keywords("""
    addr alpn backup ca-file check check-send-proxy ciphers ciphersuites disabled downinter error-limit fall
    fastinter inter maxconn maxqueue minconn no-ssl-reuse no-tls-tickets observe on-error on-marked-down
    pool-low-conn pool-max-conn pool-purge-delay port proto rise send-proxy send-proxy-v2 slowstart sni ssl
    ssl-max-ver ssl-min-ver verify verifyhost weight ws
""")
_CHANGEABLE = ("weight", "disabled")
_SLOWEST_CHECK = 5.0  # s between two; a slower one of the new address is waited for by a reload alone
_MOST_WORDS = 60  # HAProxy reads 64 in a command
_NAME = re.compile(r"[A-Za-z0-9_.:-]+", re.ASCII)


def changes(before: Backend, after: Backend) -> Iterator[Change]:
    """Yield every difference between the servers of two backends whose other lines are the same."""
    old, new = before.servers, after.servers
    if dict(old) == dict(new) and list(old) == list(new):
        return
    if not all(_NAME.fullmatch(name) for name in (after.name, *old, *new)):
        yield taking_reload(f"a server of {after.section.head} differs, or its name is unusual")
        return
    yield from _order(old, new, after)
    yield from (_added(server, after) for name, server in new.items() if name not in old)
    for name in (name for name in new if name in old and old[name] != new[name]):
        yield from _changed(old[name], new[name], after)
    yield from (_removed(server, after) for name, server in old.items() if name not in new)


def _title(server: Server, backend: Backend) -> str:
    return f"server {server.name} of {backend.section.head}"


def _order(old: Mapping[str, Server], new: Mapping[str, Server], backend: Backend) -> Iterator[Change]:
    """Yield a reload if the order would be another at run time, where a new server is the last, and matters.

    Of several backup servers only the first one that is up is used (configuration manual, "backup").
    """
    running = [name for name in old if name in new] + [name for name in new if name not in old]
    wanted = list(new)
    if backend.is_free:
        backups = {name for name, server in new.items() if "backup" in (server.settings or {})}
        running, wanted = ([name for name in order if name in backups] for order in (running, wanted))
    if running != wanted:
        which = "backup servers" if backend.is_free else "servers"
        yield taking_reload(f"{backend.section.head}: the order of its {which} differs and matters")


def _added(server: Server, backend: Backend) -> Change:
    """Return how a server comes: with all that `default-server` says, which a new one does not inherit.

    It begins in maintenance and without checks (management guide, "add server").
    """
    title = f"{_title(server, backend)} is new"
    settings = server.settings
    problem = _why_not_added(server, settings, backend)
    names = f"{backend.name}/{server.name}"
    # It may be there still, in maintenance, if it was about to go.
    ready = () if "disabled" in (settings or {}) else (Command(f"set server {names} state ready"),)
    if settings is None or problem:
        return taking_reload(f"{title}, and {problem}", *ready)
    parameters = [word for pair in settings.items() for word in pair if word]
    commands = [Command(" ".join([f"add server {names} {server.address}", *parameters]))]
    commands += [Command(f"enable health {names}")] if "check" in settings else []
    commands += [Command(f"enable server {names}")] if "disabled" not in settings else []
    return Change(title, tuple(commands), before_reload=ready)


def _why_not_added(server: Server, settings: Mapping[str, str] | None, backend: Backend) -> str:
    if settings is None:
        return "its line is not understood"
    foreign = [name for name in settings if name not in _DYNAMIC]
    if foreign:
        return f"'{foreign[0]}' is nothing for a server that comes at run time"
    if server.place is None:
        return "it has no IP address with a port"
    if backend.has_dynamic_cookies:
        return "cookies are made of addresses there"
    if "check" in settings and backend.last("option external-check"):
        return "its check is a program"
    if 2 * len(settings) > _MOST_WORDS:
        return "its line is long"
    return "" if backend.is_free else _numbered(backend)


def _numbered(backend: Backend) -> str:
    return f"'balance {backend.algorithm}' depends on the servers' numbers"


def _removed(server: Server, backend: Backend) -> Change:
    """Return how a server goes: out of use at once, and away when its last connection has ended."""
    title = f"{_title(server, backend)} is gone"
    problem = _why_not_taken_out(server.settings)
    if not backend.is_free:
        problem = problem or _numbered(backend)
    if problem:
        return taking_reload(f"{title}, and {problem}")
    names = f"{backend.name}/{server.name}"
    out = Command(f"set server {names} state maint")
    return Change(title, (out, Command(f"del server {names}", when_idle=names)))


def _why_not_taken_out(settings: Mapping[str, str] | None) -> str:
    """Return why maintenance does more than a reload does, or nothing."""
    if settings is None:
        return "its line is not understood"
    if settings.get("on-marked-down") == "shutdown-sessions":
        return "'on-marked-down shutdown-sessions' would cut its connections"
    return _why_not_touched(settings)


def _why_not_touched(settings: Mapping[str, str]) -> str:
    """Return who else sets the server's state, or nothing."""
    others = [name for name in ("agent-check", "track") if name in settings]
    return f"'{others[0]}' also sets its state" if others else ""


def _changed(old: Server, new: Server, backend: Backend) -> Iterator[Change]:
    """Yield each difference between two servers of one name."""
    title = _title(new, backend)
    before, after = old.settings, new.settings
    if before is None or after is None:
        yield taking_reload(f"{title} differs, and its line is not understood")
        return
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    fixed = [name for name in names if name not in _CHANGEABLE]
    if fixed:
        yield taking_reload(f"{title}: {', '.join(fixed)} {'differs' if len(fixed) == 1 else 'differ'}")
    if old.address != new.address:
        yield _moved(old, new, after, backend)
    if before.get("weight", "1") != after.get("weight", "1"):
        yield _weighed(title, f"{backend.name}/{new.name}", after, backend)
    if "disabled" in names:
        yield _switched(title, f"{backend.name}/{new.name}", after, backend)


def _moved(old: Server, new: Server, settings: Mapping[str, str], backend: Backend) -> Change:
    """Return how a server gets another address; its connections stay where they are (guide, "set server")."""
    title = f"{_title(new, backend)}: its address differs"
    if new.place is None or old.place is None:
        return taking_reload(f"{title}, and one is no IP address with a port")
    if "hash-key" in settings or backend.has_dynamic_cookies:
        return taking_reload(f"{title}, from which a hash or a cookie is made")
    if problem := _why_not_touched(settings):
        return taking_reload(f"{title}, and {problem}")
    if "check" in settings and seconds(settings.get("inter", "")) > _SLOWEST_CHECK:
        return taking_reload(f"{title}, and its checks are too rare to tell soon")
    address, port = new.place
    return Change(title, (Command(f"set server {backend.name}/{new.name} addr {address} port {port}"),))


def _weighed(title: str, names: str, settings: Mapping[str, str], backend: Backend) -> Change:
    """Return how a server gets another weight.

    Of a weight that was set at run time, HAProxy saves the initial one beside it, and believes the saved one
    after a reload if the file says the initial one again: so it is set before that reload too.
    """
    title = f"{title}: its weight differs"
    weight = settings.get("weight", "1")
    if not backend.is_dynamic:
        return taking_reload(f"{title}, and 'balance {backend.algorithm}' has fixed weights")
    if problem := _why_not_touched(settings):
        return taking_reload(f"{title}, and {problem}")
    commands = (Command(f"set server {names} weight {weight}"),)
    return Change(title, commands, before_reload=commands)


def _switched(title: str, names: str, settings: Mapping[str, str], backend: Backend) -> Change:
    """Return how a server goes out of use, or comes back.

    One that was `disabled` when HAProxy read its file stays marked so. Made ready at run time and then put
    in maintenance by an operator, it would be ready again after a reload: so a reload takes the mark away,
    wherever states are kept. Before it the server is made ready, for it may have been disabled at run time.
    """
    if "disabled" in settings:
        title = f"{title}: it is disabled now"
        problem = _why_not_taken_out(settings)
        change = Change(title, (Command(f"set server {names} state maint"),))
        return taking_reload(f"{title}, and {problem}") if problem else change
    title = f"{title}: it is no longer disabled"
    ready = Command(f"set server {names} state ready")
    problem = _why_not_touched(settings)
    if settings.get("on-marked-up") == "shutdown-backup-sessions":
        problem = "'on-marked-up shutdown-backup-sessions' would cut connections"
    if backend.keeps_states:
        problem = "the states that HAProxy keeps would forget who is in maintenance"
    if problem:
        return taking_reload(f"{title}, and {problem}", ready)
    return Change(title, (ready,), before_reload=(ready,))
