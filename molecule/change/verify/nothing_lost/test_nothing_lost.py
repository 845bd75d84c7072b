"""All those changes, good and bad: no client has noticed."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from lab import PROJECT, assert_whole

from evergate.drill.recording import Run

LOAD = PROJECT / "build" / "load"
OUTAGE = 0.1  # s
DOWNLOAD = 200 * 10 * 1024  # bytes


def run(mode: str) -> Run:
    """Return what the client has seen."""
    return Run.from_lines((LOAD / f"{mode}.jsonl").read_text().splitlines())


@pytest.mark.parametrize("mode", ["new", "keep-alive", "slow"])
def test_no_request_was_lost(mode: str) -> None:
    assert [request for request in run(mode).requests if not request.ok] == []


def test_the_load_was_there_all_along() -> None:
    requests = run("new").requests
    assert len(requests) >= 60 * 300
    assert max(later.at - sooner.at for sooner, later in pairwise(requests)) <= OUTAGE


def test_new_connections_were_answered_all_along() -> None:
    answered = sorted(request.ended for request in run("new").requests)
    assert max(later - sooner for sooner, later in pairwise(answered)) <= OUTAGE


def test_the_long_download_is_whole() -> None:
    done = json.loads((LOAD / "download.json").read_text())
    assert (done["http_code"], done["exitcode"], done["size_download"]) == (200, 0, DOWNLOAD)


def test_every_server_serves_again() -> None:
    assert_whole()
