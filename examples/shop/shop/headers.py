"""The headers every answer carries, errors included."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

SECURITY_HEADERS = {
    # No script, no inline style, nothing from elsewhere: the pages need none of it.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it browsers send `Origin: null` from our own forms (see refuse_foreign_posts).
    "Referrer-Policy": "same-origin",
}


def set_headers(server: str) -> Callable[[Response], Response]:
    """A function that puts the security headers and `X-Served-By: <server>` on an answer.

    Pages show one visitor's cart, so nothing between may keep them; static files set their own life before.
    """

    def add(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        response.headers["X-Served-By"] = server
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return add
