"""The report on disk, its table and its exit codes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.__main__ import main

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Collects the tags that are left open, and everything that would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [
            value for name, value in attrs if name in ("src", "href") and (value or "#")[0] != "#"
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("path", "rect", "circle")


def report(directory: Path, *words: str) -> int:
    return main(["report", str(directory), *words])


@pytest.fixture
def page(scene: Any, tmp_path: Path) -> str:
    """The page about three faults, one of which was made three times and one of which lost requests."""
    for number, outage in enumerate((0.09, 0.07, 0.08), 1):
        scene.but(round=number, outage=outage, unheld=0.06).write(tmp_path)
    scene.but(fault="node_frozen", started=scene.started + 40).write(tmp_path)
    app = scene.but(fault="app_server_killed", node="app1", failing_servers=True, started=scene.started + 80)
    app.write(tmp_path)
    assert report(tmp_path) == 1
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_kept_promises_exit_with_0_and_stand_in_the_table(
    scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, outage in enumerate((0.05, 0.18, 0.09), 1):
        scene.but(round=number, outage=outage, unheld=0.04).write(tmp_path)
    assert report(tmp_path) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["fault", "rounds", "outage"]
    cells = re.split(r"  +", row)
    assert cells[0:2] == ["HAProxy killed", "3"]
    assert re.fullmatch(r"9\d / 18\d", cells[2])
    assert cells[3] == "100 / 200"
    assert cells[4] == "65 / 128"
    assert cells[5:] == ["1", "40", "0", "kept"]


def test_a_broken_promise_exits_with_1_and_says_why(
    scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.but(outage=1.5).write(tmp_path)
    assert report(tmp_path) == 1
    out = capsys.readouterr().out
    assert "BROKEN\n\nHAProxy killed (haproxy_killed) broke a promise:\n" in out
    assert "  new connections had no answer for 150" in out


@pytest.mark.parametrize("name", ["new.jsonl", "keep_alive.jsonl", "watch.jsonl", "events.jsonl"])
def test_a_truncated_file_exits_with_2_and_writes_nothing(
    name: str, scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scene.write(tmp_path) / name
    path.write_text(path.read_text()[:-20])
    assert report(tmp_path) == 2
    error = capsys.readouterr().err
    assert error.startswith("unusable: ")
    assert f"haproxy_killed/1/{name}: line " in error
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize(("made", "problem"), [(True, "holds no drill"), (False, "is not a directory")])
def test_a_directory_without_drills_exits_with_2(
    made: bool, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "drill"
    if made:
        directory.mkdir()
    assert report(directory) == 2
    assert problem in capsys.readouterr().err


def test_drills_stand_in_the_order_they_were_made(scene: Any, tmp_path: Path) -> None:
    scene.but(fault="haproxy_killed", started=scene.started + 60).write(tmp_path)
    scene.but(fault="node_frozen").write(tmp_path)
    report(tmp_path)
    drills = json.loads((tmp_path / "report.json").read_text())["drills"]
    assert [drill["fault"] for drill in drills] == ["node_frozen", "haproxy_killed"]


def test_the_json_report_holds_the_figures_and_what_was_measured(scene: Any, tmp_path: Path) -> None:
    scene.write(tmp_path)
    report(tmp_path)
    (drill,) = json.loads((tmp_path / "report.json").read_text())["drills"]
    assert (drill["title"], drill["kept"], drill["broken"]) == ("HAProxy killed", True, [])
    assert drill["outage_ms"]["median"] == drill["outage_ms"]["max"] == pytest.approx(182, abs=5)
    assert drill["promise"]["outage"] == {"median_ms": 100, "max_ms": 200}
    (first,) = drill["rounds"]
    found = first["found"]
    assert (first["round"], first["node"], first["measured"]["new"]["rate"]) == (1, "lb1", 500)
    assert (found["new"]["requests"], found["keep_alive"]["requests"]) == (6000, 2400)
    assert (found["during"]["before"], found["during"]["after"]) == ("lb1", "lb2")
    assert found["whole"]["none_ms"] == pytest.approx(120)
    assert (found["by_nodes"], found["post"], found["executed_twice"]) == (None, None, None)


def test_the_report_says_under_which_terms_it_was_judged(scene: Any, tmp_path: Path) -> None:
    scene.write(tmp_path)
    assert report(tmp_path, "--profile", "fast") == 1
    assert report(tmp_path, "--profile", "fast", "--tolerance", "2") == 0
    data = json.loads((tmp_path / "report.json").read_text())
    assert (data["profile"], data["tolerance"]) == ("fast", 2)
    assert "profile fast, times 2 times as long tolerated" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("tolerance", ["0.5", "101", "nan", "many"])
def test_a_tolerance_that_is_no_factor_is_refused(tolerance: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        report(tmp_path, "--tolerance", tolerance)


def test_a_report_is_kept_in_the_history_under_its_moment(scene: Any, tmp_path: Path) -> None:
    scene.write(tmp_path / "drill")
    assert report(tmp_path / "drill", "--history", str(tmp_path / "history")) == 0
    (kept,) = (tmp_path / "history").iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}Z\.json", kept.name)
    assert kept.read_text() == (tmp_path / "drill" / "report.json").read_text()


def test_a_fault_without_a_round_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "haproxy_killed").mkdir()
    assert report(tmp_path, "haproxy_killed") == 2
    assert "haproxy_killed holds no round" in capsys.readouterr().err


def test_what_is_no_fault_beside_them_is_left_alone(scene: Any, tmp_path: Path) -> None:
    scene.write(tmp_path)
    (tmp_path / "history").mkdir()
    assert report(tmp_path) == 0


def test_the_page_is_well_formed_and_fetches_nothing(page: str) -> None:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.fetched == []
    assert "<script" not in page
    assert set(re.findall(r"url\(([^)]*)\)", page)) == {"#nobody", "#both"}


def test_the_page_says_what_was_measured_and_how_it_went(page: str) -> None:
    assert "<h1>1 of 3 drills broke a promise</h1>" in page
    assert "500 requests/s to http://203.0.113.10/" in page
    assert "deadline 1 s, slow from 0.5 s" in page
    assert "5 rounds from" in page
    assert "60 s of load in all" in page
    assert "profile standard<" in page


def test_every_round_is_a_dot_and_those_that_broke_a_promise_are_hollow(page: str) -> None:
    cards = re.search(r'<div class="cards">(.*?)</div>', page, re.DOTALL)
    assert cards is not None
    assert cards[1].count('class="round"') == 4
    assert cards[1].count('class="round missed"') == 1


def test_the_worst_round_is_the_one_that_is_shown(page: str) -> None:
    assert "Rounds, ms outage (promised ≤ 100, at most 200), here round 1" in page
    assert page.count("aria-current=true") == 3


def test_what_comes_from_data_is_escaped(scene: Any, tmp_path: Path) -> None:
    hostile = "<b onload=x>"
    place = scene.but(node=hostile, other=f"{hostile}&", split_samples=2).write(tmp_path)
    for path in place.iterdir():
        path.write_text(re.sub(r'"(url|vip|text|node)": "', rf'"\1": "{hostile}', path.read_text()))
    report(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert hostile not in page
    assert page.count("&lt;b onload=x&gt;") > 10


def test_the_drills_that_are_named_are_judged_alone(
    scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.but(outage=1.2, unheld=1.1).write(tmp_path)  # broken, of another day
    scene.but(fault="node_cut_off").write(tmp_path)
    assert main(["report", str(tmp_path), "node_cut_off"]) == 0
    assert "haproxy_killed" not in capsys.readouterr().out
    assert main(["report", str(tmp_path)]) == 1
