"""A server's fate, from answers few enough to reckon by hand."""

from __future__ import annotations

from evergate.drill.recording import Request
from evergate.drill.server import Fate, fate


def answers(server: str, *times: float) -> list[Request]:
    return [Request(at=at, ms=0, outcome="ok", server=server, late_ms=0) for at in times]


def fate_of(*times: float, ended: float = 20.0) -> Fate:
    """Return the fate of app1, hit at 5 s and well at 10 s, beside one that answers ten times a second."""
    others = answers("app2", *(number / 10 for number in range(round(ended * 10))))
    return fate([*answers("app1", *times), *others], "app1", fault=5, end=10, ended=ended)


def test_a_server_is_ejected_with_its_last_answer_before_the_long_silence() -> None:
    found = fate_of(1, 2, 5.5, 6, 9.9)
    assert (found.answered_before, found.ejected_ms) == (2, 1000)
    assert round(found.silent_ms) == 3900


def test_one_that_never_answers_after_the_fault_was_ejected_at_once() -> None:
    found = fate_of(1)
    assert (found.ejected_ms, found.silent_ms) == (0, 5000)


def test_its_share_counts_from_its_return() -> None:
    found = fate_of(1, 11.05, 12.05, *(12.1 + number / 10 for number in range(79)))
    assert found.first_share is not None and found.later_share is not None
    assert 0.05 < found.first_share < 0.15
    assert 0.45 < found.later_share < 0.55


def test_a_return_too_late_or_none_shows_no_share() -> None:
    assert fate_of(1, 18.5).first_share is None
    assert fate_of(1).later_share is None


def test_a_failed_answer_is_no_answer() -> None:
    failed = Request(at=7, ms=0, outcome="status", server="app1", late_ms=0)
    found = fate([*answers("app1", 1, 6), failed], "app1", fault=5, end=10, ended=20)
    assert found.ejected_ms == 1000
