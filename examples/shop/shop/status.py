"""What machines ask: is this server fit for traffic, and which release does it run?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from shop.draining import Drain
from shop.settings import Settings


def status_pages(settings: Settings, drain: Drain) -> Blueprint:
    """The routes `/healthz` and `/version`."""
    status = Blueprint("status", __name__)

    @status.get("/healthz")
    def healthz() -> Response:
        """200 `ok`, or 503 `stopping` from the moment this server was told to stop."""
        if drain.begun:
            return Response("stopping", status=503, mimetype="text/plain")
        return Response("ok", mimetype="text/plain")

    @status.get("/version")
    def version() -> Response:
        """Name, release and host name of this server, as JSON."""
        return jsonify(name="shop", version=settings.version, server=settings.server)

    return status
