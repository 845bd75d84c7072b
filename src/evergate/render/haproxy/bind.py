"""Binds, and the lists of certificates they refer to."""

from __future__ import annotations

from evergate.model.haproxy.bind import Bind, BindTls
from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy.files import authority_path, certificate_path, crt_list_path
from evergate.render.haproxy.words import argument, keyword, settings, socket
from evergate.values import Address

_VALUES = (
    *("proto", "interface", "maxconn", "backlog", "name", "id", "mss", "tcp_ut", "nice"),
    *("transparent", "v4v6", "v6only", "tfo", "defer_accept"),
)
_TLS_VALUES = ("ciphers", "ciphersuites", "curves")
_TLS_FLAGS = ("strict_sni", "prefer_client_ciphers", "no_tls_tickets", "allow_0rtt")


def lines(bind: Bind, place: str, mode: str, config: HaproxyConfig) -> list[str]:
    """Return a `bind` line for each address, and one more for its HTTP/3.

    `place` names the bind among all of them: its list of certificates is called after it.
    """
    found = []
    for address in addresses(bind, config):
        where = ",".join(socket(address, port) for port in bind.all_ports)
        found.append(" ".join([f"bind {where}", *_words(bind, place, mode), *_further(bind)]))
        if bind.quic and bind.tls is not None:
            words = _tls(bind.tls, place, ("h3",))
            found.append(" ".join([f"bind quic{address.version}@{where}", *words]))
    return found


def addresses(bind: Bind, config: HaproxyConfig) -> tuple[Address, ...]:
    """Return the addresses a bind listens on."""
    if bind.vip is not None:
        return config.addresses(bind.vip)
    return () if bind.address is None else (bind.address,)


def _words(bind: Bind, place: str, mode: str) -> list[str]:
    words = []
    if bind.tls is not None:
        usual = ("h2", "http/1.1") if mode == "http" and bind.proto is None else ()
        words += _tls(bind.tls, place, bind.tls.alpn or usual)
    return [*words, *(["accept-proxy"] if bind.accept_proxy else []), *settings(bind, _VALUES)]


def _further(bind: Bind) -> list[str]:
    return [bind.extra] if bind.extra is not None else []


def _tls(tls: BindTls, place: str, alpn: tuple[str, ...]) -> list[str]:
    return [
        "ssl",
        *(f"crt {certificate_path(name)}" for name in tls.certificates),
        *(f"crt {path}" for path in tls.files),
        *([f"crt {tls.directory}"] if tls.directory is not None else []),
        *([f"crt-list {crt_list_path(place)}"] if tls.crt_list else []),
        *_client_words(tls),
        *([f"alpn {','.join(alpn)}"] if alpn else []),
        *([f"ssl-min-ver {tls.min_ver}"] if tls.min_ver is not None else []),
        *([f"ssl-max-ver {tls.max_ver}"] if tls.max_ver is not None else []),
        *(f"{keyword(name)} {argument(value)}" for name in _TLS_VALUES if (value := getattr(tls, name))),
        *(keyword(name) for name in _TLS_FLAGS if getattr(tls, name)),
    ]


def _client_words(tls: BindTls) -> list[str]:
    if tls.client_ca is None:
        return []
    words = [f"ca-file {authority_path(tls.client_ca)}", f"verify {tls.verify or 'required'}"]
    return words + ([f"crl-file {tls.crl_file}"] if tls.crl_file is not None else [])
