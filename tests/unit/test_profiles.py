from __future__ import annotations

from pathlib import Path

import pytest

from evergate import profiles
from evergate.errors import InvalidData

each_profile = pytest.mark.parametrize("profile", profiles.PROFILES.values(), ids=lambda each: each.name)


@each_profile
def test_adverts_are_counted_in_hundredths_of_a_second(profile: profiles.Profile) -> None:
    """It is VRRPv3's unit (RFC 9568, 5.2.7)."""
    assert profile.advert_int * 100 == pytest.approx(round(profile.advert_int * 100))


@each_profile
def test_a_fifth_of_all_packets_lost_is_no_failure(profile: profiles.Profile) -> None:
    """Ten minutes long; `fast` is for networks that lose one in twenty at most."""
    loss = 0.05 if profile.name == profiles.FASTEST else 0.2
    assert loss**profile.down_timer_adverts * 600 / profile.advert_int < 0.01


def test_the_watchers_options_are_those_of_the_profile() -> None:
    assert profiles.watch_options("standard") == "--interval 0.05 --deadline 0.08 --fall 2 --rise 3"
    assert profiles.watch_options("wan") == "--interval 0.2 --deadline 0.5 --fall 3 --rise 3"


def test_the_fastest_profile_is_the_one_that_says_so() -> None:
    assert (profiles.DEFAULT, profiles.FASTEST) == ("standard", "fast")


@pytest.mark.parametrize("word", ["quick", "Standard", None, 1, True])
def test_what_is_no_profile_is_refused(word: object) -> None:
    with pytest.raises(InvalidData) as caught:
        profiles.watch_options(word)
    assert caught.value.hint == "write one of: standard, fast, wan"


@each_profile
def test_the_readme_tells_what_a_profile_means(profile: profiles.Profile) -> None:
    watch, missed = profile.watch, profile.down_timer_adverts
    cells = [
        f"`{profile.name}`",
        f"{profile.advert_int * 1000:g} ms",
        f"{missed} missed, {missed * profile.advert_int:g} s",
        f"{watch.interval * 1000:g} ms",
        f"one refusal, or {watch.fall} times {watch.deadline * 1000:g} ms of silence",
    ]
    readme = Path(__file__).parents[2] / "roles" / "keepalived" / "README.md"
    assert f"| {' | '.join(cells)} |\n" in readme.read_text()
