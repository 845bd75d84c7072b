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


def report(directory: Path) -> int:
    return main(["report", str(directory)])


@pytest.fixture
def page(scene: Any, tmp_path: Path) -> str:
    """The page about four drills, one of which lost requests."""
    scene.write(tmp_path)
    scene.but(fault="node_frozen", started=scene.started + 40).write(tmp_path)
    app = scene.but(fault="app_server_killed", node="app1", failing_servers=True, started=scene.started + 80)
    app.write(tmp_path)
    assert report(tmp_path) == 1
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_kept_promises_exit_with_0_and_stand_in_the_table(
    scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.write(tmp_path)
    assert report(tmp_path) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["fault", "node", "outage"]
    assert re.split(r"  +", row)[0:2] == ["haproxy_killed", "lb1"]
    assert 180 <= int(re.split(r"  +", row)[2]) <= 200
    assert re.split(r"  +", row)[6:] == ["lb1 → lb2", "120", "kept"]


def test_a_broken_promise_exits_with_1_and_says_why(
    scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.but(outage=1.5).write(tmp_path)
    assert report(tmp_path) == 1
    assert "BROKEN: new connections had no answer for 150" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["new.jsonl", "keep_alive.jsonl", "watch.jsonl", "events.jsonl"])
def test_a_truncated_file_exits_with_2_and_writes_nothing(
    name: str, scene: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scene.write(tmp_path) / name
    path.write_text(path.read_text()[:-20])
    assert report(tmp_path) == 2
    error = capsys.readouterr().err
    assert error.startswith("unusable: ")
    assert f"haproxy_killed/{name}: line " in error
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
    assert (drill["kept"], drill["broken"], drill["node"]) == (True, [], "lb1")
    assert drill["measured"]["new"]["rate"] == 500
    assert (drill["new"]["requests"], drill["keep_alive"]["requests"]) == (6000, 2400)
    assert (drill["vip_during_fault"]["before"], drill["vip_during_fault"]["after"]) == ("lb1", "lb2")
    assert drill["vip"]["none_ms"] == pytest.approx(120)


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
    assert "36 s of load in all" in page


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
