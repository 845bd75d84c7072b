"""ACLs: named ones, and the same criteria in braces."""

from __future__ import annotations

from collections.abc import Sequence

from evergate.model.haproxy.acl import Acl
from evergate.render.haproxy.files import list_path
from evergate.render.haproxy.words import argument

_HOST = "req.hdr(host),host_only"
# The words of each key before its values. Hosts have no capitals (RFC 3986, 3.2.2).
_CRITERIA = {
    "path": "path",
    "path_beg": "path_beg",
    "path_end": "path_end",
    "path_sub": "path_sub",
    "path_dir": "path_dir",
    "path_reg": "path_reg",
    "host": f"{_HOST} -i -m str",
    "host_beg": f"{_HOST} -i -m beg",
    "host_end": f"{_HOST} -i -m end",
    "host_sub": f"{_HOST} -i -m sub",
    "host_reg": f"{_HOST} -i -m reg",
    "method": "method",
    "src": "src",
    "dst": "dst",
    "dst_port": "dst_port",
    "req_ssl_sni": "req.ssl_sni -i -m str",
    "ssl_fc_sni": "ssl_fc_sni -i -m str",
}
_FETCHES = {"header": "req.hdr({})", "cookie": "req.cook({})", "url_param": "url_param({})"}
_MOST_VALUES = 40  # HAProxy reads 64 words a line; ACLs of one name add up


def lines(acls: tuple[Acl, ...]) -> list[str]:
    """Return the lines of named ACLs; one with many values has several."""
    return [line for each in acls for line in _lines(each)]


def unnamed(key: str, values: Sequence[str]) -> list[str]:
    """Return the words of a criterion in braces."""
    return ["{", *_CRITERIA[key].split(), *_values(values), "}"]


def _lines(acl: Acl) -> list[str]:
    words = f"acl {acl.name} {_criterion(acl)}"
    if acl.list is not None:
        return [f"{words} -f {list_path(acl.list)}"]
    values = getattr(acl, acl.key) if acl.key in _CRITERIA else acl.values
    if acl.key == "dst_port":
        values = tuple(value.replace("-", ":") for value in values)
    if not values:
        return [words]
    batches = [values[start : start + _MOST_VALUES] for start in range(0, len(values), _MOST_VALUES)]
    return [" ".join([words, *_values(batch)]) for batch in batches]


def _criterion(acl: Acl) -> str:
    case = " -i" if acl.ignore_case else ""
    if acl.key in _CRITERIA:
        return _CRITERIA[acl.key] + (case if "-i" not in _CRITERIA[acl.key] else "")
    fetch = acl.criterion or _FETCHES[acl.key].format(getattr(acl, acl.key))
    match = f" -m {acl.match}" if acl.match is not None else " -m str" if acl.criterion is None else ""
    if not acl.values and acl.list is None and acl.match is None and acl.criterion is None:
        match = " -m found"
    return f"{argument(fetch)}{case}{match}"


def _values(values: Sequence[str]) -> list[str]:
    # The two dashes: a value may begin with one.
    dashed = ["--"] if any(value.startswith("-") for value in values) else []
    return dashed + [word for value in values for word in _value(value)]


def _value(value: str) -> list[str]:
    """Return a value as one word; a comparison such as `ge 100` as two."""
    operator, _, number = value.partition(" ")
    if operator in ("ge", "gt", "le", "lt", "eq") and number.isdigit():
        return [operator, number]
    return [argument(value)]
