"""The cart survives everything a cookie may hold."""

from __future__ import annotations

import pytest
from shop.cart import MOST_OF_ONE, Cart
from shop.catalogue import PRODUCTS

MUG = PRODUCTS["enamel-mug"]
TEA = PRODUCTS["harbour-tea"]


def test_quantities_and_cents_add_up() -> None:
    cart = Cart().with_quantity(TEA, 3).with_quantity(MUG, 2)
    assert [line.product.slug for line in cart.lines] == ["enamel-mug", "harbour-tea"]
    assert (cart.count, cart.total_cents) == (5, 2 * 1450 + 3 * 1190)


def test_a_quantity_replaces_the_former_one_and_0_removes_the_product() -> None:
    cart = Cart().with_quantity(MUG, 2).with_quantity(MUG, 7)
    assert cart.quantity_of(MUG) == 7
    assert cart.with_quantity(MUG, 0) == Cart()


def test_more_than_the_most_is_the_most() -> None:
    assert Cart().with_quantity(MUG, 150).quantity_of(MUG) == MOST_OF_ONE


def test_a_cart_comes_back_from_its_session_form() -> None:
    cart = Cart().with_quantity(MUG, 2)
    assert Cart.from_session(cart.to_session()) == cart


@pytest.mark.parametrize("data", [None, [], "mug", 7])
def test_a_session_of_another_shape_is_an_empty_cart(data: object) -> None:
    assert Cart.from_session(data) == Cart()


@pytest.mark.parametrize("quantity", ["2", -1, 0, 100, None, 1.5])
def test_a_quantity_of_another_release_is_left_out(quantity: object) -> None:
    assert Cart.from_session({MUG.slug: quantity, "gone-product": 1, TEA.slug: 1}).to_session() == {
        TEA.slug: 1
    }
