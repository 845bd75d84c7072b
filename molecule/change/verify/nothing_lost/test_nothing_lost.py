"""All those changes, good and bad: no client has noticed."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from lab import assert_whole
from load import DIRECTORY, seen, silences

RATE = 300  # /s
MINUTE = 60  # s
OUTAGE = 0.1  # s
DOWNLOAD = 200 * 10 * 1024  # bytes


@pytest.mark.parametrize("mode", ["new", "keep-alive", "slow"])
def test_no_request_was_lost(mode: str) -> None:
    assert [request for request in seen(mode).requests if not request.ok] == []


def test_the_load_was_there_all_along() -> None:
    run = seen("new")
    assert len(run.requests) >= RATE * max(MINUTE, run.ended - run.started - 1)
    assert max(later.at - sooner.at for sooner, later in pairwise(run.requests)) <= OUTAGE


def test_new_connections_were_answered_all_along() -> None:
    assert max(gap for _, gap in silences(seen("new"))) <= OUTAGE


def test_the_long_download_is_whole() -> None:
    done = json.loads((DIRECTORY / "download.json").read_text())
    assert (done["http_code"], done["exitcode"], done["size_download"]) == (200, 0, DOWNLOAD)


def test_every_server_serves_again() -> None:
    assert_whole()
