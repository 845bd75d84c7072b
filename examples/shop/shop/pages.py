"""What people see: the catalogue, a product, the cart, and a friendly page when something is wrong."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from shop.cart import Cart
from shop.catalogue import CATALOGUE, PRODUCTS, Product

pages = Blueprint("pages", __name__)

ERROR_TITLES = {
    400: "That did not add up",
    403: "That came from somewhere else",
    404: "Lost at sea",
    405: "Not that way round",
    413: "Too much for one boat",
}


@pages.get("/")
def catalogue() -> str:
    """Everything on the shelves."""
    return render_template("catalogue.html", products=CATALOGUE)


@pages.get("/products/<slug>")
def product(slug: str) -> str:
    """One product, or 404."""
    return render_template("product.html", product=_product(slug))


@pages.get("/cart")
def cart() -> str:
    """What the visitor has chosen."""
    return render_template("cart.html")


@pages.post("/cart/add")
def add() -> ResponseReturnValue:
    """Add the posted quantity to what is in the cart."""
    product = _product(request.form.get("product", ""))
    return _keep(product, _cart().quantity_of(product) + _posted_quantity())


@pages.post("/cart/change")
def change() -> ResponseReturnValue:
    """Replace the quantity in the cart by the posted one; 0 removes the product."""
    return _keep(_product(request.form.get("product", "")), _posted_quantity())


@pages.post("/cart/remove")
def remove() -> ResponseReturnValue:
    """Take the product out of the cart."""
    return _keep(_product(request.form.get("product", "")), 0)


@pages.app_context_processor
def _for_every_template() -> dict[str, Cart]:
    return {"cart": _cart()}


def price(cents: int) -> str:
    """`4850` as `€48.50`."""
    return f"€{cents // 100}.{cents % 100:02}"


def refuse_foreign_posts() -> None:
    """403 for a form that another site made the visitor's browser send.

    SameSite=Lax alone keeps the visitor's cart out of such a request, but the answer would then put a cart of
    the other site's choosing in its place. Browsers send `Origin` with every POST; whoever sends none is no
    browser and carries nobody's cookies.
    """
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)


def error_page(error: HTTPException) -> Response:
    """A page in the shop's style for any error, under the error's own status and headers (such as Allow)."""
    title = ERROR_TITLES.get(error.code or 500, "A squall on our side")
    page = render_template("error.html", code=error.code, title=title)
    return Response(page, status=error.code, headers=error.get_headers())


def _product(slug: str) -> Product:
    if slug not in PRODUCTS:
        abort(404)
    return PRODUCTS[slug]


def _posted_quantity() -> int:
    text = request.form.get("quantity", "")
    if re.fullmatch("[0-9]{1,2}", text) is None:
        abort(400)
    return int(text)


def _cart() -> Cart:
    return Cart.from_session(session.get("cart"))


def _keep(product: Product, quantity: int) -> ResponseReturnValue:
    session["cart"] = _cart().with_quantity(product, quantity).to_session()
    # 303: the browser fetches the cart with GET, and reloading it does not send the form again.
    return redirect(url_for("pages.cart"), 303)
