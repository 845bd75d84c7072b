"""Two reports, and what became of their figures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.__main__ import main
from evergate.drill.history import keep


def entry(
    fault: str = "haproxy_killed", median: float = 80, most: float = 100, kept: bool = True
) -> dict[str, Any]:
    return {
        "fault": fault,
        "title": fault.replace("_", " "),
        "kept": kept,
        "outage_ms": {"median": median, "max": most},
        "failed": {"median": 3, "max": 5},
    }


def compared(tmp_path: Path, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> int:
    for name, drills in (("old", old), ("new", new)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"drills": drills}))
    return main(["compare", str(tmp_path / "old.json"), str(tmp_path / "new.json")])


def test_figures_stand_side_by_side_with_their_ratio(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, [entry()], [entry(median=60, most=100)]) == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.split("  ")[0] == "haproxy killed"
    assert "80 → 60" in row and "x0.75" in row and "100 → 100" in row and "5 → 5" in row
    assert "WORSE" not in row


@pytest.mark.parametrize(
    ("median", "most", "worse"),
    [(99, 125, False), (101, 121, True), (80, 126, True), (80, 124, False), (60, 90, False)],
)
def test_a_fault_is_worse_when_it_takes_a_quarter_and_20_ms_longer(
    median: float, most: float, worse: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, [entry()], [entry(median=median, most=most)]) == 0
    assert ("WORSE" in capsys.readouterr().out) is worse


def test_a_few_ms_more_are_noise_however_many_times_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compared(tmp_path, [entry(median=2, most=4)], [entry(median=10, most=20)])
    assert "WORSE" not in capsys.readouterr().out


def test_a_promise_broken_now_and_kept_before_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, [entry()], [entry(kept=False)]) == 1
    assert "kept → BROKEN" in capsys.readouterr().out


def test_a_promise_that_was_broken_already_exits_with_0(tmp_path: Path) -> None:
    assert compared(tmp_path, [entry(kept=False)], [entry(kept=False)]) == 0
    assert compared(tmp_path, [entry(kept=False)], [entry()]) == 0


def test_faults_that_one_report_lacks_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, [entry("switchover")], [entry("haproxy_hung", kept=False)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-2].endswith("new") and out[-2].startswith("haproxy hung")
    assert out[-1].endswith("gone") and out[-1].startswith("switchover")


def test_the_last_two_of_the_history_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history, source = tmp_path / "history", tmp_path / "report.json"
    for day, median in ((1, 10), (3, 60), (2, 200)):
        source.write_text(json.dumps({"drills": [entry(median=median, most=median)]}))
        keep(source, history, datetime(2026, 11, day, 7, 5, 9, tzinfo=UTC))
    assert main(["compare", "--history", str(history)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("20261102T070509Z → 20261103T070509Z\n")
    assert "200 → 60" in out


def test_a_history_of_one_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--history", str(tmp_path)]) == 2
    assert "holds 0 reports, and a comparison takes two" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"drills": [{"fault": "x"}]}', '{"drills": 1}'])
def test_something_else_than_a_report_exits_with_2(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert main(["compare", str(path), str(path)]) == 2
    assert "other.json is not a drill's report" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["one.json"], ["a", "b", "c"], ["a", "b", "--history", "h"]])
def test_two_reports_are_named_or_a_history(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", *words])
    assert "name two reports, or --history" in capsys.readouterr().err
