"""Names that point elsewhere in the configuration; whether they point at something is asked in `links`."""

from __future__ import annotations

from dataclasses import dataclass

from evergate import values


@dataclass(frozen=True, slots=True)
class Reference:
    """A parser of names of one kind of things, such as `backends`."""

    to: str

    def __call__(self, value: object, path: str) -> str:
        """Return the name; raises `InvalidData` when it can't be one."""
        return values.name(value, path)


def reference(to: str) -> Reference:
    """Return a parser of the names of what `haproxy_<to>` holds."""
    return Reference(to)
