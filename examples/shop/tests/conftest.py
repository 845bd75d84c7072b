"""The shop under test, made importable from its release directory as gunicorn does it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shop import create_app
from shop.draining import Drain
from shop.settings import Settings

ENVIRON = {"SHOP_SECRET_KEY": "only-for-tests-only-for-tests-only"}


@pytest.fixture
def drain() -> Drain:
    """A drain of this test's own: the real one cannot be taken back."""
    return Drain()


@pytest.fixture
def client(drain: Drain) -> FlaskClient:
    """A browser without any cookie."""
    return create_app(Settings.from_environ(ENVIRON), drain).test_client()
