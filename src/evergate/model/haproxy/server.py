"""A server: where it is, how much it may get, how its health is asked, and how it is spoken to.

The keys are HAProxy's server parameters (its manual, section 5.2). What a server does not say comes from
its backend's `server_defaults`, then from HAProxy's defaults section.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.model.extra import server_parameters
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.word import file_path, log_format, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import mapping, some

Host = values.Address | str

TLS_VERSIONS = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
PROXY_PROTOCOLS = ("v1", "v2", "v2-ssl", "v2-ssl-cn")
PROXY_V2_OPTIONS = (
    *("ssl", "cert-cn", "ssl-cipher", "cert-sig", "cert-key"),
    *("authority", "crc32c", "unique-id"),
)
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

count = values.integer(0, 10_000_000)
some_count = values.integer(1, 10_000_000)
suites = values.matching(
    r"[A-Za-z0-9_!@=+:-]+", "a list of cipher suites", "write them with ':' between them"
)
server_name = values.matching(
    r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}",
    "a server's name",
    "use up to 63 letters, digits, '_', '-', '.' and ':', beginning with a letter or digit",
)
cookie_value = values.matching(
    r"[A-Za-z0-9!#$%&'()*+./:<=>?@^_`{}|~\[\]-]{1,63}",
    "a cookie's value",
    "write letters, digits, '-' or '_'",
)
protocols = some(values.choice("h2", "http/1.1", "http/1.0"))


def milliseconds(duration: str) -> float:
    """Return a parsed duration in milliseconds."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", duration)
    return int(match[1]) * _MILLISECONDS[match[2]] if match else 0.0


def host_name(value: object, path: str) -> str:
    """Return a name that DNS can answer: labels of at most 63 characters, 253 in all (RFC 1035, 2.3.4)."""
    name = values.text(value, path)
    hint = "write a name such as app.example or _http._tcp.app.example"
    if re.fullmatch(r"[0-9.]+", name) or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", name, re.ASCII):
        raise refused(path, f"{quoted(value)} is not a host name", value, hint)
    if len(name) > 253:
        raise refused(path, f"{quoted(value)} is longer than the 253 characters of DNS", value, hint)
    return name


def server_address(value: object, path: str) -> Host:
    """Return the IP address, or the host name when it is none."""
    try:
        return values.address(value, path)
    except InvalidData:
        if isinstance(value, str) and re.fullmatch(r"[0-9A-Fa-f.:/\[\]]*[0-9:/\]]", value):
            hint = "write an address alone, such as 203.0.113.21; its port is a key of its own"
            raise refused(path, f"{quoted(value)} is not an IP address", value, hint) from None
        return host_name(value, path)


def _network(value: object, path: str) -> str:
    text = values.text(value, path)
    try:
        ipaddress.ip_network(text)
    except ValueError:
        hint = "write a network such as 203.0.113.0/24"
        raise refused(path, f"{quoted(value)} is not a network", value, hint) from None
    return text


def _init_address(value: object, path: str) -> str:
    if value in ("last", "libc", "none"):
        return values.text(value, path)
    try:
        values.address(value, path)
    except InvalidData:
        hint = "write last, libc, none or an IP address"
        raise refused(path, f"{quoted(value)} is no way to find an address", value, hint) from None
    return values.text(value, path)


_tlv = values.matching(r"0x[0-9A-Fa-f]{2}", "the type of a TLV", "write two hexadecimal digits, such as 0x20")


def _ports(value: object, path: str) -> str:
    """Return a port or a range of ports, which begins with its lower end."""
    match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", str(value), re.ASCII)
    if isinstance(value, bool) or not match or not 1 <= int(match[1]) <= int(match[2] or match[1]) <= 65535:
        raise refused(path, f"{quoted(value)} is not a range of ports", value, "write 1024-2047")
    return value if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Model):
    """The address that connections to a server come from (HAProxy's manual, section 4.2, "source")."""

    address: values.Address | None = optional(
        values.address, "An address of this host, or any when left out."
    )
    port: str | None = optional(_ports, "The source ports, such as V(1024-2047).")
    interface: str | None = optional(values.interface_name, "The network interface to leave by.")
    usesrc: str | None = optional(
        values.matching(
            r"client|clientip|hdr_ip\([A-Za-z0-9-]+(,-?[0-9]+)?\)",
            "a source to present",
            "write client, clientip or hdr_ip(name)",
        ),
        "Present the client's address to the server: V(client), V(clientip) or V(hdr_ip(name\\)).",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield ports beside which there is no address, and an empty source."""
        if self.port is not None and self.address is None:
            yield self.absent("address", "is missing beside 'port'")
        if self.interface is not None and self.usesrc is not None:
            yield self.wrong("interface", "stands beside 'usesrc'", "keep either 'interface' or 'usesrc'")
        if not any(map(self.has, ("address", "port", "interface", "usesrc"))):
            yield self.absent("address", "is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTls(Model):
    """TLS to a server; its certificate is verified unless told otherwise."""

    verify: str = defaulted(
        values.choice("required", "none"),
        "Whether the server's certificate must be right; V(none) protects from nobody.",
        "required",
    )
    ca: str | None = optional(
        reference("authorities"),
        "The name of one of O(haproxy_authorities) that signed the servers' certificates;"
        " left out, the authorities the system trusts.",
    )
    verify_host: str | None = optional(
        values.host_header, "The name that the server's certificate must have when no O(sni) is sent."
    )
    sni: str | None = optional(
        sample, "The name to ask the server for: an expression such as C(str(app.example\\))."
    )
    certificate: str | None = optional(
        reference("certificates"), "The name of one of O(haproxy_certificates), to show to the server."
    )
    crl_file: str | None = optional(file_path, "A file of revoked certificates on the load balancer.")
    alpn: tuple[str, ...] = defaulted(protocols, "The protocols to offer, the preferred one first.", ())
    min_ver: str | None = optional(values.choice(*TLS_VERSIONS), "The oldest version of TLS to speak.")
    max_ver: str | None = optional(values.choice(*TLS_VERSIONS), "The newest version of TLS to speak.")
    ciphers: str | None = optional(suites, "The cipher suites of TLS 1.2 and older.")
    ciphersuites: str | None = optional(suites, "The cipher suites of TLS 1.3.")
    curves: str | None = optional(suites, "The elliptic curves, with ':' between them.")
    sigalgs: str | None = optional(suites, "The signature algorithms, with ':' between them.")
    client_sigalgs: str | None = optional(suites, "The signature algorithms of the client certificate.")
    ssl_reuse: bool | None = optional(values.boolean, "Whether sessions are resumed (they are by default).")
    tls_tickets: bool | None = optional(values.boolean, "Whether TLS 1.2 tickets are used.")
    allow_0rtt: bool | None = optional(values.boolean, "Whether early data of a client is passed on early.")

    def rules(self) -> Iterator[Problem]:
        """Yield a verification that would verify nothing, and keys that need one."""
        if self.verify == "none":
            for key in ("ca", "verify_host", "crl_file"):
                if self.has(key):
                    problem = "has no effect beside 'verify: none'"
                    yield self.wrong(
                        key, problem, f"delete verify, so that certificates are verified, or {key}"
                    )
        elif self.ca is None and self.verify_host is None and self.sni is None:
            problem = "is missing: the system trusts whoever has any public name"
            yield self.absent("verify_host", problem)
        versions = TLS_VERSIONS.index
        if self.min_ver and self.max_ver and versions(self.min_ver) > versions(self.max_ver):
            problem = f"{quoted(self.min_ver)} is newer than max_ver {quoted(self.max_ver)}"
            yield self.wrong("min_ver", problem, "write an older version, or delete max_ver")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions(Model):
    """What is said of a server, or of all servers of a backend in `server_defaults`."""

    weight: int | None = optional(
        values.integer(0, 256), "The share of the load, 0 to 256; V(0) gets only who sticks to it."
    )
    backup: bool | None = optional(values.boolean, "Whether it serves only when no other server can.")
    disabled: bool | None = optional(values.boolean, "Whether it starts in maintenance.")
    maxconn: int | None = optional(some_count, "How many requests it gets at a time; further ones queue.")
    minconn: int | None = optional(some_count, "How many it gets when the backend is not busy.")
    maxqueue: int | None = optional(some_count, "How many requests may wait for it before others take them.")
    slowstart: str | None = optional(values.duration, "How long it takes until it gets its full share.")
    check: bool | None = optional(
        values.boolean, "Whether its health is checked; it is, unless the backend's check is of type V(none)."
    )
    inter: str | None = optional(values.duration, "The time between two checks.")
    fastinter: str | None = optional(values.duration, "The time between checks while its state changes.")
    downinter: str | None = optional(values.duration, "The time between checks while it is down.")
    rise: int | None = optional(values.integer(1, 1_000), "How many checks must succeed for it to be up.")
    fall: int | None = optional(values.integer(1, 1_000), "How many checks must fail for it to be down.")
    check_port: int | None = optional(values.port, "The port of the checks, if it is another.")
    check_address: values.Address | None = optional(
        values.address, "The address of the checks, if it is another."
    )
    check_ssl: bool | None = optional(values.boolean, "Whether checks of another port or address use O(tls).")
    check_sni: str | None = optional(values.host_header, "The name that checks over TLS ask for.")
    check_alpn: tuple[str, ...] = defaulted(protocols, "The protocols that checks over TLS offer.", ())
    check_proto: str | None = optional(values.choice("h1", "h2", "none"), "The protocol of the checks.")
    check_send_proxy: bool | None = optional(
        values.boolean, "Whether checks of another port or address begin with the PROXY protocol."
    )
    check_via_socks4: bool | None = optional(values.boolean, "Whether checks go through O(socks4) too.")
    agent_check: bool | None = optional(
        values.boolean, "Whether an agent on the server is asked for its weight and state."
    )
    agent_port: int | None = optional(values.port, "The port of the agent.")
    agent_address: values.Address | None = optional(values.address, "The agent's address, if it is another.")
    agent_inter: str | None = optional(values.duration, "The time between two questions to the agent.")
    agent_send: str | None = optional(values.text, "What to send to the agent, such as C(state\\\\n).")
    observe: str | None = optional(
        values.choice("layer4", "layer7"), "Learn of failures from traffic too: connections or answers."
    )
    error_limit: int | None = optional(some_count, "After how many observed failures O(on_error) happens.")
    on_error: str | None = optional(
        values.choice("fastinter", "fail-check", "sudden-death", "mark-down"),
        "What happens after O(error_limit) failures.",
    )
    on_marked_down: str | None = optional(
        values.choice("shutdown-sessions"), "What happens to its sessions when it goes down."
    )
    on_marked_up: str | None = optional(
        values.choice("shutdown-backup-sessions"), "What happens to sessions of the backups when it is up."
    )
    send_proxy: str | None = optional(
        values.choice(*PROXY_PROTOCOLS), "Tell the server the client's address by this PROXY protocol."
    )
    proxy_v2_options: tuple[str, ...] = defaulted(
        some(values.choice(*PROXY_V2_OPTIONS)), "What the PROXY protocol's version 2 tells beside it.", ()
    )
    set_proxy_v2_tlv_fmt: tuple[tuple[str, str], ...] = defaulted(
        mapping(_tlv, log_format), "Further TLVs of the PROXY protocol: types and their log formats.", ()
    )
    tls: ServerTls | None = optional(
        ServerTls.from_data, "Speak TLS to the server; replaces the backend's O(server_defaults) as a whole."
    )
    proto: str | None = optional(values.choice("h1", "h2"), "The protocol, where it is not negotiated.")
    ws: str | None = optional(values.choice("auto", "h1", "h2"), "The protocol of WebSockets.")
    source_: Source | None = optional(Source.from_data, "The address that connections come from.")
    resolvers: str | None = optional(
        reference("resolvers"), "The name of one of O(haproxy_resolvers), for a host name as address."
    )
    init_addr: tuple[str, ...] = defaulted(
        some(_init_address),
        "Ways to find the address of a host name at the start, in order; C(last, libc, none) by default,"
        " so that a reload neither forgets it nor fails when DNS is down.",
        (),
    )
    resolve_prefer: str | None = optional(values.choice("ipv4", "ipv6"), "The family that DNS is asked for.")
    resolve_opts: tuple[str, ...] = defaulted(
        some(values.choice("allow-dup-ip", "ignore-weight", "prevent-dup-ip")),
        "How DNS answers are used.",
        (),
    )
    resolve_net: tuple[str, ...] = defaulted(some(_network), "Networks to prefer among several answers.", ())
    stick: bool | None = optional(values.boolean, "Whether stick tables may remember it (they do).")
    hash_key: str | None = optional(
        values.choice("id", "addr", "addr-port"), "What places it on the ring of a consistent hash."
    )
    pool_max_conn: int | None = optional(values.integer(0, 10_000_000), "How many idle connections are kept.")
    pool_low_conn: int | None = optional(
        values.integer(0, 10_000_000), "Up to how many idle connections each thread keeps its own."
    )
    pool_purge_delay: str | None = optional(values.duration, "How often half of the idle ones are closed.")
    pool_conn_name: str | None = optional(sample, "An expression that idle connections are told apart by.")
    max_reuse: int | None = optional(
        values.integer(0, 10_000_000), "How many further requests a connection gets."
    )
    tcp_ut: str | None = optional(values.duration, "How long sent data may stay unacknowledged.")
    tfo: bool | None = optional(values.boolean, "Whether TCP fast open is used.")
    socks4: str | None = optional(
        values.matching(
            r"[0-9.]{7,15}:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}",
            "an address with a port",
            "write 203.0.113.9:1080",
        ),
        "The SOCKS4 proxy to go through.",
    )
    extra: str | None = optional(server_parameters, "Further parameters in HAProxy's own words.")

    def rules(self) -> Iterator[Problem]:
        """Yield what contradicts itself wherever the other half of the parameters comes from."""
        if self.minconn is not None and self.maxconn is not None and self.minconn > self.maxconn:
            problem = f"{quoted(self.minconn)} is more than maxconn {quoted(self.maxconn)}"
            yield self.wrong("minconn", problem, "write at most maxconn")
        if self.init_addr and self.init_addr[-1] in ("last", "libc"):
            problem = "would keep HAProxy from starting while DNS has no answer"
            yield self.wrong("init_addr", problem, "add none as the last one")
        if self.inter and self.fastinter and milliseconds(self.fastinter) > milliseconds(self.inter):
            problem = f"{quoted(self.fastinter)} is slower than inter {quoted(self.inter)}"
            yield self.wrong("fastinter", problem, "write at most inter")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerDefaults(ServerOptions):
    """What holds for every server of a backend that does not say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server(ServerOptions):
    """One server of a backend."""

    identity: ClassVar[str | None] = "name"

    name: str = required(server_name, "A name for this server, such as V(app1).")
    address: Host = required(server_address, "Its IP address, or a host name for O(resolvers) to look up.")
    port: int | None = optional(values.port, "Its port, if not the backend's.")
    cookie: str | None = optional(
        cookie_value, "What the backend's O(cookie) says for this server; its name by default."
    )
    track: str | None = optional(
        values.matching(
            r"([A-Za-z0-9][A-Za-z0-9_.:-]{0,62}/)?[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}",
            "a server's name",
            "write a server of this backend, or backend/server",
        ),
        "Share the health of another server, instead of checking: V(server) or V(backend/server).",
    )
    id: int | None = optional(values.integer(1, 2**31 - 1), "Its number, where a hash or a table needs one.")
    guid: str | None = optional(
        values.matching(r"[A-Za-z0-9_:-]{1,127}", "an identifier", "use letters, digits, '_', ':' and '-'"),
        "An identifier for the runtime API.",
    )
    redir: str | None = optional(
        values.matching(r"(https?://|/)[!-~]*", "a URL's beginning", "write https://app1.example"),
        "Redirect GET and HEAD to this prefix instead of passing them on.",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield what can't be said of one server; what needs its backend is asked there."""
        yield from ServerOptions.rules(self)
        if self.track is not None and self.check:
            yield self.wrong("track", "stands beside 'check'", "keep either 'track' or 'check'")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTemplate(ServerOptions):
    """Servers found in DNS: as many as a name has addresses, up to a count."""

    prefix: str = defaulted(
        values.matching(r"[A-Za-z][A-Za-z0-9_.-]{0,30}", "a prefix", "write a word such as app"),
        "What the servers' names begin with; a number follows.",
        "server",
    )
    count: int = required(values.integer(1, 10_000), "How many servers there may be at most.")
    name: str = required(host_name, "The name to look up, such as V(_http._tcp.app.example) for SRV records.")
    port: int | None = optional(values.port, "Their port; SRV records bring their own.")

    @property
    def is_service(self) -> bool:
        """Return whether the name is one of SRV records, which hold a port and a weight each."""
        return self.name.startswith("_")


def words_in(server: ServerOptions, tls: ServerTls | None) -> int:
    """Return the most words a server's line can have; HAProxy reads 64 (its manual, section 2.1)."""
    extra = len(server.extra.split()) if server.extra is not None else 0
    tlvs = 2 * len(server.set_proxy_v2_tlv_fmt)
    source = 6 if server.source_ is not None else 0
    encryption = 0 if tls is None else 7 + 2 * len(tls.source)
    # Name and address are keys too; beside the keys there may be check, cookie and init-addr.
    return 2 * len(server.source) + 4 + extra + tlvs + source + encryption


@dataclass(frozen=True, slots=True)
class Resolved:
    """A server's parameters with those of its backend's defaults behind them."""

    server: ServerOptions
    defaults: ServerOptions | None = None

    def get(self, key: str) -> object:
        """Return the server's own value of a field, or the default's when it has none."""
        own = getattr(self.server, key)
        if own is None or own == ():
            return getattr(self.defaults, key) if self.defaults is not None else own
        return own

    def owner(self, key: str) -> ServerOptions:
        """Return the mapping to blame for a key."""
        if self.defaults is not None and not self.server.has(key) and self.defaults.has(key):
            return self.defaults
        return self.server
