"""Binds: where a frontend listens, and what is spoken there (HAProxy's manual, section 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate import values
from evergate.errors import Problem, quoted
from evergate.model.extra import server_parameters
from evergate.model.haproxy.acl import port_range
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.word import file_path
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany, each, some

TLS_VERSIONS = ("TLSv1.2", "TLSv1.3")
_suites = values.matching(
    r"[A-Za-z0-9_!@=+:-]+", "a list of cipher suites", "write them with ':' between them"
)
_sni = values.matching(
    r"!?(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\*",
    "a filter of host names",
    "write a name such as shop.example, a wildcard such as *.shop.example, or a name to leave out with '!'",
)
_protocols = some(values.choice("h2", "http/1.1", "http/1.0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Model):
    """A certificate and the names it is shown for (HAProxy's manual, section 5.1, "crt-list")."""

    certificate: str = required(reference("certificates"), "The name of one of O(haproxy_certificates).")
    sni: tuple[str, ...] = defaulted(
        OneOrMany(_sni), "The names it is shown for; those it was issued for unless given.", ()
    )
    client_ca: str | None = optional(
        reference("authorities"), "The name of one of O(haproxy_authorities), to ask clients for."
    )
    verify: str | None = optional(
        values.choice("required", "optional", "none"), "Whether a client must have a certificate here."
    )
    min_ver: str | None = optional(values.choice(*TLS_VERSIONS), "The oldest version of TLS to speak here.")
    alpn: tuple[str, ...] = defaulted(_protocols, "The protocols to agree on here.", ())

    def rules(self) -> Iterator[Problem]:
        """Yield a demand for certificates that nobody could judge."""
        if self.verify in ("required", "optional") and self.client_ca is None:
            yield self.absent("client_ca", f"is missing beside 'verify: {self.verify}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class BindTls(Model):
    """TLS to the clients. Versions and cipher suites are Mozilla's "intermediate" unless given."""

    certificates: tuple[str, ...] = defaulted(
        OneOrMany(reference("certificates")),
        "Names of O(haproxy_certificates). The client's SNI chooses; the first one is for everybody else.",
        (),
    )
    files: tuple[str, ...] = defaulted(
        OneOrMany(file_path), "Paths on the hosts of PEM files that something else puts there.", ()
    )
    directory: str | None = optional(file_path, "A directory on the hosts, all of whose PEM files are read.")
    crt_list: tuple[Chosen, ...] = defaulted(
        some(Chosen.from_data), "Certificates with the names they are shown for, one by one.", ()
    )
    client_ca: str | None = optional(
        reference("authorities"), "The name of one of O(haproxy_authorities), which signed the clients'."
    )
    verify: str | None = optional(
        values.choice("required", "optional", "none"),
        "Whether a client must have a certificate; V(required) with O(client_ca).",
    )
    crl_file: str | None = optional(file_path, "A file of revoked client certificates on the hosts.")
    alpn: tuple[str, ...] = defaulted(
        _protocols, "The protocols to agree on; V(h2) and V(http/1.1) in mode http unless given.", ()
    )
    min_ver: str | None = optional(values.choice(*TLS_VERSIONS), "The oldest version of TLS to speak.")
    max_ver: str | None = optional(values.choice(*TLS_VERSIONS), "The newest version of TLS to speak.")
    ciphers: str | None = optional(_suites, "The cipher suites of TLS 1.2.")
    ciphersuites: str | None = optional(_suites, "The cipher suites of TLS 1.3.")
    curves: str | None = optional(_suites, "The elliptic curves, with ':' between them.")
    strict_sni: bool = defaulted(
        values.boolean, "Whether clients that ask for none of the certificates' names are refused.", False
    )
    prefer_client_ciphers: bool = defaulted(
        values.boolean, "Whether the client's order of cipher suites counts.", False
    )
    no_tls_tickets: bool = defaulted(values.boolean, "Whether TLS 1.2 tickets are off.", False)
    allow_0rtt: bool = defaulted(
        values.boolean, "Whether early data is taken, which an attacker may send twice.", False
    )

    def rules(self) -> Iterator[Problem]:
        """Yield TLS without a certificate, and demands on clients that nobody could judge."""
        sources = ("certificates", "files", "directory", "crt_list")
        if not any(map(self.has, sources)):
            yield self.absent("certificates", "is missing")
        if self.verify in ("required", "optional") and self.client_ca is None:
            yield self.absent("client_ca", f"is missing beside 'verify: {self.verify}'")
        if self.verify == "none" and self.client_ca is not None:
            yield self.wrong("verify", "has no use beside 'client_ca'", "write required or optional")
        if self.crl_file is not None and self.client_ca is None:
            yield self.absent("client_ca", "is missing beside 'crl_file'")
        if self.min_ver and self.max_ver and self.min_ver > self.max_ver:
            problem = f"{quoted(self.min_ver)} is newer than max_ver {quoted(self.max_ver)}"
            yield self.wrong("min_ver", problem, "write an older version, or delete max_ver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(Model):
    """One place to listen: a VIP or an address, with a port or several."""

    vip: str | None = optional(
        reference("vips"), "The name of one of keepalived_instances, on all of whose addresses to listen."
    )
    address: values.Address | None = optional(
        values.address, "An address of this host; V(0.0.0.0) or V(::) for all of them."
    )
    port: int | None = optional(values.port, "The port to listen on.")
    ports: tuple[str, ...] = defaulted(
        some(port_range), "Several ports instead: numbers, and ranges such as V(8000-8010).", ()
    )
    tls: BindTls | None = optional(BindTls.from_data, "Speak TLS here, with O(certificates) and settings.")
    quic: bool = defaulted(
        values.boolean,
        "Whether HTTP/3 is spoken too, on the UDP port of the same number; answers then tell clients of it.",
        False,
    )
    accept_proxy: bool = defaulted(
        values.boolean,
        "Whether every connection begins with the PROXY protocol, as from another balancer.",
        False,
    )
    proto: str | None = optional(
        values.choice("h1", "h2"), "The protocol, where TLS does not negotiate it, as for gRPC in the clear."
    )
    interface: str | None = optional(values.interface_name, "Only connections through this interface.")
    v4v6: bool = defaulted(values.boolean, "Whether V(::) is for IPv4 too.", False)
    v6only: bool = defaulted(
        values.boolean, "Whether V(::) is for IPv6 alone, whatever the system says.", False
    )
    transparent: bool = defaulted(
        values.boolean, "Whether to take connections to any address, as a router does.", False
    )
    maxconn: int | None = optional(values.integer(1, 10_000_000), "Concurrent connections accepted here.")
    backlog: int | None = optional(
        values.integer(1, 10_000_000), "Connections that may wait in the kernel to be accepted."
    )
    name: str | None = optional(values.name, "How logs and statistics call it.")
    id: int | None = optional(values.integer(1, 2**31 - 1), "Its number in statistics.")
    mss: int | None = optional(values.integer(64, 65_535), "The largest TCP segment.")
    tcp_ut: str | None = optional(values.duration, "How long sent data may stay unacknowledged.")
    tfo: bool = defaulted(values.boolean, "Whether TCP fast open is used.", False)
    defer_accept: bool = defaulted(
        values.boolean, "Whether the kernel waits for data before it hands a connection over.", False
    )
    nice: int | None = optional(values.integer(-1024, 1024), "The priority of its connections.")
    extra: str | None = optional(server_parameters, "Further parameters in HAProxy's own words.")

    @property
    def all_ports(self) -> tuple[str, ...]:
        """Return the ports and ranges of ports as texts."""
        return self.ports or (() if self.port is None else (str(self.port),))

    def rules(self) -> Iterator[Problem]:
        """Yield a bind to nothing or to two things, and words that mean something only beside others."""
        yield from self._place()
        if self.quic:
            if self.tls is None:
                yield self.absent("tls", "is missing beside 'quic', which is always encrypted")
            if len(self.all_ports) > 1 or any("-" in port for port in self.all_ports):
                yield self.wrong(
                    "quic", "needs a single port", "make a bind of its own for the port of HTTP/3"
                )
            if self.accept_proxy:
                hint = "delete one of them; a balancer before this one has to pass UDP on as it is"
                yield self.wrong("accept_proxy", "does not work beside 'quic'", hint)
            if self.tls is not None and self.tls.allow_0rtt:
                hint = "delete it, or make a bind of its own for HTTP/3"
                yield self.tls.wrong("allow_0rtt", "is not possible beside 'quic' with OpenSSL", hint)
            if self.tls is not None and self.tls.max_ver == "TLSv1.2":
                yield self.tls.wrong("max_ver", "is too old for 'quic'", "write TLSv1.3, or delete it")
        several = (
            self.vip is not None or self.quic or len(self.all_ports) > 1 or "-" in "".join(self.all_ports)
        )
        if self.id is not None and several:
            hint = "delete it, or write a bind with one address and one port"
            yield self.wrong("id", "would be that of several sockets", hint)
        if self.proto is not None and self.tls is not None and self.tls.alpn:
            yield self.wrong("proto", "stands beside the alpn of 'tls'", "keep either 'proto' or 'alpn'")
        if self.v4v6 and self.v6only:
            yield self.wrong("v6only", "contradicts 'v4v6'", "keep either 'v4v6' or 'v6only'")
        for key in ("v4v6", "v6only"):
            if getattr(self, key) and (self.address is None or self.address.version != 6):
                yield self.wrong(key, "is about an IPv6 address", "write address: '::' or delete it")

    def _place(self) -> Iterator[Problem]:
        if self.vip is not None and self.address is not None:
            yield self.wrong("address", "stands beside 'vip'", "keep either 'vip' or 'address'")
        if self.vip is None and self.address is None:
            yield self.absent("vip", "is missing, and so is 'address'")
        if self.port is not None and self.ports:
            yield self.wrong("ports", "stands beside 'port'", "keep either 'port' or 'ports'")
        if not self.all_ports:
            yield self.absent("port", "is missing")


binds = each(Bind.from_data)
