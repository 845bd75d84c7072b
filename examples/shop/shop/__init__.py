"""Lull & Gale, a small shop that shows how a backend behaves well behind a load balancer."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from werkzeug.exceptions import HTTPException

from shop.draining import DRAIN, Drain
from shop.headers import set_headers
from shop.orders import order_pages
from shop.pages import error_page, pages, price, refuse_foreign_posts
from shop.settings import Settings
from shop.status import status_pages
from shop.trouble import Trouble

# No form of the shop comes near this; anything longer is answered with 413.
LONGEST_BODY_BYTES = 4096

# Two releases answer behind one address while a new one is rolled out: a longer life could pin the old
# release's file under the new release's URL.
STATIC_MAX_AGE_SECONDS = 300


def create_app(settings: Settings | None = None, drain: Drain = DRAIN) -> Flask:
    """The shop as a WSGI application.

    Without `settings` they are read from the environment; `SettingsError` says what is wrong there.
    """
    settings = settings or Settings.from_environ(os.environ)
    # resolve(): started through a `current` link, the running release must keep to its own templates
    # when the link is moved to the next one.
    app = Flask(__name__, root_path=str(Path(__file__).resolve().parent))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="shop_cart",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=LONGEST_BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_MAX_AGE_SECONDS,
    )
    app.add_template_filter(price)
    app.jinja_env.globals.update(server=settings.server, version=settings.version)
    if settings.trouble_file is not None:
        app.before_request(Trouble(settings.trouble_file).make)
    app.before_request(refuse_foreign_posts)
    app.after_request(set_headers(settings.server))
    app.register_error_handler(HTTPException, error_page)
    app.register_blueprint(pages)
    app.register_blueprint(order_pages(settings.server))
    app.register_blueprint(status_pages(settings, drain))
    return app
