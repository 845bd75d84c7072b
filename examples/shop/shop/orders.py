"""Orders: each leaves one line in the journal, by which anyone can count how often it was carried out."""

from __future__ import annotations

import os
import re
import sys

from flask import Blueprint, Response, abort, jsonify, request


def order_pages(server: str) -> Blueprint:
    """The route `/orders` of the server of this name."""
    orders = Blueprint("orders", __name__)

    @orders.post("/orders")
    def take() -> tuple[Response, int]:
        """Carry out the order that the header `X-Order` or the form names: 201, or 400 for no proper name."""
        order = request.headers.get("X-Order") or request.form.get("order", "")
        if re.fullmatch("[A-Za-z0-9-]{1,64}", order) is None:
            abort(400)
        # Before the answer, and in one piece whatever other threads write: an order that was carried out and
        # never answered is what a load balancer must not give to another server.
        os.write(sys.stderr.fileno(), f"order {order}\n".encode("ascii"))
        return jsonify(order=order, server=server), 201

    return orders
