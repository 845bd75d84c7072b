"""The words of HAProxy's language: how a value is written so that it stays one argument on its own line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evergate.model.model import Model
from evergate.values import Address

_PLAIN = re.compile(r"[A-Za-z0-9/._:?=&%~+,@*|^!()\[\]-]+", re.ASCII)


def argument(text: object) -> str:
    """Return the text as one argument, in single quotes if need be (HAProxy's manual, section 2.2)."""
    word = str(text)
    if _PLAIN.fullmatch(word):
        return word
    return "'" + word.replace("'", r"'\''") + "'"


def escaped(text: str) -> str:
    r"""Return a text as one argument; `\r`, `\n`, `\t`, `\\` and `\xNN` stand for their characters."""
    kept = re.sub(r'\\(?!r|n|t|\\|x[0-9A-Fa-f]{2})|["$]', lambda each: "\\" + each[0], text)
    return f'"{kept}"'


def given(keyword: str, value: object) -> list[str]:
    """Return the line `keyword value`, or none when there is no value."""
    return [] if value is None else [f"{keyword} {argument(value)}"]


def flag(keyword: str, on: bool | None) -> list[str]:
    """Return the line `keyword` or `no keyword`, or none when it was left open."""
    if on is None:
        return []
    return [keyword if on else f"no {keyword}"]


def keyword(name: str) -> str:
    """Return HAProxy's spelling of one of our names."""
    return name.rstrip("_").replace("_", "-")


def settings(model: Model, names: Iterable[str], prefix: str = "") -> list[str]:
    """Return a line for each of these fields that is given: its keyword, and its value unless a flag."""
    lines: list[str] = []
    for name in names:
        value = getattr(model, name)
        if value is True:
            lines.append(prefix + keyword(name))
        elif value is not None and value is not False and value != ():
            words = value if isinstance(value, tuple) else (value,)
            lines.append(" ".join([prefix + keyword(name), *map(argument, words)]))
    return lines


def socket(address: Address, port: object) -> str:
    """Return address and port as HAProxy writes them."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def indented(lines: Iterable[str]) -> list[str]:
    """Return the lines of a section's body."""
    return [f"    {line}" for line in lines]
