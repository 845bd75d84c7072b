"""A host with its address in the service network."""

from __future__ import annotations

from dataclasses import dataclass

from evergate import values
from evergate.reading import Reader


@dataclass(frozen=True, slots=True)
class Member:
    """A host of a pair or of a group of servers."""

    name: str
    address: values.Address

    @classmethod
    def from_data(cls, data: object, path: str) -> Member:
        """Return the member described by `{name, address}`."""
        reader = Reader(data, path)
        member = cls(
            name=reader.required("name", values.name, "the host's name in the inventory"),
            address=reader.required("address", values.address, "the host's address in the service network"),
        )
        reader.finish()
        return member
