"""Servers: one line each, its parameters in the order of the model."""

from __future__ import annotations

from evergate.model.haproxy.server import (
    Host,
    Server,
    ServerDefaults,
    ServerOptions,
    ServerTemplate,
    ServerTls,
    Source,
)
from evergate.render.haproxy.files import authority_path, certificate_path
from evergate.render.haproxy.words import argument, escaped, keyword, socket

# Fields whose keyword is another word than the field's name.
_KEYWORDS = {
    "check_port": "port",
    "check_address": "addr",
    "agent_address": "agent-addr",
    "verify_host": "verifyhost",
    "min_ver": "ssl-min-ver",
    "max_ver": "ssl-max-ver",
}
# Switches and the word that turns each off again, where the defaults may have turned it on.
_SWITCHES = {
    "backup": ("backup", "no-backup"),
    "disabled": ("disabled", "enabled"),
    "check_ssl": ("check-ssl", "no-check-ssl"),
    "check_send_proxy": ("check-send-proxy", "no-check-send-proxy"),
    "check_via_socks4": ("check-via-socks4", ""),
    "agent_check": ("agent-check", "no-agent-check"),
    "stick": ("stick", "non-stick"),
    "tfo": ("tfo", "no-tfo"),
    "ssl_reuse": ("ssl-reuse", "no-ssl-reuse"),
    "tls_tickets": ("tls-tickets", "no-tls-tickets"),
    "allow_0rtt": ("allow-0rtt", ""),
}
_PROXY = {
    "v1": "send-proxy",
    "v2": "send-proxy-v2",
    "v2-ssl": "send-proxy-v2-ssl",
    "v2-ssl-cn": "send-proxy-v2-ssl-cn",
}
# What is said of one server, or of all servers of a backend. TLS is not among it: a server's own replaces
# that of the defaults as a whole, and a default-server line would be added to it.
_OPTIONS = (
    *("weight", "backup", "disabled", "maxconn", "minconn", "maxqueue", "slowstart"),
    *("inter", "fastinter", "downinter", "rise", "fall"),
    *("check_port", "check_address", "check_ssl", "check_sni", "check_alpn", "check_proto"),
    *("check_send_proxy", "check_via_socks4"),
    *("agent_check", "agent_port", "agent_address", "agent_inter", "agent_send"),
    *("observe", "error_limit", "on_error", "on_marked_down", "on_marked_up"),
    *("proto", "ws", "resolvers", "init_addr", "resolve_prefer", "resolve_opts", "resolve_net"),
    *("stick", "hash_key", "pool_max_conn", "pool_low_conn", "pool_purge_delay", "pool_conn_name"),
    *("max_reuse", "tcp_ut", "tfo", "socks4"),
)
_TLS = (
    *("verify_host", "sni", "crl_file", "alpn", "min_ver", "max_ver", "ciphers", "ciphersuites", "curves"),
    *("sigalgs", "client_sigalgs", "ssl_reuse", "tls_tickets", "allow_0rtt"),
)
# A name is looked up at the start too, or a reload would lose the servers until DNS has answered again. The
# last address is the first choice only where a resolver corrects it later.
_RESOLVED_ADDR = ("last", "libc", "none")
_LOOKED_UP_ADDR = ("libc", "last", "none")


def line(server: Server, defaults: ServerDefaults, *, port: int | None, checked: bool, cookie: bool) -> str:
    """Return the line of a server; `port` is the backend's, `cookie` whether it has to have one."""
    own = ["check"] if checked else []
    if server.track is not None:
        own = [f"track {server.track}"]
    if server.id is not None:
        own.append(f"id {server.id}")
    if cookie:
        own.append(f"cookie {argument(server.cookie or server.name)}")
    own += [f"{key} {argument(value)}" for key in ("guid", "redir") if (value := getattr(server, key))]
    named = isinstance(server.address, str)
    words = [*own, *_options(server), *_first_address(server, defaults, named=named), *_tls(server, defaults)]
    return " ".join(
        ["server", server.name, where(server.address, server.port or port), *words, *_extra(server)]
    )


def template(server: ServerTemplate, defaults: ServerDefaults, *, port: int | None, checked: bool) -> str:
    """Return the line of servers that DNS knows."""
    number = server.port or (None if server.is_service else port)
    words = [
        *(["check"] if checked else []),
        *_options(server),
        *_first_address(server, defaults, named=True),
        *_tls(server, defaults),
    ]
    address = where(server.name, number)
    return " ".join(["server-template", server.prefix, str(server.count), address, *words, *_extra(server)])


def defaults_lines(defaults: ServerDefaults) -> list[str]:
    """Return the line with what holds for every server, or none when nothing was said."""
    words = [*_options(defaults), *_extra(defaults)]
    # HAProxy reads 64 words in a line; default-server lines add up.
    parts = [words[start : start + 20] for start in range(0, len(words), 20)]
    return [" ".join(["default-server", *part]) for part in parts]


def where(address: Host, port: int | None) -> str:
    """Return an address or a name with its port, if it has one."""
    if isinstance(address, str):
        return address if port is None else f"{address}:{port}"
    return str(address) if port is None else socket(address, port)


def source(chosen: Source) -> str:
    """Return the parameters, or the line, that says where connections come from."""
    address = "0.0.0.0" if chosen.address is None else str(chosen.address)
    if chosen.port is not None and chosen.address is not None:
        address = socket(chosen.address, chosen.port)
    words = ["source", address]
    words += ["interface", chosen.interface] if chosen.interface is not None else []
    words += ["usesrc", chosen.usesrc] if chosen.usesrc is not None else []
    return " ".join(words)


def _options(server: ServerOptions) -> list[str]:
    words = [word for name in _OPTIONS for word in _parameter(server, name)]
    if server.send_proxy is not None:
        words.append(_PROXY[server.send_proxy])
    if server.proxy_v2_options:
        words.append(f"proxy-v2-options {','.join(server.proxy_v2_options)}")
    words += [f"set-proxy-v2-tlv-fmt({kind}) {argument(form)}" for kind, form in server.set_proxy_v2_tlv_fmt]
    if server.source_ is not None:
        words.append(source(server.source_))
    return words


def _parameter(model: ServerOptions | ServerTls, name: str) -> list[str]:
    """Return keyword and value of a field, or nothing when it was left open."""
    value = getattr(model, name)
    if value is None or value == ():
        return []
    if name in _SWITCHES:
        word = _SWITCHES[name][0 if value else 1]
        return [word] if word else []
    text = ",".join(value) if isinstance(value, tuple) else value
    quoting = escaped if name == "agent_send" else argument
    return [f"{_KEYWORDS.get(name) or keyword(name)} {quoting(text)}"]


def _first_address(server: ServerOptions, defaults: ServerDefaults, *, named: bool) -> list[str]:
    if not named or server.init_addr or defaults.init_addr:
        return []
    resolved = server.resolvers is not None or defaults.resolvers is not None
    return [f"init-addr {','.join(_RESOLVED_ADDR if resolved else _LOOKED_UP_ADDR)}"]


def _tls(server: ServerOptions, defaults: ServerDefaults) -> list[str]:
    tls = server.tls or defaults.tls
    if tls is None:
        return []
    words = ["ssl", f"verify {tls.verify}"]
    if tls.verify == "required":
        ca = "@system-ca" if tls.ca is None else authority_path(tls.ca)
        words.append(f"ca-file {ca}")
    if tls.certificate is not None:
        words.append(f"crt {certificate_path(tls.certificate)}")
    return [*words, *(word for name in _TLS for word in _parameter(tls, name))]


def _extra(server: ServerOptions) -> list[str]:
    return [server.extra] if server.extra is not None else []
