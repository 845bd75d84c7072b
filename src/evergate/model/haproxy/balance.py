"""How a backend chooses a server for a request (HAProxy's manual, section 4.2, "balance" and "hash-type")."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evergate import values
from evergate.errors import nearest, quoted, refused
from evergate.model.haproxy.word import sample

# Each algorithm with what may follow its name. Those of mode log are not among them.
_ARGUMENTS: Mapping[str, str] = {
    "roundrobin": "",
    "static-rr": "",
    "leastconn": "",
    "first": "",
    "source": "",
    "random": r"(\([1-9][0-9]{0,3}\))?",
    "uri": r"( (whole|path-only|len [1-9][0-9]{0,4}|depth [1-9][0-9]{0,4}))*",
    "url_param": r" [A-Za-z0-9_.~-]{1,64}( check_post)?",
    "hdr": r"\([A-Za-z0-9_-]{1,64}\)( use_domain_only)?",
    "rdp-cookie": r"(\([A-Za-z0-9_.-]{1,64}\))?",
    "hash": r" .+",
}
_EXAMPLES: Mapping[str, str] = {
    "random": "random or random(2)",
    "uri": "uri, with 'len 20', 'depth 3', whole or path-only after it",
    "url_param": "url_param id, with check_post after it if need be",
    "hdr": "hdr(X-Client), with use_domain_only after it if need be",
    "rdp-cookie": "rdp-cookie or rdp-cookie(mstshash)",
    "hash": "hash and an expression, such as hash req.cookie(id)",
}
NEED_HTTP = ("uri", "url_param", "hdr")
HASHING = ("source", "uri", "url_param", "hdr", "rdp-cookie", "hash")


def algorithm(balance: str) -> str:
    """Return the algorithm's name without its arguments."""
    return re.split(r"[( ]", balance, maxsplit=1)[0]


def balance(value: object, path: str) -> str:
    """Return an algorithm with its arguments as HAProxy writes them, such as `uri depth 3`."""
    text = values.text(value, path)
    name = algorithm(text)
    if name not in _ARGUMENTS:
        hint = nearest(name, _ARGUMENTS, f"write one of: {', '.join(_ARGUMENTS)}")
        raise refused(path, f"{quoted(name)} is not known here", value, hint)
    if not re.fullmatch(re.escape(name) + _ARGUMENTS[name], text, re.ASCII):
        hint = f"write {_EXAMPLES.get(name, name)}"
        raise refused(path, f"{quoted(value)} has other arguments than '{name}'", value, hint)
    if name == "hash":
        sample(text.removeprefix("hash "), path)
    return text


hash_type = values.matching(
    r"(map-based|consistent)( (sdbm|djb2|wt6|crc32|none)( avalanche)?)?",
    "a type of hash",
    "write map-based or consistent, and if need be sdbm, djb2, wt6, crc32 or none, and avalanche after it",
)


def hash_balance_factor(value: object, path: str) -> int:
    """Return the percentage of the mean load that no server gets more than."""
    return values.integer(101, 65_535)(value, path)
