"""The text of a keepalived.conf as blocks and lines, as far as a comparison of two needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WORD = re.compile(r'[!#].*|(?:"[^"]*"|[^\s"])+|"')
# What makes the file more than it says: other files, conditions, variables and sequences.
_DYNAMIC = re.compile(r"^(?:include\w*$|@)|\$|~")


@dataclass(frozen=True, slots=True)
class Block:
    """A block: the words of its first line, its lines, and the blocks in it. A file is one without words."""

    words: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    blocks: tuple[Block, ...] = ()

    def value(self, keyword: str) -> str | None:
        """Return what follows a keyword in the last line that begins with it, or None without one."""
        found = [" ".join(line[1:]) for line in self.lines if line[0] == keyword]
        return found[-1] if found else None

    def block(self, keyword: str) -> Block:
        """Return the first block in it that begins with the keyword, or an empty one."""
        return next((each for each in self.blocks if each.words[0] == keyword), Block())

    def parts(self) -> dict[tuple[str, ...], list[Block | tuple[str, ...]]]:
        """Return its lines by their keywords, and its blocks by all words of their first lines."""
        found: dict[tuple[str, ...], list[Block | tuple[str, ...]]] = {}
        for line in self.lines:
            found.setdefault(line[:1], []).append(line)
        for block in self.blocks:
            found.setdefault(block.words, []).append(block)
        return found

    def is_plain(self) -> bool:
        """Return whether all is said in it: keepalived adds nothing and leaves nothing out."""
        told = all(not _DYNAMIC.search(word) for line in (self.words, *self.lines) for word in line)
        return told and all(each.is_plain() for each in self.blocks)


@dataclass(slots=True)
class _Open:
    words: tuple[str, ...] = ()
    lines: list[tuple[str, ...]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def closed(self) -> Block:
        return Block(self.words, tuple(self.lines), tuple(self.blocks))


def parsed(text: str) -> Block:
    """Return the file as a block; every text is one, and nothing raises: keepalived's own check does.

    Comments and blanks are left out. A brace opens or closes a block where it is a word of its own.
    """
    stack = [_Open()]
    for words in _lines(text):
        while words[:1] == ("}",):
            words = words[1:]
            _close(stack)
        closing = words[-1:] == ("}",)
        words = words[:-1] if closing else words
        if "{" in words:
            place = words.index("{")
            head = words[:place] or (stack[-1].lines.pop() if stack[-1].lines else ("",))
            stack.append(_Open(head))
            words = words[place + 1 :]
        if words:
            stack[-1].lines.append(words)
        if closing:
            _close(stack)
    while len(stack) > 1:
        _close(stack)
    return stack[0].closed()


def _lines(text: str) -> Iterator[tuple[str, ...]]:
    for line in text.splitlines():
        words = [word for word in _WORD.findall(line) if word[0] not in "!#"]
        if words:
            yield tuple(words)


def _close(stack: list[_Open]) -> None:
    if len(stack) > 1:
        block = stack.pop().closed()
        stack[-1].blocks.append(block)
