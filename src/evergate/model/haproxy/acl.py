"""Named conditions: what a request or connection is looked at for, and which values fit (ACLs)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import ClassVar

from evergate import values
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.model.haproxy import word
from evergate.model.haproxy.reference import reference
from evergate.model.haproxy.word import Condition
from evergate.model.model import Model, defaulted, keys, optional, required
from evergate.reading import OneOrMany

MATCHES = ("str", "beg", "end", "sub", "dir", "dom", "reg", "len", "int", "ip", "bool", "found")
CRITERIA = (
    *("path", "path_beg", "path_end", "path_sub", "path_dir", "path_reg"),
    *("host", "host_beg", "host_end", "host_sub", "host_reg", "method"),
    *("src", "dst", "dst_port", "req_ssl_sni", "ssl_fc_sni"),
)
FETCHED = ("header", "cookie", "url_param", "criterion")
HTTP_CRITERIA = (*CRITERIA[:12], "header", "cookie", "url_param")

# What is there only while HTTP's request, HTTP's answer or bare bytes are looked at (HAProxy's manual, 7.3.5
# and 7.3.6). A request's method stays known until the end.
_PHASES = (
    ("request", re.compile(
        r"(path|pathq|url|url32|base|base32|query|urlp|url_param|url_ip|url_port|cook|hdr|shdr_req|unique-id"
        r"|http_auth|http_auth_group|http_auth_[a-z]+|http_first_req|src_http)([_+][a-z_+0-9]+)?(?=[(,]|$)"
        r"|req\.(?!ssl|len|payload|rdp|ver|proto)|req_(?!ssl|len|payload|rdp|ver|proto)"
    )),
    ("response", re.compile(r"res\.(?!len|payload|ssl)|status(?=[(,]|$)|shdr|scook|res_(?!len|payload|ssl)")),
    ("tls", re.compile(r"ssl_(c|f|fc|bc)(_|(?=[(,]|$))")),
    ("bytes", re.compile(r"(req|res)[._](ssl|len|payload|rdp)|payload|rdp_cookie|rep_ssl")),
)  # fmt: skip
_SHAPELESS = ("missing ), unterminated subpattern", "unbalanced parenthesis", "unterminated character set")


def regex(value: object, path: str) -> str:
    """Return a regular expression; HAProxy's are PCRE's, so only what no dialect takes is refused."""
    pattern = values.text(value, path)
    try:
        re.compile(pattern)
    except re.error as error:
        if error.msg.startswith((*_SHAPELESS, "nothing to repeat", "bad escape (end of pattern)")):
            problem = f"{quoted(value)} is not a regular expression: {error.msg}"
            raise refused(
                path,
                problem,
                value,
                "write a backslash before a character that means itself; see pcre2pattern(3)",
            ) from error
    return pattern


def network(value: object, path: str) -> str:
    """Return an address or a network as a text."""
    try:
        if isinstance(value, str) and "%" not in value:
            ip_network(value, strict=False)
            return value
    except ValueError:
        pass
    hint = "write an address or a network, such as 192.0.2.0/24 or 2001:db8::/32"
    raise refused(path, f"{quoted(value)} is not a network", value, hint)


def port_range(value: object, path: str) -> str:
    """Return a port or a range of them, such as `8000-8010`, as a text."""
    match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", str(value), re.ASCII)
    if match is None:
        return str(values.port(value, path))
    first, last = (values.port(each, path) for each in match.groups())
    if first >= last:
        raise refused(path, f"{quoted(value)} is not a range", value, "write the lower port first")
    return str(value)


def scalar(value: object, path: str) -> str:
    """Return a text; a number counts too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return values.text(value, path)


url_path = values.matching(
    r"/[!-~]*", "a URL path", "write a path that begins with '/', without spaces, such as /admin"
)
url_part = values.matching(r"[!-~]+", "a part of a URL", "write it without spaces, such as .png")
host_part = values.matching(
    r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]",
    "a host name",
    "write the name alone, without scheme, port or path, as in shop.example",
)
http_method = values.matching(r"[A-Z]{1,32}", "an HTTP method", "write it in capitals, such as POST")
_token = values.matching(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", "a name", "write a name without spaces")
# The model has a key of the name `values`, which hides the module from what stands after it.
_matches, _boolean = values.choice(*MATCHES), values.boolean
_INTEGER = re.compile(r"(?:(?:ge|gt|le|lt|eq) )?-?[0-9]{1,18}|-?[0-9]{1,18}:-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acl(Model):
    """A named condition: one criterion, and the values of which one must fit."""

    identity: ClassVar[str] = "name"

    name: str = required(word.acl_name, "A name for this ACL, such as V(is_api).")
    path: tuple[str, ...] = defaulted(OneOrMany(url_path), "The path is one of these.", ())
    path_beg: tuple[str, ...] = defaulted(OneOrMany(url_path), "The path begins with one of these.", ())
    path_end: tuple[str, ...] = defaulted(OneOrMany(url_part), "The path ends with one of these.", ())
    path_sub: tuple[str, ...] = defaulted(OneOrMany(url_part), "The path holds one of these.", ())
    path_dir: tuple[str, ...] = defaulted(
        OneOrMany(url_part), "The path has one of these between its slashes.", ()
    )
    path_reg: tuple[str, ...] = defaulted(
        OneOrMany(regex), "The path fits one of these regular expressions.", ()
    )
    host: tuple[str, ...] = defaulted(
        OneOrMany(host_part), "The host asked for is one of these; its port and capitals don't count.", ()
    )
    host_beg: tuple[str, ...] = defaulted(OneOrMany(host_part), "The host begins with one of these.", ())
    host_end: tuple[str, ...] = defaulted(
        OneOrMany(host_part), "The host ends with one of these, such as V(.shop.example).", ()
    )
    host_sub: tuple[str, ...] = defaulted(OneOrMany(host_part), "The host holds one of these.", ())
    host_reg: tuple[str, ...] = defaulted(
        OneOrMany(regex), "The host fits one of these regular expressions.", ()
    )
    method: tuple[str, ...] = defaulted(OneOrMany(http_method), "The method is one of these.", ())
    src: tuple[str, ...] = defaulted(OneOrMany(network), "The client is in one of these networks.", ())
    dst: tuple[str, ...] = defaulted(OneOrMany(network), "The client came to one of these addresses.", ())
    dst_port: tuple[str, ...] = defaulted(
        OneOrMany(port_range), "The client came to one of these ports, or ranges as in V(8000-8010).", ()
    )
    req_ssl_sni: tuple[str, ...] = defaulted(
        OneOrMany(host_part), "The TLS client, whose bytes are passed on, asks for one of these names.", ()
    )
    ssl_fc_sni: tuple[str, ...] = defaulted(
        OneOrMany(host_part), "The TLS client asked for one of these names.", ()
    )
    header: str | None = optional(word.header_name, "A header of the request; see O(values).")
    cookie: str | None = optional(_token, "A cookie of the request; see O(values).")
    url_param: str | None = optional(_token, "A parameter of the URL; see O(values).")
    criterion: str | None = optional(
        word.sample,
        "Anything else: a fetch and its converters, such as C(req.hdr(host\\),lower); see O(values).",
    )
    match: str | None = optional(
        _matches, "How the values are compared; V(found) asks only whether there is one."
    )
    list: str | None = optional(
        reference("lists"), "The name of one of O(haproxy_lists), one of whose patterns fits, for O(values)."
    )
    ignore_case: bool = defaulted(_boolean, "Whether capitals don't count.", False)
    # The last one: in a class's body its name hides the module's.
    values: tuple[str, ...] = defaulted(
        OneOrMany(scalar), "For O(header), O(cookie), O(url_param) and O(criterion): one of these fits.", ()
    )

    @property
    def key(self) -> str:
        """Return the key that says what is looked at."""
        return next(key for key in (*CRITERIA, *FETCHED) if self.has(key))

    @property
    def phase(self) -> str:
        """Return what has to be there for it to look at: see `phase`."""
        if self.key == "criterion":
            return phase(self.criterion or "")
        if self.key == "method":
            return "any"
        if self.key == "ssl_fc_sni":
            return "tls"
        return "bytes" if self.key == "req_ssl_sni" else "request" if self.key in HTTP_CRITERIA else "any"

    @property
    def needs_http(self) -> bool:
        """Return whether only HTTP has what it looks at."""
        return self.key in HTTP_CRITERIA or self.phase in ("request", "response")

    def rules(self) -> Iterator[Problem]:
        """Yield an ACL without a criterion or with two, and values that don't fit it."""
        given = [key for key in (*CRITERIA, *FETCHED) if self.has(key)]
        if not given:
            problem = "looks at nothing"
            hint = f"add one of: {', '.join((*CRITERIA, *FETCHED))}"
            yield Problem(self.at, problem, self.source, hint)
            return
        for key in given[1:]:
            hint = "make two ACLs, and name both in the condition"
            yield self.wrong(key, f"stands beside '{given[0]}'", hint)
        yield from self._values(given[0])

    def _values(self, key: str) -> Iterator[Problem]:
        for other in ("values", "match", "list") if key in CRITERIA else ():
            if self.has(other):
                hint = f"write the values as those of '{key}', or use 'criterion'"
                yield self.wrong(other, f"has no place beside '{key}'", hint)
        if key not in FETCHED:
            return
        if self.values and self.list is not None:
            yield self.wrong("list", "stands beside 'values'", "keep either 'values' or 'list'")
        if self.match in ("found", "bool"):
            for other in ("values", "list"):
                if self.has(other):
                    yield self.wrong(other, f"has no place beside match: {self.match}", f"delete {other}")
        for value in self.values:
            yield from self._fits(value)

    def _fits(self, value: str) -> Iterator[Problem]:
        try:
            if self.match == "ip" or (self.match is None and self.criterion in ("src", "dst")):
                network(value, "")
            elif self.match == "reg":
                regex(value, "")
        except InvalidData as error:
            yield self.wrong("values", error.problems[0].problem, error.hint, value)
        if self.match in ("int", "len") and not _INTEGER.fullmatch(value):
            hint = "write a number, a range such as 400:499, or a comparison such as 'ge 100'"
            yield self.wrong("values", f"{quoted(value)} is not a number", hint, value)


def phase(expression: str) -> str:
    """Return what an expression looks at: `request` or `response` of HTTP, `tls`, `bytes`, or `any`."""
    return next((name for name, pattern in _PHASES if pattern.match(expression)), "any")


def misused(section: Model, acls: Iterable[Acl], mode: str) -> Iterator[Problem]:
    """Yield the conditions of a section's rules that name no ACL, or look at what is not there to be seen.

    HAProxy would ignore the latter with a warning: the rule would never be applied, or always.
    """
    known = {acl.name: acl for acl in acls}
    for model, key, found in _conditions(section):
        for name in found.names:
            if name not in known:
                problem = f"there is no ACL {quoted(name)} in this section"
                yield model.wrong(key, problem, word.suggestion(name, tuple(known)), found.source)
        seen = [(name, known[name].phase) for name in found.names if name in known]
        for words, needed in (*seen, *((each, phase(each)) for each in found.criteria)):
            if needed not in phases(model, mode):
                yield model.wrong(key, f"{quoted(words)} looks at {SEEN[needed]}", ELSEWHERE, found.source)


SEEN = {
    "tls": "TLS, which is not spoken yet at this moment",
    "request": "an HTTP request, which is not there at this moment",
    "response": "an answer, which is not there at this moment",
    "bytes": "bare bytes, which are not there at this moment",
}
ELSEWHERE = "use it in a rule for what it looks at; set-var keeps a value for later"


def _conditions(section: Model) -> Iterator[tuple[Model, str, Condition]]:
    for field in keys(type(section)).values():
        value = getattr(section, field.field)
        if isinstance(value, Condition):
            yield section, field.name, value
        elif isinstance(value, tuple) and value and hasattr(value[0], "if_"):
            for item in value:
                for key, found in (("if", item.if_), ("unless", getattr(item, "unless", None))):
                    if found is not None:
                        yield item, key, found


def phases(model: Model, mode: str) -> tuple[str, ...]:
    """Return what a model's condition can look at; requests and bytes unless it says otherwise."""
    stage = getattr(model, "stage", None)
    if stage in ("connection", "session"):
        return ("any",) if stage == "connection" else ("any", "tls")
    default = ("any", "request", "bytes")
    found = ("tls", *(default if stage == "content" else getattr(model, "phases", default)))
    return tuple(each for each in found if each != "bytes" or mode == "tcp")
