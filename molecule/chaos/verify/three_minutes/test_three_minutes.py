"""Faults at random, one or two at a time, under load: nothing was broken that had been promised."""

from __future__ import annotations

from functools import cache

from lab import PROJECT, assert_whole

from evergate.drill.chaos_judgement import Chaos, judge
from evergate.drill.chaos_recording import Recording
from evergate.drill.promises import Terms


@cache
def chaos() -> Chaos:
    """Return what was recorded, judged by twice its times."""
    return judge(Recording.read(PROJECT / "build" / "chaos"), Terms(tolerance=2))


def test_no_promise_was_broken() -> None:
    assert chaos().violations == ()


def test_every_fault_of_the_plan_was_made_and_healed() -> None:
    assert len(chaos().recording.made) > 10
    assert all(made.healed for made in chaos().recording.made)


def test_it_was_made_under_the_full_load() -> None:
    recording = chaos().recording
    assert (recording.new.rate, recording.keep_alive.rate) == (500, 100)
    assert len(recording.new.requests) > 3 * 60 * 500


def test_the_pair_is_whole_again() -> None:
    assert_whole()
