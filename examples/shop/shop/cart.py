"""The visitor's cart: all of it travels in the signed cookie, so that any server can answer next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.catalogue import CATALOGUE, Product

MOST_OF_ONE = 99


@dataclass(frozen=True, slots=True)
class Line:
    """A product and how many of it, 1 to `MOST_OF_ONE`."""

    product: Product
    quantity: int

    @property
    def total_cents(self) -> int:
        """What this line costs."""
        return self.product.price_cents * self.quantity


@dataclass(frozen=True, slots=True)
class Cart:
    """The lines in the catalogue's order, each product at most once."""

    lines: tuple[Line, ...] = ()

    @classmethod
    def from_session(cls, data: object) -> Cart:
        """The cart that `to_session` wrote.

        The signature proves that a server of ours wrote it, but maybe one of another release: what this
        release doesn't sell or understand is left out.
        """
        if not isinstance(data, Mapping):
            return cls()
        lines = (Line(product, data.get(product.slug, 0)) for product in CATALOGUE)
        return cls(tuple(line for line in lines if line.quantity in range(1, MOST_OF_ONE + 1)))

    def to_session(self) -> dict[str, int]:
        """Quantity by slug, for the cookie."""
        return {line.product.slug: line.quantity for line in self.lines}

    def quantity_of(self, product: Product) -> int:
        """How many of `product` there are, 0 if none."""
        return self.to_session().get(product.slug, 0)

    def with_quantity(self, product: Product, quantity: int) -> Cart:
        """A cart with `quantity` of `product`, `MOST_OF_ONE` if it is more; 0 removes the product."""
        return Cart.from_session(self.to_session() | {product.slug: min(quantity, MOST_OF_ONE)})

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def total_cents(self) -> int:
        """What all of it costs."""
        return sum(line.total_cents for line in self.lines)
