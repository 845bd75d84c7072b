"""How the health of a backend's servers is asked (HAProxy's manual, section 4.2, "option httpchk")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evergate import values
from evergate.errors import Problem, nearest, quoted, refused
from evergate.model.haproxy.word import file_path, header_name, log_format, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import OneOrMany, mapping, some

TYPES = (
    *("http", "tcp", "ssl-hello", "pgsql", "mysql", "redis", "smtp", "ldap", "spop", "external"),
    "none",
)
# The keys that belong to each type, beside `type` itself.
KEYS: Mapping[str, tuple[str, ...]] = {
    "http": (
        *("path", "host", "method", "version", "headers", "body"),
        *("expect", "expect_string", "expect_rstring", "sequence", "disable_on_404", "send_state"),
    ),
    "tcp": ("sequence",),
    "pgsql": ("user",),
    "mysql": ("user", "client"),
    "smtp": ("hello", "domain"),
    "external": ("command", "command_path"),
}
# The keys of a single HTTP question and its answer, which a sequence replaces.
_QUESTION = (
    *("path", "host", "method", "version", "headers", "body"),
    *("expect", "expect_string", "expect_rstring"),
)

method = values.matching(r"[A-Z]{1,20}", "an HTTP method", "write GET, HEAD, OPTIONS or POST")
regex_hint = "write a regular expression, such as ^ok$"


def regex(value: object, path: str) -> str:
    """Return a regular expression of one line whose brackets are closed."""
    text = values.text(value, path)
    try:
        re.compile(text)
    except re.error as error:
        raise refused(
            path, f"{quoted(value)} is not a regular expression: {error}", value, regex_hint
        ) from None
    return text


def statuses(value: object, path: str) -> str:
    """Return an HTTP status such as 200, or a range such as 200-299."""
    match = re.fullmatch(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?", str(value), re.ASCII)
    if isinstance(value, bool) or match is None or int(match[1]) > int(match[2] or match[1]):
        hint = "write a status such as 200, or a range such as 200-299"
        raise refused(path, f"{quoted(value)} is not an HTTP status", value, hint)
    return value if isinstance(value, str) else str(value)


_hex = values.matching(r"([0-9A-Fa-f]{2})+", "a row of bytes", "write two hexadecimal digits for each byte")
_variable = values.matching(
    r"(proc|sess|check)\.[A-Za-z0-9_.]{1,64}", "a variable of a check", "write a name such as check.token"
)

ACTIONS = ("connect", "send", "expect", "set-var", "set-var-fmt", "unset-var")
_CONNECT = ("address", "port", "default", "ssl", "sni", "alpn", "proto", "send_proxy", "via_socks4", "linger")
_HTTP_SEND = ("method", "path", "path_lf", "version", "headers", "body", "body_lf")
_TCP_SEND = ("data", "data_lf", "binary", "binary_lf")
_HTTP_MATCH = ("status", "rstatus", "header", "string", "rstring", "string_lf")
_TCP_MATCH = ("string", "rstring", "string_lf", "binary", "rbinary", "binary_lf")
_EXPECT = ("negate", "min_recv", "ok_status", "error_status", "tout_status", "on_success", "on_error")
_VARIABLE: Mapping[str, tuple[str, ...]] = {
    "set-var": ("variable", "expression"),
    "set-var-fmt": ("variable", "format"),
    "unset-var": ("variable",),
}


def step_keys(action: str, http: bool) -> tuple[str, ...]:
    """Return the keys that a step of this action may have."""
    if action == "connect":
        return (*_CONNECT, "comment")
    if action == "send":
        return (*(_HTTP_SEND if http else _TCP_SEND), "comment")
    if action == "expect":
        return (*(_HTTP_MATCH if http else _TCP_MATCH), "value", "match", *_EXPECT, "comment")
    return _VARIABLE[action]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Model):
    """One step of a check's sequence: connect, send something, expect an answer, or keep a variable."""

    action: str = required(values.choice(*ACTIONS), "What is done in this step.")
    address: values.Address | None = optional(values.address, "connect: another address than the server's.")
    port: int | None = optional(values.port, "connect: another port than the server's.")
    default: bool | None = optional(
        values.boolean, "connect: Whether to speak TLS and PROXY protocol as the server's parameters say."
    )
    ssl: bool | None = optional(values.boolean, "connect: Whether to speak TLS, by the servers' O(tls).")
    sni: str | None = optional(values.host_header, "connect: The name to ask for in TLS.")
    alpn: tuple[str, ...] = defaulted(
        some(values.choice("h2", "http/1.1", "http/1.0")), "connect: The protocols to offer in TLS.", ()
    )
    proto: str | None = optional(values.choice("h1", "h2"), "connect: The protocol to speak.")
    send_proxy: bool | None = optional(values.boolean, "connect: Whether to begin with the PROXY protocol.")
    via_socks4: bool | None = optional(values.boolean, "connect: Whether to go through the SOCKS4 proxy.")
    linger: bool | None = optional(values.boolean, "connect: Whether to close cleanly instead of resetting.")
    method: str | None = optional(method, "send: The HTTP method; C(GET) by default.")
    path: str | None = optional(values.url_path, "send: What to ask for.")
    path_lf: str | None = optional(log_format, "send: What to ask for, as a log format.")
    version: str | None = optional(
        values.choice("HTTP/1.0", "HTTP/1.1", "HTTP/2.0"), "send: The version of HTTP in the request."
    )
    headers: tuple[tuple[str, str], ...] = defaulted(
        mapping(header_name, log_format), "send: Header names and their values, which are log formats.", ()
    )
    body: str | None = optional(values.text, "send: The body of the request.")
    body_lf: str | None = optional(log_format, "send: The body of the request, as a log format.")
    data: str | None = optional(values.text, "send: Text to send in a TCP check; C(\\\\r\\\\n) ends a line.")
    data_lf: str | None = optional(log_format, "send: Text to send in a TCP check, as a log format.")
    binary: str | None = optional(_hex, "send, expect: Bytes in hexadecimal digits, in a TCP check.")
    binary_lf: str | None = optional(log_format, "send, expect: The same as a log format.")
    status: tuple[str, ...] = defaulted(OneOrMany(statuses), "expect: HTTP statuses and ranges of them.", ())
    rstatus: str | None = optional(regex, "expect: A regular expression for the HTTP status.")
    header: str | None = optional(header_name, "expect: A header that the answer has.")
    value: str | None = optional(values.text, "expect: The value of O(header).")
    match: str | None = optional(
        values.choice("str", "beg", "end", "sub", "reg"), "expect: How O(value) is compared."
    )
    string: str | None = optional(values.text, "expect: A text that the answer holds.")
    rstring: str | None = optional(regex, "expect: A regular expression for the answer.")
    string_lf: str | None = optional(log_format, "expect: A text that the answer holds, as a log format.")
    rbinary: str | None = optional(
        regex, "expect: A regular expression for the answer in hexadecimal digits."
    )
    negate: bool | None = optional(values.boolean, "expect: Whether the answer must not be like this.")
    min_recv: int | None = optional(values.integer(0, 16384), "expect: How many bytes to wait for.")
    ok_status: str | None = optional(
        values.choice("L7OK", "L7OKC", "L6OK", "L4OK"), "expect: The state to report on success."
    )
    error_status: str | None = optional(
        values.choice("L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON"), "expect: The state to report on failure."
    )
    tout_status: str | None = optional(
        values.choice("L7TOUT", "L6TOUT", "L4TOUT"), "expect: The state to report on a timeout."
    )
    on_success: str | None = optional(log_format, "expect: What to log on success, a log format.")
    on_error: str | None = optional(log_format, "expect: What to log on failure, a log format.")
    variable: str | None = optional(_variable, "set-var: The variable, such as V(check.token).")
    expression: str | None = optional(sample, "set-var: What to keep, an expression.")
    format: str | None = optional(log_format, "set-var-fmt: What to keep, a log format.")
    comment: str | None = optional(values.text, "What to report when this step fails.")

    def misplaced(self, http: bool) -> Iterator[Problem]:
        """Yield the keys that this step of an HTTP or a TCP check can't have, and those it lacks."""
        known = step_keys(self.action, http)
        for key in self.source:
            if key != "action" and self.has(str(key)) and key not in known:
                kind = "an HTTP" if http else "a TCP"
                hint = nearest(key, known, f"it may have: {', '.join(known)}")
                yield self.wrong(str(key), f"is not part of '{self.action}' in {kind} check", hint)
        yield from self._lacking(http)

    def _lacking(self, http: bool) -> Iterator[Problem]:
        if self.action == "send":
            yield from self._one_of(("path", "path_lf") if http else _TCP_SEND, needed=not http)
            yield from self._one_of(("body", "body_lf"), needed=False)
        elif self.action == "expect":
            yield from self._one_of(_HTTP_MATCH if http else _TCP_MATCH, needed=True)
            if self.header is None and (self.value is not None or self.match is not None):
                yield self.absent("header", "is missing beside its value")
            if self.value is None and self.match is not None:
                yield self.absent("value", "is missing beside 'match'")
            if self.match == "reg" and self.value is not None:
                yield from self._value_as_regex(self.value)
        for key in _VARIABLE.get(self.action, ()):
            if not self.has(key):
                yield self.absent(key, "is missing")

    def _value_as_regex(self, value: str) -> Iterator[Problem]:
        try:
            re.compile(value)
        except re.error as error:
            yield self.wrong("value", f"{quoted(value)} is not a regular expression: {error}", regex_hint)

    def _one_of(self, keys: tuple[str, ...], *, needed: bool) -> Iterator[Problem]:
        given = [key for key in keys if self.has(key)]
        for key in given[1:]:
            yield self.wrong(key, f"stands beside '{given[0]}'", f"keep one of them: {', '.join(keys)}")
        if needed and not given:
            yield self.absent(keys[0], f"is missing, or another of: {', '.join(keys)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Model):
    """What tells whether a server is healthy. Of HTTP backends a page is asked, of TCP ones a connection."""

    type: str | None = optional(
        values.choice(*TYPES),
        "The kind of check: V(http) by default in mode http, V(tcp) in mode tcp; V(none) checks nothing.",
    )
    path: str = defaulted(values.url_path, "http: What to ask for.", "/healthz")
    host: str | None = optional(values.host_header, "http: The Host header of the question.")
    method: str = defaulted(method, "http: The HTTP method.", "GET")
    version: str | None = optional(
        values.choice("HTTP/1.0", "HTTP/1.1", "HTTP/2.0"), "http: The version of HTTP in the question."
    )
    headers: tuple[tuple[str, str], ...] = defaulted(
        mapping(header_name, log_format), "http: Further header names and values, which are log formats.", ()
    )
    body: str | None = optional(values.text, "http: The body of the question.")
    expect: tuple[str, ...] = defaulted(
        OneOrMany(statuses), "http: The statuses of a healthy answer, such as V(200-299).", ("200",)
    )
    expect_string: str | None = optional(values.text, "http: A text that a healthy answer holds.")
    expect_rstring: str | None = optional(regex, "http: A regular expression for a healthy answer.")
    disable_on_404: bool = defaulted(
        values.boolean,
        "http: Whether an answer of 404 drains the server, which keeps who sticks to it.",
        False,
    )
    send_state: bool = defaulted(
        values.boolean, "http: Whether the server is told how it and the backend are doing.", False
    )
    sequence: tuple[Step, ...] = defaulted(
        some(Step.from_data),
        "http, tcp: What is sent and expected, step by step, instead of one question.",
        (),
    )
    user: str | None = optional(
        values.matching(r"[A-Za-z0-9_.@-]{1,63}", "a user's name", "use letters, digits, '_', '.' and '-'"),
        "pgsql, mysql: The database user to introduce oneself as; it needs no password and no rights.",
    )
    client: str | None = optional(
        values.choice("pre-41", "post-41"), "mysql: The version of the client's protocol."
    )
    hello: str | None = optional(values.choice("HELO", "EHLO"), "smtp: The greeting.")
    domain: str | None = optional(values.host_header, "smtp: The name to greet with.")
    command: str | None = optional(file_path, "external: The program to run on the load balancer.")
    command_path: str | None = optional(
        values.matching(r"/[A-Za-z0-9_./:-]{0,254}", "a PATH", "write directories with ':' between them"),
        "external: The program's C(PATH).",
    )

    def kind(self, mode: str) -> str:
        """Return the check's type in a backend of this mode."""
        return self.type or ("http" if mode == "http" else "tcp")

    def misplaced(self, mode: str) -> Iterator[Problem]:
        """Yield what a check of this type can't have or lacks; its type may follow from the mode."""
        kind = self.kind(mode)
        for key in self.source:
            if key != "type" and self.has(str(key)) and key not in KEYS.get(kind, ()):
                owners = [owner for owner, known in KEYS.items() if key in known]
                hint = f"delete it, or write type: {' or '.join(owners)}"
                yield self.wrong(str(key), f"is not part of a check of type '{kind}'", hint)
        for key in {"pgsql": ("user",), "mysql": ("user",), "external": ("command",)}.get(kind, ()):
            if not self.has(key):
                yield self.absent(key, f"is missing in a check of type '{kind}'")
        if kind == "smtp" and self.has("hello") != self.has("domain"):
            yield self.absent("domain" if self.has("hello") else "hello", "is missing beside the other")
        if self.sequence:
            yield from self._sequence_problems(http=kind == "http")

    def _sequence_problems(self, *, http: bool) -> Iterator[Problem]:
        for key in _QUESTION:
            if self.has(key):
                yield self.wrong(key, "stands beside 'sequence'", f"write it as a step, or delete {key}")
        for step in self.sequence:
            yield from step.misplaced(http)
        yield from _order(self.sequence, http=http)


# What may come before each step of an HTTP check; a TCP check only has to begin with its connect, if any.
_BEFORE: Mapping[str, tuple[str, ...]] = {
    "connect": ("", "expect"),
    "send": ("", "connect"),
    "expect": ("send", "expect"),
}


def _order(steps: tuple[Step, ...], *, http: bool) -> Iterator[Problem]:
    """Yield the steps that come at the wrong time (HAProxy's manual, "http-check connect")."""
    talking = [step for step in steps if step.action in _BEFORE]
    previous = ""
    for step in talking:
        if step.action == "connect" and talking[0].action != "connect":
            yield step.wrong("action", "comes after a step without 'connect'", "begin with a 'connect' step")
        elif http and previous not in _BEFORE[step.action]:
            before = " or ".join(repr(word) for word in _BEFORE[step.action] if word)
            yield step.wrong("action", f"'{step.action}' comes at the wrong time", f"put it after {before}")
            return  # what follows may be right once this step is in its place
        previous = step.action
    if http and previous in ("", "connect"):
        yield steps[-1].wrong("action", "ends the sequence before anything is sent", "add a 'send' step")
