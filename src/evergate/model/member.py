"""A host with its address in the service network."""

from __future__ import annotations

from dataclasses import dataclass

from evergate import values
from evergate.model.model import Model, required


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Model):
    """A host of a pair or of a group of servers."""

    name: str = required(values.name, "The host's name in the inventory.")
    address: values.Address = required(values.address, "The host's address in the service network.")
