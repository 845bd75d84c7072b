"""Limits: a table for each, the rules that count, and the rules that refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.frontend import Frontend
from evergate.model.haproxy.limit import COUNTERS, Limit
from evergate.render.haproxy.files import list_path
from evergate.render.haproxy.rule import both
from evergate.render.haproxy.words import argument

# An IPv6 client has at least a /64 to change its address in.
_CLIENT = "src,ipmask(32,64)"
_FETCHES = {"header": "req.hdr({})", "cookie": "req.cook({})", "url_param": "url_param({})"}


def sections(config: HaproxyConfig) -> list[list[str]]:
    """Return a section for each limit's table, which the pair's members share."""
    fronts: Iterable[Frontend] = (*config.frontends, *config.listens)
    return [
        [f"backend {table(front, limit)}", _table_line(limit, config)]
        for front in fronts
        for limit in front.limits
    ]


def table(frontend: Frontend, limit: Limit) -> str:
    """Return the name of a limit's table."""
    return f"evergate_limit_{frontend.name}_{limit.name}"


def _table_line(limit: Limit, config: HaproxyConfig) -> str:
    counter = COUNTERS[limit.what][0]
    stored = counter if limit.what == "concurrent" else f"{counter}({limit.period})"
    kind = "ipv6" if limit.per == "address" else "string len 64"
    peers = " peers evergate" if config.members else ""
    return f"stick-table type {kind} size {limit.size} expire {_expire(limit)} store {stored}{peers}"


def _expire(limit: Limit) -> str:
    # A counter must outlive its period; of one moment, the connections keep it alive themselves.
    return "1h" if limit.what == "concurrent" else limit.period


def connection_lines(frontend: Frontend) -> list[str]:
    """Return the rules that are applied before there is a request."""
    # Before the PROXY protocol is read, every client has the address of the balancer before this one.
    stage = "session" if any(bind.accept_proxy for bind in frontend.all_binds) else "connection"
    found = []
    for number, limit in enumerate(frontend.limits):
        if frontend.mode == "tcp" or limit.of_connections:
            words = both(limit, _counted(limit))
            found.append(" ".join([f"tcp-request {stage} {_track(frontend, number, limit)}", *words]))
        if frontend.mode == "tcp":
            words = both(limit, [*_counted(limit), *_exceeded(number, limit)])
            found.append(" ".join([f"tcp-request {stage} reject", *words]))
    return found


def request_lines(frontend: Frontend) -> list[str]:
    """Return the rules that are applied to requests."""
    if frontend.mode == "tcp":
        return []
    return [
        line for number, limit in enumerate(frontend.limits) for line in _request(frontend, number, limit)
    ]


def _request(frontend: Frontend, number: int, limit: Limit) -> Iterator[str]:
    if not limit.of_connections:
        words = both(limit, _counted(limit))
        yield " ".join([f"http-request {_track(frontend, number, limit)}", *words])
    answer = f"http-request return status {limit.status} content-type text/plain"
    text = argument(f"Too many {_WORDS[limit.what]}: come again in {limit.seconds} s.\n".rstrip())
    words = both(limit, [*_counted(limit), *_exceeded(number, limit)])
    yield " ".join([f"{answer} string {text} hdr Retry-After {limit.seconds}", *words])


_WORDS = {
    "requests": "requests",
    "errors": "errors",
    "connections": "connections",
    "concurrent": "connections at a time",
    "bytes": "bytes",
}


def _track(frontend: Frontend, number: int, limit: Limit) -> str:
    return f"track-sc{number} {argument(_key(limit))} table {table(frontend, limit)}"


def _key(limit: Limit) -> str:
    if limit.per == "address":
        return _CLIENT
    return limit.criterion or _FETCHES[limit.per].format(limit.key)


def _counted(limit: Limit) -> list[str]:
    """Return the criteria that leave those out who are allowed everything."""
    words: list[str] = []
    if limit.allow:
        words += ["!{", "src", *limit.allow, "}"]
    if limit.allow_list is not None:
        words += ["!{", "src", "-f", list_path(limit.allow_list), "}"]
    return words


def _exceeded(number: int, limit: Limit) -> list[str]:
    return ["{", f"{COUNTERS[limit.what][1]}({number})", "gt", str(limit.limit + limit.burst), "}"]
