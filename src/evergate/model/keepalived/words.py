"""The words of keepalived's language: parsers of what it would read otherwise than it is meant.

keepalived knows comments (`#`, `!`), quotes, braces, `$` definitions, `@` conditions and `~SEQ` loops. A text
that holds none of them is one word, or several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evergate import values
from evergate.errors import quoted, refused
from evergate.model.haproxy.reference import Reference
from evergate.reading import Parser

_WEIGHT = (
    "leave it out: what fails here puts the node into FAULT, and the VIPs leave. A weight would only lower"
    " its priority, which keeps the VIPs on a broken node for as long as the other's is no higher"
)

file_path = values.matching(
    r"/[A-Za-z0-9/_.@:-]+",
    "an absolute path",
    "write a path of letters, digits, '/', '_', '-', '.', '@' and ':'",
)
command = values.matching(
    r"/[A-Za-z0-9/_.@:+=,-]+( [A-Za-z0-9/_.@:+=,-]+)*",
    "a command with an absolute path",
    "write a program's absolute path and plain arguments; what needs quotes belongs into a script",
)
process = values.matching(
    r"[A-Za-z0-9/_.:+-][A-Za-z0-9/_.@:+=,-]*( [A-Za-z0-9/_.@:+=,-]+)*",
    "a process",
    "write its name as `ps -o comm` shows it, such as haproxy",
)
user = values.matching(
    r"[a-z_][a-z0-9_-]{0,31}( [a-z_][a-z0-9_-]{0,31})?",
    "a user",
    "write a user's name, or a user's and a group's with a space between them",
)
table = values.matching(
    r"[a-z][a-z0-9_]{0,31}|[1-9][0-9]{0,9}",
    "a routing table",
    "write a number or a name of /etc/iproute2/rt_tables, in quotes if it is a number",
)
label = values.matching(
    r"[A-Za-z0-9_.-]{1,10}:[A-Za-z0-9_.-]{1,10}", "a label", "write interface:text, such as eth1:shop"
)


def auth_pass(value: object, path: str) -> str:
    """Return a VRRP password; no message tells it."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.:+=,-]{1,8}", value, re.ASCII):
        hint = "use 1 to 8 letters, digits, '_', '-', '.', ':', '+' and '=', in quotes"
        raise refused(path, "is not a VRRP password", value, hint)
    return value


def decimal(low: float, high: float, places: int, unit: str) -> Parser[float]:
    """Return a parser of decimal numbers from `low` to `high` with at most so many places."""
    hint = f"write {unit} from {low:g} to {high:g}, with at most {places} decimals"

    def parse(value: object, path: str) -> float:
        # A small float has an exponent when it is written as it comes.
        text = f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        known = isinstance(value, (int, float, str)) and not isinstance(value, bool)
        if not known or not re.fullmatch(rf"[0-9]{{1,9}}(\.[0-9]{{1,{places}}})?", text, re.ASCII):
            raise refused(path, f"{quoted(value)} is not a number of {unit}", value, hint)
        if not low <= float(text) <= high:
            raise refused(path, f"{quoted(value)} is not between {low:g} and {high:g}", value, hint)
        return float(text)

    return parse


def no_weight(value: object, path: str) -> int:
    """Return 0, the only weight there is: a failure is no matter of priorities."""
    if isinstance(value, bool) or str(value) != "0":
        raise refused(path, f"{quoted(value)} is a weight, and a failure must mean FAULT", value, _WEIGHT)
    return 0


@dataclass(frozen=True, slots=True)
class Tracked(Reference):
    """A parser of the names of what an instance tracks."""

    def __call__(self, value: object, path: str) -> str:
        """Return the name, which stands alone: keepalived allows a weight after it."""
        _alone(value, path)
        return values.name(value, path)


def tracked_interface(value: object, path: str) -> str:
    """Return the name of a network interface, which stands alone."""
    _alone(value, path)
    return values.interface_name(value, path)


def _alone(value: object, path: str) -> None:
    if isinstance(value, str) and re.search(r"\sweight\b", value):
        problem = f"{quoted(value)} has a weight, and a failure must mean FAULT"
        raise refused(path, problem, value, _WEIGHT)
