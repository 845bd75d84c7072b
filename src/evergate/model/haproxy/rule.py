"""Rules: what is done with connections, requests and answers, one action each, under a condition.

What an action takes is written once, in the form of its line: `{key}` is needed, `[word {key}]` and the flag
`[word]` are optional, `({key})` stands right behind the action, `[hdr {headers}]` is for each header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, nearest, quoted, refused
from evergate.model.haproxy import acl, word
from evergate.model.haproxy.files import STATUSES
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.word import Condition, condition, file_path, log_format, sample
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import mapping, some

_ANSWER = (
    "[status {status}] [content-type {content_type}] [string {string}] [lf-string {lf_string}] [file {file}]"
    " [lf-file {lf_file}] [errorfiles {http_errors}] [hdr {headers}]"
)
# By this word HAProxy looks for its error pages, the operator's among them; after `status` it sends no body.
_REFUSAL = _ANSWER.replace("[status {status}]", "[deny_status {status}]")
_COUNTERS = {
    "sc-inc-gpc0": "({counter})",
    "sc-inc-gpc1": "({counter})",
    "sc-set-gpt0": "({counter}) {integer}",
}
_TRACKING = {f"track-sc{number}": "{expression} [table {table}]" for number in range(3)}
_VARIABLES = {
    "set-var": "({variable}) {expression}",
    "set-var-fmt": "({variable}) {format}",
    "unset-var": "({variable})",
}
_LUA = {"lua": ".{function} [{arguments}]"}
_ALWAYS = {"allow": "", "strict-mode": "{strict}"}
_HEADERS = {
    "add-header": "{name} {format}",
    "set-header": "{name} {format}",
    "del-header": "{name} [-m {match}]",
    "replace-header": "{name} {regex} {format}",
    "replace-value": "{name} {regex} {format}",
}
_PACKETS = {
    "set-mark": "{mark}",
    "set-tos": "{mark}",
    "set-nice": "{nice}",
    "set-log-level": "{level}",
    "silent-drop": "",
}
_MAPS = {
    "set-map": "({map}) {key} {format}",
    "del-map": "({map}) {key}",
    "add-acl": "({list}) {key}",
    "del-acl": "({list}) {key}",
}
HTTP_REQUEST: Mapping[str, str] = {
    **_ALWAYS,
    **_HEADERS,
    **_PACKETS,
    **_MAPS,
    **_VARIABLES,
    **_TRACKING,
    **_COUNTERS,
    **_LUA,
    "auth": "[realm {realm}]",  # userlist and groups are part of its condition
    "cache-use": "{cache}",
    "capture": "{expression} len {length}",
    "deny": _REFUSAL,
    "disable-l7-retry": "",
    "do-resolve": "({variable},{resolvers}) {expression}",
    "early-hint": "{name} {format}",
    "redirect": "[location {location}] [prefix {prefix}] [scheme {scheme}] [code {code}]"
    " [drop-query] [append-slash] [set-cookie {cookie}] [clear-cookie {old_cookie}]",
    "reject": "",
    "replace-path": "{regex} {format}",
    "replace-pathq": "{regex} {format}",
    "replace-uri": "{regex} {format}",
    "return": _ANSWER,
    "send-spoe-group": "{engine} {group}",
    "set-dst": "{expression}",
    "set-dst-port": "{expression}",
    "set-method": "{format}",
    "set-path": "{format}",
    "set-pathq": "{format}",
    "set-priority-class": "{expression}",
    "set-priority-offset": "{expression}",
    "set-query": "{format}",
    "set-src": "{expression}",
    "set-src-port": "{expression}",
    "set-timeout": "{which} {duration}",
    "set-uri": "{format}",
    "tarpit": _REFUSAL,
    "use-service": "{service}",
    "wait-for-body": "time {duration} [at-least {bytes}]",
    "wait-for-handshake": "",
}
HTTP_RESPONSE: Mapping[str, str] = {
    **_ALWAYS,
    **_HEADERS,
    **_PACKETS,
    **_MAPS,
    **_VARIABLES,
    **_TRACKING,
    **_COUNTERS,
    **_LUA,
    "cache-store": "{cache}",
    "capture": "{expression} id {slot}",
    "deny": _REFUSAL,
    "redirect": "location {location} [code {code}] [drop-query] [append-slash]",
    "return": _ANSWER,
    "send-spoe-group": "{engine} {group}",
    "set-status": "{status} [reason {reason}]",
    "wait-for-body": "time {duration} [at-least {bytes}]",
}
HTTP_AFTER_RESPONSE: Mapping[str, str] = {
    **_ALWAYS,
    **_HEADERS,
    **_VARIABLES,
    "set-status": "{status} [reason {reason}]",
}
TCP_REQUEST: Mapping[str, Mapping[str, str]] = {
    "connection": {
        "accept": "",
        "reject": "",
        "silent-drop": "",
        "expect-proxy": "layer4",
        "expect-netscaler-cip": "layer4",
        "set-src": "{expression}",
        "set-src-port": "{expression}",
        "set-dst": "{expression}",
        "set-dst-port": "{expression}",
        "set-mark": "{mark}",
        "set-tos": "{mark}",
        **_VARIABLES,
        **_TRACKING,
        **_COUNTERS,
    },
    "session": {"accept": "", "reject": "", "silent-drop": "", **_VARIABLES, **_TRACKING, **_COUNTERS},
    "content": {
        "accept": "",
        "reject": "",
        "silent-drop": "",
        "capture": "{expression} len {length}",
        "do-resolve": "({variable},{resolvers}) {expression}",
        "send-spoe-group": "{engine} {group}",
        "set-dst": "{expression}",
        "set-dst-port": "{expression}",
        "set-log-level": "{level}",
        "set-nice": "{nice}",
        "set-priority-class": "{expression}",
        "set-priority-offset": "{expression}",
        "set-src": "{expression}",
        "set-src-port": "{expression}",
        "switch-mode": "http [proto {proto}]",
        "use-service": "{service}",
        **_LUA,
        **_VARIABLES,
        **_TRACKING,
        **_COUNTERS,
    },
}
TCP_RESPONSE: Mapping[str, str] = {
    "accept": "",
    "close": "",
    "reject": "",
    "silent-drop": "",
    "send-spoe-group": "{engine} {group}",
    "set-log-level": "{level}",
    "set-nice": "{nice}",
    **_LUA,
    **_VARIABLES,
    **_COUNTERS,
}
_FLAGS = ("drop_query", "append_slash")
_ONE_ANSWER = ("string", "lf_string", "file", "lf_file", "http_errors")
_token = values.matching(r"[A-Za-z0-9_.-]{1,63}", "a name", "use letters, digits, '_', '.' and '-'")
_cookie = values.matching(r"[A-Za-z0-9!#$%&'*+.^_`|~=/-]{1,128}", "a cookie", "write NAME=value")


def takes(form: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys that an action of this form needs, and those it may have."""
    may = re.findall(r"\[[^\]]*\{(\w+)\}\]", form)
    flags = [flag for flag in _FLAGS if f"[{flag.replace('_', '-')}]" in form]
    needs = [key for key in re.findall(r"\{(\w+)\}", form) if key not in may]
    may += ["userlist", "groups"] if "{realm}" in form else []
    return tuple(needs), (*may, *flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Model):
    """One rule: an action, what it takes, and when it is done."""

    name: str | None = optional(word.header_name, "The name of a header.")
    format: str | None = optional(log_format, "The new value, a log format.")
    regex: str | None = optional(
        acl.regex, "A regular expression; O(format) has C(\\\\1) for its first group."
    )
    match: str | None = optional(
        values.choice("str", "beg", "end", "sub", "reg"), "del-header: How O(name) is compared."
    )
    expression: str | None = optional(sample, "A fetch and its converters.")
    variable: str | None = optional(word.variable, "A variable with its scope, such as V(txn.tenant).")
    table: str | None = optional(
        reference("tables"), "track-sc: The section whose O(haproxy_backends[].stick_table) counts."
    )
    counter: int | None = optional(values.integer(0, 2), "The number of a track-sc rule.")
    integer: int | None = optional(values.integer(0, 2**31 - 1), "A number to keep.")
    status: int | None = optional(values.integer(200, 599, "an HTTP status"), "The HTTP status.")
    reason: str | None = optional(values.text, "The words beside the status.")
    content_type: str | None = optional(word.media_type, "What kind of answer it is, such as V(text/plain).")
    string: str | None = optional(values.text, "The answer's body.")
    lf_string: str | None = optional(log_format, "The answer's body, a log format.")
    file: str | None = optional(file_path, "A file on the hosts that holds the answer's body.")
    lf_file: str | None = optional(file_path, "The same, its text a log format.")
    http_errors: str | None = optional(
        reference("http_errors"), "The name of one of O(haproxy_http_errors), to answer from."
    )
    headers: tuple[tuple[str, str], ...] = defaulted(
        mapping(word.header_name, log_format), "Headers of the answer and their values, log formats.", ()
    )
    location: str | None = optional(log_format, "redirect: The whole new URL, a log format.")
    prefix: str | None = optional(log_format, "redirect: What stands before the path, a log format.")
    scheme: str | None = optional(log_format, "redirect: Only the scheme is new, such as V(https).")
    code: int | None = optional(
        values.choice_of_numbers(301, 302, 303, 307, 308), "redirect: The HTTP status; 302 unless given."
    )
    drop_query: bool = defaulted(values.boolean, "redirect: Whether the query is left out.", False)
    append_slash: bool = defaulted(values.boolean, "redirect: Whether the path gets a '/' at its end.", False)
    cookie: str | None = optional(_cookie, "redirect: A cookie to set.")
    old_cookie: str | None = optional(_cookie, "redirect: A cookie to clear.")
    realm: str | None = optional(values.text, "auth: What the browser shows beside its question.")
    userlist: str | None = optional(
        reference("userlists"), "auth: The name of one of O(haproxy_userlists), whose users are let through."
    )
    groups: tuple[str, ...] = defaulted(
        some(_token), "auth: Only the users of these groups of O(userlist) are.", ()
    )
    cache: str | None = optional(reference("caches"), "The name of one of O(haproxy_caches).")
    length: int | None = optional(values.integer(1, 8192), "capture: How many bytes are kept.")
    slot: int | None = optional(values.integer(0, 255), "capture: The number of a declared capture.")
    resolvers: str | None = optional(reference("resolvers"), "The name of one of O(haproxy_resolvers).")
    engine: str | None = optional(_token, "The SPOE engine.")
    group: str | None = optional(_token, "The group of SPOE messages.")
    which: str | None = optional(values.choice("server", "tunnel"), "set-timeout: Which timeout.")
    duration: str | None = optional(values.duration, "How long.")
    bytes: int | None = optional(values.integer(1, 1_000_000), "wait-for-body: How many bytes suffice.")
    service: str | None = optional(
        values.matching(r"prometheus-exporter|lua\.[A-Za-z0-9_]{1,63}", "a service", "write lua.NAME"),
        "The service that answers.",
    )
    function: str | None = optional(_token, "lua: The name under which Lua code has registered an action.")
    arguments: tuple[str, ...] = defaulted(some(values.text), "lua: What it is given.", ())
    map: str | None = optional(reference("maps"), "The name of one of O(haproxy_maps).")
    list: str | None = optional(reference("lists"), "The name of one of O(haproxy_lists).")
    key: str | None = optional(log_format, "The map's key or the list's entry, a log format.")
    mark: str | None = optional(
        values.matching(r"0x[0-9A-Fa-f]{1,8}|[0-9]{1,9}", "a mark", "write a number such as 0x1f"),
        "The mark or the TOS of the packets.",
    )
    nice: int | None = optional(values.integer(-1024, 1024), "The priority in HAProxy's scheduler.")
    level: str | None = optional(
        values.choice(*("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "silent")),
        "The importance in the logs; V(silent) for none.",
    )
    proto: str | None = optional(values.choice("h1", "h2"), "switch-mode: The protocol.")
    strict: bool | None = optional(values.boolean, "strict-mode: Whether a rule that fails ends the request.")
    if_: Condition | None = optional(condition, "The condition of ACLs under which it is done.")
    unless: Condition | None = optional(condition, "The condition of ACLs under which it is not.")

    forms: ClassVar[Mapping[str, str]] = {}
    phases: ClassVar[tuple[str, ...]] = ("any",)  # what is there to look at: see `acl.phase`

    @property
    def form(self) -> str:
        """Return the form of the action's line."""
        return self.forms[self.action]

    @property
    def action(self) -> str:
        """Return the action; each set of rules declares which ones it has."""
        raise NotImplementedError

    def rules(self) -> Iterator[Problem]:
        """Yield the keys that the action lacks, and those that are another action's."""
        yield from self._keys(self.forms, self.form)

    def _keys(self, forms: Mapping[str, str], form: str) -> Iterator[Problem]:
        needs, may = takes(form)
        for key in needs:
            if not self.has(key):
                yield self.absent(key, f"is missing beside 'action: {self.action}'")
        for given in map(str, self.source):
            if given not in (*needs, *may, "action", "stage", "if", "unless") and self.has(given):
                yield self._strange(given, (*needs, *may), forms)
        yield from self._answer()
        if self.groups and self.userlist is None:
            yield self.absent("userlist", "is missing beside 'groups'")
        if self.if_ is not None and self.unless is not None:
            yield self.wrong("unless", "stands beside 'if'", "put it into 'if', with '!' before its ACLs")

    def _strange(self, key: str, known: tuple[str, ...], forms: Mapping[str, str]) -> Problem:
        owners = [action for action, form in forms.items() if key in sum(takes(form), ())]
        told = f"it takes: {', '.join(known)}" if known else "it takes only a condition"
        hint = nearest(key, known, f"{told}; '{key}' belongs to {', '.join(owners[:4]) or 'other rules'}")
        return self.wrong(key, f"has no place beside 'action: {self.action}'", hint)

    def _answer(self) -> Iterator[Problem]:
        given = [key for key in _ONE_ANSWER if self.has(key)]
        for key in given[1:]:
            yield self.wrong(key, f"stands beside '{given[0]}'", f"keep either '{given[0]}' or '{key}'")
        if self.content_type is not None and (not given or given == ["http_errors"]):
            yield self.wrong("content_type", "is of no body", "write string, or delete it")
        if given and given != ["http_errors"] and self.content_type is None:
            yield self.absent("content_type", "is missing beside the body")
        if self.action == "redirect":
            yield from self._place()
        if self.action in ("deny", "tarpit") and self.status is not None and not given:
            yield from self._own_status()

    def _place(self) -> Iterator[Problem]:
        places = [key for key in ("location", "prefix", "scheme") if self.has(key)]
        if not places:
            yield self.absent("location", "is missing, and so are 'prefix' and 'scheme'")
        for key in places[1:]:
            yield self.wrong(key, f"stands beside '{places[0]}'", f"keep either '{places[0]}' or '{key}'")

    def _own_status(self) -> Iterator[Problem]:
        if self.status not in STATUSES:
            hint = f"write one of {', '.join(map(str, STATUSES))}, or a string to answer with"
            yield self.wrong("status", f"HAProxy has no page for {quoted(self.status)}", hint)


_ACTIONS: Mapping[str, Iterable[str]] = {
    "http_request": HTTP_REQUEST,
    "http_response": HTTP_RESPONSE,
    "http_after_response": HTTP_AFTER_RESPONSE,
    "tcp_request": tuple(action for forms in TCP_REQUEST.values() for action in forms),
    "tcp_response": TCP_RESPONSE,
}


@dataclass(frozen=True, slots=True)
class _Action(values.Choice):
    """A parser of one set's actions, which knows those of the others."""

    def __call__(self, value: object, path: str) -> str:
        """Return the action; raises `InvalidData` with the rules that have it, else with the nearest one."""
        owners = [name for name, actions in _ACTIONS.items() if value in tuple(actions)]
        if owners and value not in self.known:
            hint = f"write it under {' or '.join(owners)}"
            raise refused(path, f"{quoted(value)} is no action of these rules", value, hint)
        return values.Choice.__call__(self, value, path)


def _action(known: Iterable[str]) -> str:
    """Declare the action of one set of rules."""
    actions = tuple(known)
    return required(_Action(actions), f"What is done, such as V({actions[0]}).")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequestRule(Rule):
    """A rule for requests (HAProxy's manual, section 4.2, "http-request")."""

    action: str = _action(HTTP_REQUEST)
    forms: ClassVar[Mapping[str, str]] = HTTP_REQUEST
    phases: ClassVar[tuple[str, ...]] = ("any", "request")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponseRule(Rule):
    """A rule for answers of servers (HAProxy's manual, section 4.2, "http-response")."""

    action: str = _action(HTTP_RESPONSE)
    forms: ClassVar[Mapping[str, str]] = HTTP_RESPONSE
    phases: ClassVar[tuple[str, ...]] = ("any", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAfterResponseRule(Rule):
    """A rule for all answers, HAProxy's own too (HAProxy's manual, section 4.2, "http-after-response")."""

    action: str = _action(HTTP_AFTER_RESPONSE)
    forms: ClassVar[Mapping[str, str]] = HTTP_AFTER_RESPONSE
    phases: ClassVar[tuple[str, ...]] = ("any", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpRequestRule(Rule):
    """A rule for connections (HAProxy's manual, section 4.2, "tcp-request")."""

    stage: str = defaulted(
        values.choice(*TCP_REQUEST),
        "When: with the V(connection), with the V(session) that follows TLS, or with its V(content).",
        "connection",
    )
    action: str = _action(dict.fromkeys(action for forms in TCP_REQUEST.values() for action in forms))

    @property
    def form(self) -> str:
        """Return the form of the action's line."""
        return TCP_REQUEST[self.stage].get(self.action, "")

    def rules(self) -> Iterator[Problem]:
        """Yield an action that is known at another moment only, and the keys it lacks or has too many."""
        forms = TCP_REQUEST[self.stage]
        if self.action not in forms:
            stages = [stage for stage, known in TCP_REQUEST.items() if self.action in known]
            problem = f"{quoted(self.action)} is no action of stage '{self.stage}'"
            yield self.wrong("action", problem, f"write stage: {' or '.join(stages)}")
            return
        yield from self._keys(forms, self.form)
        if self.service == "prometheus-exporter":
            yield self.wrong("service", "answers HTTP requests only", "write it into http_request")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpResponseRule(Rule):
    """A rule for the servers' data (HAProxy's manual, section 4.2, "tcp-response content")."""

    action: str = _action(TCP_RESPONSE)
    forms: ClassVar[Mapping[str, str]] = TCP_RESPONSE
    phases: ClassVar[tuple[str, ...]] = ("any", "response", "bytes")


# After one of these no further rule of the same set is looked at.
_FINAL = ("allow", "deny", "redirect", "return", "tarpit", "auth", "reject", "accept", "silent-drop", "close")
_LISTS = ("tcp_request", "tcp_response", "http_request", "http_response", "http_after_response")
_FORMATS = ("format", "lf_string", "location", "prefix", "scheme", "key")


def in_section(section: Model, mode: str) -> Iterator[Problem]:
    """Yield what is wrong with rules where they stand: after others, in this mode, without a table."""
    for name in _LISTS:
        rules: tuple[Rule, ...] = getattr(section, name, ())
        yield from _unreached(rules)
        for rule in rules:
            yield from _unseen(rule, mode)
            own = getattr(section, "stick_table", None)
            if rule.action.startswith("track-sc") and rule.table is None and own is None:
                yield rule.absent("table", "is missing, and this section has no 'stick_table'")


def _unreached(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield rules after one that ends everything: HAProxy would warn of them."""
    ended: dict[str, Rule] = {}
    for rule in rules:
        stage = getattr(rule, "stage", "")
        if stage in ended:
            problem = f"comes after '{ended[stage].action}' without a condition, which ends the rules"
            yield rule.wrong("action", problem, "give that rule a condition, or move it to the end")
        elif rule.action in _FINAL and rule.if_ is None and rule.unless is None and rule.userlist is None:
            ended[stage] = rule


def _unseen(rule: Rule, mode: str) -> Iterator[Problem]:
    """Yield expressions about what is not there yet, or no more, when the rule is applied."""
    for key, expression in _looks(rule):
        needed = acl.phase(expression)
        if needed not in acl.phases(rule, mode):
            problem = f"{quoted(expression)} looks at {acl.SEEN[needed]}"
            yield rule.wrong(key, problem, acl.ELSEWHERE)


def _looks(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the rule's expressions and their keys."""
    if rule.expression is not None:
        yield "expression", rule.expression
    for key in _FORMATS:
        yield from ((key, each) for each in word.fetches(getattr(rule, key) or ""))
    yield from (("headers", each) for _, value in rule.headers for each in word.fetches(value))
