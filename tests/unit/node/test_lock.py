"""Two operators at once: one changes the node, the other is told to wait."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from evergate.node import lock
from evergate.node.lock import Held, release, take

NOW = datetime(2026, 3, 1, 14, 2, 11, tzinfo=UTC)
ANNA, BEN = "anna@admin1", "ben@admin2"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run/change.lock"


def anna(path: Path, now: datetime = NOW, run: str = "a1", lease: int = 300) -> Held | None:
    return take(run, ANNA, "site.yml", now, path, lease)


def ben(path: Path, now: datetime = NOW, run: str = "b1") -> Held | None:
    return take(run, BEN, "rollback.yml", now, path)


def test_a_free_lock_is_taken(path: Path) -> None:
    assert anna(path) is None
    told = json.loads(path.read_text())
    assert (told["who"], told["run"], told["why"]) == (ANNA, "a1", "site.yml")
    assert (told["since"], told["until"]) == ("2026-03-01T14:02:11+00:00", "2026-03-01T14:07:11+00:00")


def test_anyone_can_read_it_and_only_its_owner_write_it(path: Path) -> None:
    before = os.umask(0)
    try:
        anna(path)
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {"change.lock": 0o644, ".change.lock.guard": 0o600}


def test_the_second_is_told_who_has_it_since_when_and_until_when(path: Path) -> None:
    anna(path)
    held = ben(path, later(60))
    assert held is not None
    assert (held.who, held.run, held.why) == (ANNA, "a1", "site.yml")
    assert (held.since, held.until) == (NOW, later(300))
    assert held.told("lb1") == (
        "lb1 is being changed by anna@admin1 since 14:02:11 UTC (site.yml); "
        "wait until it is done, or at most until 14:07:11 UTC"
    )


def test_who_is_refused_changes_nothing(path: Path) -> None:
    anna(path)
    before = path.read_text()
    ben(path, later(60))
    assert path.read_text() == before


def test_the_same_run_renews_its_lease(path: Path) -> None:
    anna(path)
    assert anna(path, later(200)) is None
    held = ben(path, later(400))
    assert held is not None
    assert (held.since, held.until) == (NOW, later(500))


def test_a_lease_that_is_over_can_be_taken(path: Path) -> None:
    anna(path, lease=30)
    assert ben(path, later(29)) is not None
    assert ben(path, later(30)) is None
    held = anna(path, later(31))
    assert held is not None
    assert (held.who, held.since) == (BEN, later(30))


def test_a_lease_that_was_over_begins_anew(path: Path) -> None:
    anna(path)
    anna(path, later(1000))
    held = ben(path, later(1001))
    assert held is not None
    assert held.since == later(1000)


def test_only_its_holder_releases_it(path: Path) -> None:
    anna(path)
    assert not release("b1", path)
    assert ben(path) is not None
    assert release("a1", path)
    assert ben(path) is None


def test_releasing_what_is_not_held_is_no_error(path: Path) -> None:
    assert not release("a1", path)
    anna(path)
    assert release("a1", path)
    assert not release("a1", path)


def test_an_interrupted_run_that_is_run_again_takes_over_at_once(path: Path) -> None:
    anna(path, run="a1")
    assert anna(path, later(5), run="a2") is None
    held = ben(path, later(6))
    assert held is not None
    assert (held.run, held.since, held.replaced) == ("a2", later(5), ("a1",))


def test_a_run_that_was_taken_over_and_still_lives_does_not_get_it_back(path: Path) -> None:
    anna(path, run="a1")
    anna(path, later(5), run="a2")
    held = anna(path, later(6), run="a1")
    assert held is not None
    assert held.run == "a2"
    anna(path, later(7), run="a2")
    anna(path, later(8), run="a3")
    assert anna(path, later(9), run="a1") is not None
    assert anna(path, later(9), run="a2") is not None
    assert not release("a1", path)


def test_the_same_user_of_another_controller_waits(path: Path) -> None:
    anna(path)
    assert take("a2", "anna@admin2", "site.yml", NOW, path) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0" * 40,
        "{",
        "[]",
        "null",
        "{}",
        "\xff",
        '{"who": "x", "run": "y", "why": "z"}',
        '{"who": "x", "run": "y", "why": "z", "since": 1, "renewed": 1, "until": 9e9, "replaced": []}',
        '{"who": "x", "run": "y", "why": "", "since": "a", "renewed": "b", "until": "c", "replaced": []}',
    ],
)
def test_a_corrupt_lock_counts_as_over(text: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    assert not release("b1", path)
    assert ben(path) is None
    assert anna(path) is not None


@pytest.mark.parametrize(("back", "free"), [(3600, True), (61, True), (60, False), (1, False)])
def test_a_lock_from_the_future_counts_as_over_but_not_by_a_moment(back: int, free: bool, path: Path) -> None:
    anna(path)
    assert (ben(path, later(-back)) is None) is free


def test_a_clock_put_back_behind_a_renewal_frees_the_lock(path: Path) -> None:
    anna(path)
    for minute in range(1, 60):
        assert anna(path, later(60 * minute)) is None
    assert ben(path, later(600)) is None


def test_the_time_may_be_told_in_any_zone(path: Path) -> None:
    anna(path, NOW.astimezone(timezone(timedelta(hours=-7))))
    held = ben(path, NOW.astimezone(timezone(timedelta(hours=9))))
    assert held is not None
    assert held.told("lb1").startswith("lb1 is being changed by anna@admin1 since 14:02:11 UTC")


def test_a_link_in_the_place_of_the_lock_is_replaced(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    (tmp_path / "precious").write_text("kept")
    path.symlink_to(tmp_path / "precious")
    assert anna(path) is None
    assert (tmp_path / "precious").read_text() == "kept"


def test_what_a_crash_left_is_not_in_the_way(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / ".change.lock.new").write_text("{")
    assert anna(path) is None
    assert sorted(os.listdir(path.parent)) == [".change.lock.guard", "change.lock"]


def test_of_many_takers_at_once_exactly_one_wins(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    takers = 16
    read = lock._read

    def reading(path: Path) -> Held | None:
        held = read(path)
        time.sleep(0.01)  # for all others to read as well, were they let
        return held

    monkeypatch.setattr(lock, "_read", reading)
    ready = threading.Barrier(takers)
    results: dict[int, Held | None] = {}

    def taking(number: int) -> None:
        ready.wait()
        # Each has read the clock a moment before or after the others.
        results[number] = take(f"r{number}", f"u{number}@x", "site.yml", later(number % 5), path)

    threads = [threading.Thread(target=taking, args=(number,)) for number in range(takers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (winner,) = [number for number, held in results.items() if held is None]
    assert {held.run for held in results.values() if held is not None} == {f"r{winner}"}


TAKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from evergate.node.lock import take
sys.stdin.read(1)
number = sys.argv[2]
print(take(number, f"u{number}@x", "site.yml", datetime.now(UTC), Path(sys.argv[1])) is None)
"""


def test_of_many_processes_at_once_exactly_one_wins(path: Path) -> None:
    environment = {"PYTHONPATH": str(Path(lock.__file__).parents[2])}
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, str(path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for number in range(4)
    ]
    for each in takers:
        assert each.stdin is not None
        each.stdin.write("x")
        each.stdin.flush()
    assert sorted(each.communicate()[0] for each in takers) == ["False\n"] * 3 + ["True\n"]
