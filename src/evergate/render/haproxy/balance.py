"""How a backend chooses a server, as lines."""

from __future__ import annotations

from evergate.model.haproxy.backend import Backend
from evergate.render.haproxy.words import argument


def lines(backend: Backend) -> list[str]:
    """Return the algorithm, and what its hash is like if it was said."""
    name, _, expression = backend.balance.partition(" ")
    # What follows `hash` is one argument, and may hold what has a meaning between arguments.
    chosen = f"hash {argument(expression)}" if name == "hash" else backend.balance
    factor = backend.hash_balance_factor
    return [
        f"balance {chosen}",
        *([f"hash-type {backend.hash_type}"] if backend.hash_type is not None else []),
        *([f"hash-balance-factor {factor}"] if factor is not None else []),
    ]
