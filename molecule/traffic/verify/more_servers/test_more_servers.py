"""The name of two servers was given a third: HAProxy found it by itself."""

from __future__ import annotations

import time

from lab import APP_SERVERS
from web import each_vip, served


@each_vip
def test_the_new_server_serves(vip: str) -> None:
    give_up = time.monotonic() + 15
    while served(vip, "http://shop.example:8080/addresses") != set(APP_SERVERS):
        assert time.monotonic() < give_up
