"""Whole sections in HAProxy's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, nearest, quoted, refused
from evergate.model.extra import haproxy_lines
from evergate.model.model import Model, defaulted, required

# The sections of HAProxy 2.6 and 3.0 (its manual, sections 3, 4 and 10). `global` and an unnamed `defaults`
# hold for everything, and have keys of their own for further lines.
KINDS = (
    *("backend", "cache", "crt-store", "defaults", "fcgi-app", "frontend", "http-errors", "listen"),
    *("log-forward", "mailers", "peers", "program", "resolvers", "ring", "userlist"),
)
_NAME = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}"
_HEADER = re.compile(rf"([a-z-]+)(?: +({_NAME})(?: +from +{_NAME})?)?", re.ASCII)


def header(value: object, path: str) -> str:
    """Return a section's first line: its keyword, its name, and C(from) with the name of its defaults."""
    found = values.text(value, path)
    match = _HEADER.fullmatch(found)
    hint = "write a keyword and a name, such as 'program agent'"
    if match is None:
        raise refused(path, f"{quoted(value)} is not the head of a section", value, hint)
    if match[1] == "global" or (match[1] == "defaults" and match[2] is None):
        hint = f"write its lines under haproxy_{match[1]}.extra"
        raise refused(path, f"{quoted(value)} stands in the file already", value, hint)
    if match[1] not in KINDS:
        hint = nearest(match[1], KINDS, f"write one of: {', '.join(KINDS)}")
        raise refused(path, f"HAProxy has no section {quoted(match[1])}", value, hint)
    if match[2] is None:
        raise refused(path, f"{quoted(value)} has no name", value, hint)
    if match[2] == "evergate" or match[2].startswith("evergate_"):
        raise refused(path, f"{quoted(match[2])} is one of Evergate's own names", value, "use another name")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSection(Model):
    """A section in HAProxy's own words, at the end of the file."""

    identity: ClassVar[str] = "header"

    header: str = required(header, "The section's first line, such as V(program agent).")
    lines: tuple[str, ...] = defaulted(haproxy_lines, "The lines below it, as V(command /bin/agent).", ())

    @property
    def kind(self) -> str:
        """Return the keyword of the section, such as C(backend)."""
        return self.header.split()[0]

    @property
    def name(self) -> str:
        """Return the name of the section."""
        return self.header.split()[1]

    def rules(self) -> Iterator[Problem]:
        """Yield an empty section, which HAProxy warns about or ignores."""
        if not self.lines:
            yield self.absent("lines", "is missing")
