"""Extra lines: the operator's own words in the daemons' languages.

The daemon's own checker judges what a line says. Judged here is only that it stays where it was put: on one
line, in the section it was written for.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from evergate import values
from evergate.errors import quoted, refused
from evergate.reading import Parser, each

# Keywords that begin a section, of HAProxy 2.6 up to 3.2 (its manual, sections 3, 4 and 10 to 12).
_SECTIONS = """
global defaults frontend backend listen userlist peers resolvers mailers cache program http-errors ring
log-forward log-profile fcgi-app crt-store acme traces dynamic-update
"""


def _directive(sections: Collection[str]) -> Parser[str]:
    """Return a parser of one HAProxy line that begins with a plain keyword and opens no section.

    HAProxy removes quotes and backslashes before it looks at a keyword (its manual, section 2.2): only an
    unadorned keyword can be judged.
    """
    line = re.compile(r"(?:(?:no|default) )?([a-z][a-z0-9._-]*)(?: .*)?", re.ASCII)

    def parse(value: object, path: str) -> str:
        words = values.text(value, path)
        match = line.fullmatch(words)
        if match is None:
            hint = "begin with the keyword, without spaces, quotes or '#' before it"
            raise refused(path, f"{quoted(value)} does not begin with a keyword", value, hint)
        if match[1] in sections:
            hint = "an extra line belongs to the section it stands in"
            raise refused(path, f"{quoted(value)} begins a new section", value, hint)
        if _is_open(words):
            hint = "close the quote, or write '\\\\' for a backslash"
            raise refused(path, f"{quoted(value)} goes on after its end", value, hint)
        return words

    return parse


def _is_open(words: str) -> bool:
    """Return whether a quote is not closed or a backslash stands last (HAProxy's manual, section 2.2)."""
    quote, escaped = "", False
    for letter in words:
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#":
            return False
    return bool(quote) or escaped


haproxy_lines = each(_directive(_SECTIONS.split()))
server_parameters = _directive([])


def keepalived_lines(value: object, path: str) -> tuple[str, ...]:
    """Return lines for keepalived, in which every block that is opened is closed."""
    lines = each(values.text)(value, path)
    depth = 0
    for index, line in enumerate(lines):
        if line.startswith("include"):
            hint = "write the lines of that file here, where they are checked and undone with the others"
            raise refused(f"{path}[{index}]", f"{quoted(line)} reads another file", line, hint)
        # A block's lines may begin with an address; outside, only a keyword can.
        if not re.match(r"[0-9a-z}]" if depth else "[a-z}]", line):
            hint = "begin with one of keepalived's keywords, or with '}'"
            raise refused(f"{path}[{index}]", f"{quoted(line)} does not begin with a keyword", line, hint)
        for brace in re.findall("[{}]", line):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                raise refused(
                    f"{path}[{index}]", f"{quoted(line)} closes a block it is not in", line, "delete the '}'"
                )
    if depth:
        raise refused(path, "opens a block and does not close it", value, "add a line with '}'")
    return lines


def _unit_line(value: object, path: str) -> str:
    line = values.text(value, path)
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*=.*(?<!\\)", line):
        hint = "write Key=value, as in MemoryMax=512M (systemd.exec(5), systemd.resource-control(5))"
        raise refused(path, f"{quoted(value)} is not a setting of a systemd service", value, hint)
    return line


unit_lines = each(_unit_line)
