"""What the side effects have written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from lab import LOAD_BALANCERS, host

Record = dict[str, Any]


def _read(name: str, moment: str) -> Record:
    record: Record = json.loads(host(name).file(f"/run/lab/{moment}.json").content_string)
    return record


@pytest.fixture
def client() -> Callable[[str], Record]:
    """Return a function that returns what the client wrote down."""
    return lambda moment: _read("client", moment)


@pytest.fixture
def nodes() -> Callable[[str], tuple[Record, Record]]:
    """Return a function that returns what was seen on the node that held the VIP, and on the other one."""

    def at(moment: str) -> tuple[Record, Record]:
        holder, standby = sorted(
            (_read(node, moment) for node in LOAD_BALANCERS), key=lambda each: not each["holds"]
        )
        assert (holder["holds"], standby["holds"]) == (True, False)
        return holder, standby

    return at
