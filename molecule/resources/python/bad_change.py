"""A change that has to undo itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab import host
from pair import Variables, active, apply, pair, standby, worker


@dataclass(frozen=True)
class Bad:
    """What is wanted, and what is said of it; `before` and `after` are run on the standby."""

    says: str
    variables: Variables = field(repr=False)
    before: str = "true"
    after: str = "true"


def assert_undone(bad: Bad) -> None:
    """Try it: it fails with its words, both nodes are as they were, and the active one was never touched."""
    first, other = standby(), active()
    before, serving = pair(), worker(other)
    host(first).check_output(bad.before)
    try:
        found = apply(**bad.variables)
    finally:
        host(first).check_output(bad.after)
    assert not found.ok
    assert bad.says in found.said
    assert pair() == before
    assert worker(other) == serving, "the active node was touched"
