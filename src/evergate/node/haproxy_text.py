"""The text of a haproxy.cfg as sections and lines, as far as a comparison of two needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def keywords(text: str) -> frozenset[str]:
    """Return the words of a text: a table of HAProxy's keywords."""
    return frozenset(text.split())


# What begins a section wherever it stands (configuration manual, section 2.1 and the chapters' heads).
_KINDS = keywords("""
    global defaults frontend backend listen peers resolvers userlist cache http-errors ring log-forward
    mailers program fcgi-app crt-store traces log-profile
""")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its first line, such as `backend shop`, and the lines of its body, not indented."""

    head: str
    lines: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Return the section's keyword, such as `backend`."""
        return self.head.split(" ")[0]

    @property
    def name(self) -> str:
        """Return the section's name, or nothing when it has none."""
        return self.head.split(" ")[1] if " " in self.head else ""

    def last(self, start: str) -> str | None:
        """Return the last line that is or begins with these words, or None."""
        found = [line for line in self.lines if f"{line} ".startswith(f"{start} ")]
        return found[-1] if found else None


def sections(text: str) -> tuple[Section, ...]:
    """Return the sections in the order of the text; every text has some, or none. Nothing raises.

    Blank lines and lines that are comments are left out, blanks around a line too; a comment behind
    something stays with it (configuration manual, section 2.2, has the quoting that makes it a comment). What
    stands before the first section is left out too: HAProxy refuses it.
    """
    found: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in _KINDS or not line[0].isspace():
            found.append((" ".join(words), []))
        elif found:
            found[-1][1].append(line.strip())
    return tuple(Section(head, tuple(lines)) for head, lines in found)


def defaults_of(every: Sequence[Section], place: int) -> Section:
    """Return the `defaults` of the section at this place: those it names, or the last before it.

    Without any it is an empty one (configuration manual, section 4, "from").
    """
    words = every[place].head.split(" ")
    named = words[3] if words[2:3] == ["from"] and len(words) > 3 else None
    before = [each for each in every[:place] if each.kind == "defaults" and named in (None, each.name)]
    return before[-1] if before else Section("defaults", ())
