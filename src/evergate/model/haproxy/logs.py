"""Where HAProxy's logs go: targets, rings, relays of other programs' logs, and mail servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from evergate import values
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.model.extra import haproxy_lines, server_parameters
from evergate.model.haproxy import word
from evergate.model.haproxy.acl import phase
from evergate.model.haproxy.reference import reference
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each, some
from evergate.values import Address

# HAProxy's manual, section 4.2, "log".
FACILITIES = (
    *(
        "kern",
        "user",
        "mail",
        "daemon",
        "auth",
        "syslog",
        "lpr",
        "news",
        "uucp",
        "cron",
        "auth2",
        "ftp",
        "ntp",
    ),
    *("audit", "alert", "cron2", *(f"local{number}" for number in range(8))),
)
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
FORMATS = ("local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw")
READY_FORMATS = ("http", "https", "clf", "tcp", "json")
# What a log format has of requests; HAProxy 2.6 refuses it where there are none.
_OF_REQUESTS = re.compile(
    r"%(?:\{[^}]*\})?(?:CC|CS|HM|HPO?|HQ|HU|HV|Ta|Ti|Tq|Tr|r|tr[gl]?)(?![A-Za-z])", re.ASCII
)
_LONGEST_LINE = 65535
_BUFFER = 16384  # bytes; HAProxy's tune.bufsize and the size of a ring, unless given
_SAMPLE = re.compile(
    r"[1-9][0-9]{0,5}(-[1-9][0-9]{0,5})?(,[1-9][0-9]{0,5}(-[1-9][0-9]{0,5})?)*:[1-9][0-9]{0,5}"
)


def log_address(value: object, path: str) -> Address | str:
    """Return an address, a socket's path, or C(stdout) or C(stderr)."""
    if isinstance(value, str) and value in ("stdout", "stderr"):
        return value
    if isinstance(value, str) and value.startswith("/"):
        return word.file_path(value, path)
    try:
        return values.address(value, path)
    except InvalidData as error:
        hint = "write an IP address alone, a socket's path such as /dev/log, or stdout or stderr"
        raise refused(path, f"{quoted(value)} is no place for logs", value, hint) from error


def log_format(value: object, path: str) -> str:
    """Return the name of a ready format, or a log format of the operator's own."""
    if isinstance(value, str) and value in READY_FORMATS:
        return value
    found = word.log_format(value, path)
    if "%" not in found:
        hint = f"write one of: {', '.join(READY_FORMATS)}; or a format such as '%ci %ST %HU'"
        raise refused(path, f"{quoted(value)} is not a log format", value, hint)
    for fetch in word.fetches(found):
        if phase(fetch) in ("request", "response") and not fetch.startswith(("unique-id", "status")):
            hint = "keep it in 'captures', and write %[capture.req.hdr(0)] or %[capture.res.hdr(0)]"
            raise refused(path, f"{quoted(fetch)} is gone when the log is written", value, hint)
    return found


def of_requests(log_format: str | None) -> str | None:
    """Return the first part of a log format that only a request has, or None."""
    found = _OF_REQUESTS.search((log_format or "").replace("%%", ""))
    return found[0] if found else None


def _sample(value: object, path: str) -> str:
    """Return which logs of how many go there; HAProxy wants the ranges in order and within the size."""
    found = values.text(value, path)
    hint = "write the logs and how many they are out of, such as '1:4' or '1,3-4:4'"
    if not _SAMPLE.fullmatch(found):
        raise refused(path, f"{quoted(value)} is not a sample of logs", value, hint)
    numbers = [int(number) for number in re.findall("[0-9]+", found)]
    ranges = [bound for part in found.split(":")[0].split(",") for bound in _bounds(part)]
    steps = list(pairwise(ranges))
    overlap = any(low > high if index % 2 == 0 else low >= high for index, (low, high) in enumerate(steps))
    if overlap or max(numbers[:-1]) > numbers[-1]:
        raise refused(path, f"{quoted(value)} is out of order or greater than its size", value, hint)
    return found


def _bounds(part: str) -> tuple[int, int]:
    low, _, high = part.partition("-")
    return int(low), int(high or low)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTarget(Model):
    """Where logs go (HAProxy's manual, section 4.2, "log")."""

    address: Address | str | None = optional(
        log_address,
        "IP address of a syslog server, or a socket such as V(/dev/log), at which journald or a local syslog"
        " listens, or V(stdout) or V(stderr).",
    )
    port: int | None = optional(values.port, "The syslog server's port; V(514) unless given.")
    protocol: str = defaulted(
        values.choice("udp", "tcp"), "How the syslog server is spoken to; over TCP through a buffer.", "udp"
    )
    ring: str | None = optional(
        reference("rings"), "The name of one of O(haproxy_rings), instead of O(address)."
    )
    facility: str = defaulted(values.choice(*FACILITIES), "Syslog's facility.", "local0")
    level: str | None = optional(values.choice(*LEVELS), "Less important messages are left out.")
    minlevel: str | None = optional(
        values.choice(*LEVELS), "More important messages are sent as if they were of this level."
    )
    length: int | None = optional(
        values.integer(80, _LONGEST_LINE),
        "Longer lines are cut. V(1024) unless given, with the format V(json) V(8192).",
    )
    format: str | None = optional(values.choice(*FORMATS), "How a message is written for syslog.")
    sample: str | None = optional(_sample, "Which of how many logs go here, such as V(1:4): every fourth.")

    def rules(self) -> Iterator[Problem]:
        """Yield a target in no place or in two, and what its place can't have."""
        if self.address is None and self.ring is None:
            yield self.absent("address", "is missing, and so is 'ring'")
        elif self.address is not None and self.ring is not None:
            yield self.wrong("ring", "stands beside 'address'", "keep either 'address' or 'ring'")
        remote = self.address is not None and not isinstance(self.address, str)
        for key in ("port", "protocol"):
            if self.has(key) and not remote:
                yield self.wrong(key, "is only for a server", "give its IP address, or leave this out")
        if self.minlevel is not None and self.level is None:
            yield self.absent("level", "is missing; 'minlevel' stands behind it")
        elif self.level and self.minlevel and LEVELS.index(self.level) < LEVELS.index(self.minlevel):
            problem = f"{quoted(self.minlevel)} is less important than the level {quoted(self.level)}"
            yield self.wrong("minlevel", problem, "write a more important one, or another 'level'")


@dataclass(frozen=True, slots=True, kw_only=True)
class RingServer(Model):
    """A syslog server that a ring is emptied to."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "How logs and statistics call it.")
    address: Address = required(values.address, "IP address.")
    port: int = required(values.port, "TCP port, such as V(514).")
    log_proto: str | None = optional(
        values.choice("octet-count", "legacy"),
        "How messages are told apart: by a count before each, or by line breaks as V(legacy) has it.",
    )
    extra: str | None = optional(server_parameters, "Further keywords for the server's line, such as C(ssl).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Model):
    """A buffer in memory for logs, read on the command socket or sent on over TCP (manual, section 3.9)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this ring.")
    description: str | None = optional(values.text, "How the command socket shows it.")
    format: str | None = optional(values.choice(*FORMATS), "How messages are written into it.")
    size: int = defaulted(values.integer(1024, 2**31 - 1), "Bytes it holds.", _BUFFER)
    maxlen: int | None = optional(values.integer(80, _LONGEST_LINE), "Longer messages are cut, in bytes.")
    backing_file: str | None = optional(word.file_path, "A file that keeps it over a crash.")
    timeout_connect: str = defaulted(values.duration, "A server must accept within this.", "5s")
    timeout_server: str = defaulted(values.duration, "A server must take what is sent within this.", "10s")
    servers: tuple[RingServer, ...] = defaulted(
        each(RingServer.from_data),
        "Syslog servers it is sent on to: each gets everything, at the pace of the slowest.",
        (),
    )
    extra: tuple[str, ...] = defaulted(
        haproxy_lines, "Further lines for this section, in HAProxy's own words.", ()
    )

    def rules(self) -> Iterator[Problem]:
        """Yield messages that would not fit."""
        if self.maxlen is not None and self.maxlen > self.size:
            problem = f"{quoted(self.maxlen)} is more than the size {quoted(self.size)}"
            yield self.wrong("maxlen", problem, "write a smaller one, or a greater 'size'")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBind(Model):
    """Where logs to be relayed are taken in."""

    address: Address = required(values.address, "One of this host's addresses.")
    port: int = required(values.port, "Port, such as V(514).")
    interface: str | None = optional(values.interface_name, "Take them from this interface alone.")
    extra: str | None = optional(server_parameters, "Further keywords for the line.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogForward(Model):
    """HAProxy as a relay of other programs' logs (its manual, section 3.10)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this relay.")
    binds: tuple[LogBind, ...] = defaulted(each(LogBind.from_data), "Where logs come in over TCP.", ())
    dgram_binds: tuple[LogBind, ...] = defaulted(each(LogBind.from_data), "Where logs come in over UDP.", ())
    log: tuple[LogTarget, ...] = defaulted(
        some(LogTarget.from_data), "Where they go; to the process's own targets unless given.", ()
    )
    maxconn: int | None = optional(
        values.integer(1, 1_000_000), "TCP connections at a time; V(10) unless given."
    )
    backlog: int | None = optional(values.integer(1, 65535), "TCP connections that may wait.")
    timeout_client: str = defaulted(values.duration, "A TCP client may be silent this long.", "10s")
    extra: tuple[str, ...] = defaulted(
        haproxy_lines, "Further lines for this section, in HAProxy's own words.", ()
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a relay that nothing comes into."""
        if not self.binds and not self.dgram_binds:
            yield self.absent("dgram_binds", "is missing, and so is 'binds'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer(Model):
    """A mail server."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this mail server.")
    address: Address = required(values.address, "IP address.")
    port: int = defaulted(values.port, "Port of SMTP without TLS, which HAProxy does not speak to it.", 25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailers(Model):
    """Mail servers that are told of servers going down (HAProxy's manual, section 3.6)."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this group of mail servers.")
    timeout_mail: str = defaulted(
        values.duration,
        "A mail must be handed over within this; more than 4s allows for a lost packet.",
        "10s",
    )
    mailers: tuple[Mailer, ...] = required(
        some(Mailer.from_data), "The mail servers, each of which gets every mail."
    )
    extra: tuple[str, ...] = defaulted(
        haproxy_lines, "Further lines for this section, in HAProxy's own words.", ()
    )
