"""The picture loses nothing that matters, and draws each thing where its time is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.evidence import Evidence
from evergate.drill.judgement import Round, judge
from evergate.drill.timeline import Frame, frames, picture


def drill_of(scene: Any, tmp_path: Path) -> Round:
    (each,) = judge([Evidence.read(scene.write(tmp_path))]).rounds
    return each


def drawn(svg: str, style: str) -> list[str]:
    return re.findall(rf'<path class="{style}" d="([^"]*)"', svg)


@pytest.mark.parametrize("width", [380, 1000])
def test_every_failure_is_drawn_and_every_slow_answer_has_its_ring(
    width: float, scene: Any, tmp_path: Path
) -> None:
    drill = drill_of(scene.but(fault="node_frozen", outage=0.7), tmp_path)
    whole = picture(drill, next(iter(frames(drill, width))))
    found = (drill.found.new, drill.found.keep_alive)
    assert (
        sum(path.count("M") for path in drawn(whole, "failure")) == sum(item.failed for item in found) == 490
    )
    assert whole.count('<circle class="slow"') == sum(item.slow for item in found) > 0


def test_points_on_the_same_spot_are_drawn_once(scene: Any, tmp_path: Path) -> None:
    drill = drill_of(scene, tmp_path)
    narrow, wide = (picture(drill, next(iter(frames(drill, width)))) for width in (380, 1000))
    counts = [drawn(svg, "points new")[0].count("M") for svg in (narrow, wide)]
    assert counts[0] < counts[1] < drill.found.new.ok
    assert len(set(drawn(wide, "points new")[0].split("M"))) == counts[1] + 1


def test_the_zoom_is_around_the_fault_and_shows_the_whole_outage(scene: Any, tmp_path: Path) -> None:
    drill = drill_of(scene.but(outage=3.0), tmp_path)
    _, zoom = frames(drill, 1000)
    assert zoom.start == drill.origin - 1.5
    assert zoom.end - drill.found.new.outage_end == pytest.approx(0.5, abs=0.001)


def test_a_drill_without_a_fault_has_no_zoom(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    (place / "events.jsonl").write_text("")
    assert len(list(frames(judge([Evidence.read(place)]).worst, 1000))) == 1


def test_the_outage_is_shaded_as_wide_as_it_was_and_labelled(scene: Any, tmp_path: Path) -> None:
    drill = drill_of(scene.but(outage=0.5), tmp_path)
    frame = Frame(drill.origin - 1, drill.origin + 1, drill.origin, 1048)
    box = re.search(r'class="outage" x="([\d.]+)" y="26.0" width="([\d.]+)"', picture(drill, frame))
    assert box is not None
    assert float(box[1]) == pytest.approx(36 + 500, abs=5)
    assert float(box[2]) == pytest.approx(drill.found.new.outage_ms / 2, abs=0.1)
    assert f">{drill.found.new.outage_ms:.0f} ms</text>" in picture(drill, frame)


def test_the_band_shows_who_held_the_vip_and_that_nobody_did(scene: Any, tmp_path: Path) -> None:
    svg = picture(drill := drill_of(scene.but(split_samples=3), tmp_path), next(iter(frames(drill, 1000))))
    band = re.findall(r'<rect class="(node0|node1|nobody|both)"[^>]*><title>([^,]*), (\d+) ms', svg)
    assert [(style, who) for style, who, _ in band] == [
        ("node0", "lb1"),
        ("nobody", "nobody"),
        ("node1", "lb2"),
        ("both", "lb1 and lb2"),
        ("node1", "lb2"),
    ]
    assert (band[1][2], band[3][2]) == ("120", "60")


def test_fault_and_recovery_are_marked_where_they_happened(scene: Any, tmp_path: Path) -> None:
    drill = drill_of(scene, tmp_path)
    frame = Frame(scene.started, scene.started + 12, drill.origin, 1248)
    svg = picture(drill, frame)
    assert re.findall(r'class="event (\w+)" d="M([\d.]+) ', svg) == [
        ("note", "386.0"),
        ("fault", "436.0"),
        ("recovery", "836.0"),
    ]
    assert "▼ fault" in svg
    assert "▲ recovery" in svg


def test_only_a_fault_that_leaves_the_vip_alone_shows_the_servers(scene: Any, tmp_path: Path) -> None:
    app = drill_of(scene.but(fault="app_server_killed", node="app1"), tmp_path)
    bands = drawn(picture(app, next(iter(frames(app, 1000)))), "server")
    # 120 stretches of 100 ms, in 20 of which app1 did not answer.
    assert [path.count("M") for path in bands] == [100, 120, 120]
    vip = drill_of(scene, tmp_path)
    assert drawn(picture(vip, next(iter(frames(vip, 1000)))), "server") == []


def test_what_the_nodes_tell_is_a_band_of_its_own(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    assert "as the nodes tell" not in picture(judge([Evidence.read(place)]).worst, FRAME)
    (place / "address-lb1.txt").write_text("3: svc0    inet 203.0.113.10/24 scope global secondary svc0\\ \n")
    (place / "address-lb2.txt").write_text("")
    svg = picture(judge([Evidence.read(place)]).worst, FRAME)
    assert "Who has it, as the nodes tell" in svg
    assert len(re.findall(r"<title>lb1, (1[12]\d{3}) ms</title>", svg)) == 1


def test_a_thousand_holders_on_one_spot_are_drawn_once(scene: Any, tmp_path: Path) -> None:
    place = scene.write(tmp_path)
    lines = (place / "watch.jsonl").read_text().splitlines()
    (place / "watch.jsonl").write_text("".join(f"{gap(number, line)}\n" for number, line in enumerate(lines)))
    each = judge([Evidence.read(place)]).worst
    assert len(each.found.whole.timeline) > 250
    wide = Frame(scene.started - 600, scene.started + 600, each.origin, 1000)
    assert picture(each, wide).count("<title>nobody") < 20


FRAME = Frame(1_790_000_000.0, 1_790_000_012.0, 1_790_000_004.0, 1000)


def gap(number: int, line: str) -> str:
    """Return the watcher's line, every fourth without a holder."""
    return line if number % 4 else line.replace('["lb1"]', "[]").replace('["lb2"]', "[]")
