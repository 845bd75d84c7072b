"""Strategies for hypothesis, made of the models' own declarations: a value for every parser, a mapping for
every model. What a model's rules refuse is repaired, key by key, until they accept it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import assume
from hypothesis import strategies as st

from evergate import values
from evergate.errors import InvalidData
from evergate.model.haproxy import acl, balance, check, files, logs, lookup, server, word
from evergate.model.haproxy.backend import Backend
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.defaults import Defaults
from evergate.model.haproxy.frontend import Frontend
from evergate.model.haproxy.listen import Listen
from evergate.model.haproxy.process import Global
from evergate.model.haproxy.reference import Reference
from evergate.model.model import Key, Model, keys
from evergate.reading import Each, OneOrMany

Data = dict[str, Any]
Strategy = st.SearchStrategy[Any]

GOLDEN = Path(__file__).parents[1] / "golden"
PIECES = ("plain", " ", "'", '"', "\\", "#", "$x", "${HOME}", "%%", "{", "}", "ü", "\\n", "!", "~", "`", ";")
_WORDS = st.lists(st.sampled_from(PIECES), max_size=5).map(lambda parts: "a" + "".join(parts) + "z")
_SAMPLES = (
    "src",
    "req.hdr(host),lower",
    "path",
    "str(x)",
    "rand(10)",
    "status",
    "ssl_fc",
    "req.len",
    "dst_port",
)
_FORMATS = ("%ci", "%[src] at %[date()]", "100 %%", "%[req.hdr(x),lower]", "%[res.hdr(x)]", "a '%[str(b)]'")
_CONDITIONS = ("TRUE", "{ src 192.0.2.0/24 }", "METH_GET", "{ path /a 'b c' } or !{ dst_port 80 }", "!HTTP")
_ADDRESSES = ("203.0.113.71", "203.0.113.72", "2001:db8:113::71", "127.0.0.1")
_VIPS = ("203.0.113.73/24", "2001:db8:113::73/64")
_DURATIONS = ("1ms", "300ms", "2s", "10s", "5m", "1h")
_FILE = "/etc/haproxy/page.txt"

# Parsers that are functions of their own, or whose pattern would make words nobody writes.
_BY_PARSER: dict[object, Strategy] = {
    values.text: _WORDS,
    values.boolean: st.booleans(),
    values.duration: st.sampled_from(_DURATIONS),
    values.address: st.sampled_from(_ADDRESSES),
    values.vip: st.sampled_from(_VIPS),
    values.interface_name: st.just("lo"),
    values.url_path: st.sampled_from(("/", "/a", "/a?b=c#d", "/it's", '/"x"', "/$x")),
    word.sample: st.sampled_from(_SAMPLES),
    word.log_format: st.one_of(st.sampled_from(_FORMATS), _WORDS),
    word.condition: st.sampled_from(_CONDITIONS),
    word.file_path: st.just(_FILE),
    word.media_type: st.sampled_from(("text/html", "application/json")),
    acl.network: st.sampled_from(("192.0.2.0/24", "2001:db8::/32", "198.51.100.7")),
    acl.port_range: st.sampled_from(("80", "8000-8010")),
    acl.regex: st.sampled_from(("^a.*z$", "x|y", '"quoted"', "it's", r"\d+\.\d+", "a b", "a#b", "$")),
    acl.scalar: st.one_of(_WORDS, st.integers(0, 99)),
    check.regex: st.sampled_from(("^ok$", '"quoted"', "it's", r"\d+", "a b")),
    check.statuses: st.sampled_from(("200", "200-299", 204)),
    server.host_name: st.sampled_from(("app.shop.example", "_http._tcp.shop.example")),
    server.server_address: st.sampled_from(_ADDRESSES),
    logs.log_address: st.sampled_from(("203.0.113.51", "/dev/log", "stdout", "2001:db8::51")),
    logs.log_format: st.sampled_from((*logs.READY_FORMATS, *_FORMATS[:4])),
    balance.balance: st.sampled_from(
        (
            *("roundrobin", "leastconn", "first", "source", "random(2)", "uri depth 3", "hdr(X-A)"),
            *("static-rr", "url_param id", "hash src", "rdp-cookie"),
        )
    ),
    balance.hash_type: st.sampled_from(("consistent", "map-based", "consistent wt6 avalanche")),
    balance.hash_balance_factor: st.integers(101, 1000),
    files.status: st.sampled_from((404, 429, 503)),
    lookup.password_hash: st.nothing(),
}
# Keys whose values must fit something outside of the model, such as a file that is there.
_BY_KEY: dict[str, Strategy] = {
    "BindTls.files": st.just("/etc/haproxy/own.pem"),
    "BindTls.directory": st.just("/etc/haproxy/tls.d"),
    "BindTls.crl_file": st.just("/etc/haproxy/revoked.pem"),
    "BindTls.ciphers": st.just("ECDHE-ECDSA-AES128-GCM-SHA256"),
    "BindTls.ciphersuites": st.just("TLS_AES_128_GCM_SHA256"),
    "BindTls.curves": st.just("X25519"),
    "Bind.interface": st.just("lo"),
    "ServerTls.crl_file": st.just("/etc/haproxy/revoked.pem"),
    "ServerTls.ciphers": st.just("ECDHE-ECDSA-AES128-GCM-SHA256"),
    "ServerTls.ciphersuites": st.just("TLS_AES_128_GCM_SHA256"),
    **{
        f"ServerTls.{key}": st.just(value)
        for key, value in (("curves", "X25519"), ("sigalgs", "ECDSA+SHA256"))
    },
    "ServerTls.client_sigalgs": st.just("ECDSA+SHA256"),
    "ErrorPage.file": st.just("/etc/haproxy/errors/504.http"),
    "ServerOptions.init_addr": st.just(["last", "none"]),
    "ServerOptions.socks4": st.just("203.0.113.9:1080"),
    "Rule.service": st.just("lua.page"),
    "Rule.mark": st.sampled_from(("0x1f", "7")),
    "Global.user": st.just("haproxy"),
    "Global.group": st.just("haproxy"),
    "Global.chroot": st.just("/var/lib/haproxy"),
    "StatsSocket.user": st.just("haproxy"),
    "StatsSocket.group": st.just("haproxy"),
    "Global.server_state_file": st.just("/etc/haproxy/servers.state"),
    "Global.ssl_dh_param_file": st.just("/etc/haproxy/dhparam.pem"),
    "Global.default_path": st.just("/etc/haproxy"),
    "Global.lua_load": st.just(["/etc/haproxy/lua/shop.lua"]),
    "Global.lua_load_per_thread": st.just(["/etc/haproxy/lua/thread.lua"]),
    **{
        f"Global.ssl_default_{side}_{key}": st.just(value)
        for side in ("bind", "server")
        for key, value in (
            ("ciphers", "HIGH"),
            ("ciphersuites", "TLS_AES_128_GCM_SHA256"),
            ("curves", "X25519"),
        )
    },
    "EmailAlert.from": st.just("a@shop.example"),
    "EmailAlert.to": st.just("b@shop.example"),
}
# The operator's own words, of which Evergate promises nothing, and what needs a program or agent.
_LEFT_OUT = {"extra", "filters", "engine", "group_", "function", "arguments", "redir"}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "vips": ("shop", "admin"),
    "backends": ("shop", "static", "bytes"),
    "tables": ("clients",),
    "groups": ("app_servers",),
    "lists": ("offices",),  # the other one holds no networks
}


@cache
def base() -> Data:
    """Return the sections that others refer to: those of the full example for both releases."""
    data: Data = yaml.safe_load((GOLDEN / "every_key_debian12" / "input.yml").read_text())["haproxy"]
    kept = ("maps", "lists", "certificates", "authorities", "resolvers", "userlists", "caches", "http_errors")
    found = {key: data[key] for key in (*kept, "rings", "mailers", "vips", "groups", "members", "node")}
    found["mailers"] = [{**data["mailers"][0], "name": "admins"}]
    found["maps"] = [{"name": "hosts", "entries": {"a.example": "static", "b.example": "random-backends"}}]
    one = [{"name": "one", "address": "203.0.113.41"}]
    found["backends"] = [
        {"name": "shop", "port": 8080, "group": "app_servers"},
        {
            "name": "static",
            "port": 8081,
            "servers": one,
            "email_alert": {"mailers": "admins", "from": "lb@shop.example", "to": "ops@shop.example"},
        },
        {"name": "bytes", "port": 8082, "mode": "tcp", "servers": one},
        {"name": "clients", "stick_table": {"type": "string", "len": 32, "store": ["gpc0", "server_id"]}},
    ]
    found["listens"] = []
    found["frontends"] = [
        {"name": "web", "vip": "shop", "port": 81, "default_backend": "shop", "routes": [
            {"backend": "static", "path": "/static"}, {"map": {"name": "hosts"}}]},
        {"name": "raw", "mode": "tcp", "vip": "shop", "port": 82, "default_backend": "bytes"},
        {"name": "counted", "vip": "shop", "port": 83, "default_backend": "shop", "http_request": [
            {"action": "track-sc0", "expression": "src", "table": "clients"}]},
    ]  # fmt: skip
    return found


def names(kind: str) -> tuple[str, ...]:
    """Return the names that the base configuration has of one kind of things."""
    return _NAMES.get(kind) or tuple(each["name"] for each in base().get(kind, ()))


def owner(model: type[Model], field: str) -> str:
    """Return the class that declares a field."""
    return next(each.__name__ for each in model.__mro__ if field in inspect.get_annotations(each))


def of_key(model: type[Model], key: Key) -> Strategy | None:
    """Return a strategy for the values of one key, or None for what is left out."""
    if key.name in _LEFT_OUT or key.secret:
        return None
    known = f"{owner(model, key.field)}.{key.name}"
    return _BY_KEY[known] if known in _BY_KEY else of_parser(key.parse)


def of_parser(parse: Any) -> Strategy | None:
    """Return a strategy for what a parser accepts, or None if nobody knows one."""
    if isinstance(parse, Each):
        inside = of_parser(parse.parse)
        return None if inside is None else st.lists(inside, min_size=1, max_size=3)
    if isinstance(parse, OneOrMany):
        inside = of_parser(parse.parse)
        return None if inside is None else st.one_of(inside, st.lists(inside, min_size=1, max_size=3))
    if isinstance(parse, Reference):
        return st.sampled_from(names(parse.to)) if names(parse.to) else None
    if isinstance(parse, values.Choice):
        return st.sampled_from(parse.known)
    if inspect.ismethod(parse):
        return of_model(parse.__self__)
    if parse in _BY_PARSER:
        return _BY_PARSER[parse]
    return _of_closure(parse)


def _of_closure(parse: Callable[..., object]) -> Strategy | None:
    """Return a strategy for a parser that `evergate.values` or `evergate.reading` has made."""
    if not inspect.isfunction(parse):
        return None
    inside = inspect.getclosurevars(parse).nonlocals
    if "compiled" in inside:
        return st.from_regex(re.compile(inside["compiled"].pattern, re.ASCII), fullmatch=True)
    if "known" in inside:
        return st.sampled_from(inside["known"])
    if "low" in inside:
        low, high = inside["low"], inside["high"]
        return st.integers(int(low) or 1, int(min(high, low + 5000)))
    if "parse_key" in inside:
        key, value = of_parser(inside["parse_key"]), of_parser(inside["parse_value"])
        return None if key is None or value is None else st.dictionaries(key, value, min_size=1, max_size=2)
    return None


def of_model(model: type[Model]) -> Strategy:
    """Return a strategy for the mappings that a model is read from, some of which its rules refuse."""
    return st.deferred(lambda: _mapping(model))


@cache
def _mapping(model: type[Model]) -> Strategy:
    found = {
        key.name: (key, of_key(model, key)) for key in keys(model).values() if key.field not in model.handed
    }
    needed = {name: each for name, (key, each) in found.items() if each is not None and key.required}
    others = {name: each for name, (key, each) in found.items() if each is not None and not key.required}

    @st.composite
    def draw_all(draw: st.DrawFn) -> Data:
        chosen = draw(st.lists(st.sampled_from(sorted(others)), max_size=4, unique=True)) if others else []
        return {name: draw({**needed, **others}[name]) for name in (*needed, *chosen)}

    return draw_all()


SECTIONS: Mapping[str, type[Model]] = {"frontends": Frontend, "backends": Backend, "listens": Listen}


@st.composite
def configs(draw: st.DrawFn, version: str) -> Data:
    """Return what HAProxy can be told on one node, with one random section of each kind beside the base."""
    data = deepcopy(base())
    data["version"] = version
    data["global"] = draw(of_model(Global))
    data["defaults"] = draw(of_model(Defaults))
    for number, (key, model) in enumerate(SECTIONS.items()):
        section = {**draw(of_model(model)), "name": f"random-{key}"}
        if key != "backends" and "binds" not in section:
            section |= {"vip": "shop", "port": 7000 + number}
        data[key] = [*data[key], section]
    return repaired(draw, data)


def repaired(draw: st.DrawFn, data: Data) -> Data:
    """Return the data with what is refused deleted, and what is missing drawn, until all is accepted."""
    for _ in range(15):
        try:
            HaproxyConfig.from_data(data)
        except InvalidData as error:
            for path in dict.fromkeys(problem.path for problem in error.problems):
                _repair(draw, data, path)
        else:
            return data
    assume(False)
    return data


def _repair(draw: st.DrawFn, data: Data, path: str) -> None:
    """Delete what a path leads to, or draw it if it is missing; what can't be had takes its parent along."""
    steps = re.findall(r"[^.\[\]]+", path.removeprefix("haproxy_"))
    model: type[Model] | None = HaproxyConfig
    place: Any = data
    parents: list[tuple[Any, Any]] = []
    for step in steps[:-1]:
        index: Any = int(step) if isinstance(place, list) and step.isdigit() else step
        try:
            found = place[index]
        except (KeyError, IndexError, TypeError):
            break
        parents.append((place, index))
        model = _inside(model, step) if isinstance(place, dict) else model
        place = found
    last: Any = steps[-1]
    if isinstance(place, list):
        if last.isdigit() and int(last) < len(place):
            del place[int(last)]
            _drop_if_empty(parents)
        return
    if not isinstance(place, dict):
        parent, index = parents[-1]
        del parent[index]
        return
    if last in place:
        del place[last]
    elif model is not None and last in keys(model):
        strategy = of_key(model, keys(model)[last])
        if strategy is not None:
            place[last] = draw(strategy)
        elif parents:
            _forget(parents)
    elif parents:
        _forget(parents)


def _forget(parents: list[tuple[Any, Any]]) -> None:
    parent, index = parents[-1]
    del parent[index]
    _drop_if_empty(parents[:-1])


def _drop_if_empty(parents: list[tuple[Any, Any]]) -> None:
    if parents and not parents[-1][0][parents[-1][1]]:
        parent, index = parents[-1]
        del parent[index]


def _inside(model: type[Model] | None, name: str) -> type[Model] | None:
    """Return the model that a key of another one holds."""
    key = keys(model).get(name) if model is not None else None
    parse = key.parse if key is not None else None
    while isinstance(parse, (Each, OneOrMany)):
        parse = parse.parse
    return parse.__self__ if inspect.ismethod(parse) else None
