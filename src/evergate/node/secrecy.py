"""What is secret in the text of a configuration, and is hidden wherever people see it."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"
_NEW = "(hidden, another one)"
_NEXT = re.compile(r"(\b(?:insecure-password|password|auth_pass|auth|dynamic-cookie-key)\s+)\S+")
_REST = re.compile(r"(\b(?:authorization|token|secret|api[-_]?key)\b\W).+", re.IGNORECASE)


def veiled(text: str) -> str:
    """Return a text without what follows words such as `password`."""
    return _veiled(text, HIDDEN)


def veiled_beside(text: str, former: str) -> str:
    """Return the same of a text whose secrets are told apart from those of the text before it."""
    known = set(former.splitlines())
    return "".join(
        _veiled(line, HIDDEN if line.rstrip("\n") in known else _NEW)
        for line in text.splitlines(keepends=True)
    )


def _veiled(text: str, word: str) -> str:
    return _REST.sub(rf"\1{word}", _NEXT.sub(rf"\1{word}", text))
