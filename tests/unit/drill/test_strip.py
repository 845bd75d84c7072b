"""All rounds in one small picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from evergate.drill.evidence import Evidence
from evergate.drill.judgement import judge
from evergate.drill.strip import strip


def drawn(tmp_path: Path, *scenes: Any) -> str:
    return strip(judge([Evidence.read(each.but(rate=250.0).write(tmp_path)) for each in scenes]))


def dots(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_a_dot_stands_as_far_right_as_its_round_took(scene: Any, tmp_path: Path) -> None:
    svg = drawn(tmp_path, scene.but(round=1, outage=0.05), scene.but(round=2, outage=0.15))
    (first, _), (second, _) = dots(svg)
    assert first < second
    assert svg.count('class="tick') == 2
    assert 'aria-label="ms outage, round 1: 5' in svg


def test_a_round_that_broke_its_promise_is_hollow_and_beyond_the_limit(scene: Any, tmp_path: Path) -> None:
    svg = drawn(tmp_path, scene.but(outage=0.4))
    limit = re.search(r'class="tick most" d="M([\d.]+) ', svg)
    assert limit is not None
    assert dots(svg)[0][0] > float(limit[1])
    assert 'class="round missed"' in svg


def test_dots_on_one_spot_lie_beside_each_other(scene: Any, tmp_path: Path) -> None:
    reload = scene.but(fault="haproxy_reloaded", outage=0.0, unheld=0.0)
    found = dots(drawn(tmp_path, *(reload.but(round=number) for number in (1, 2, 3))))
    assert len({x for x, _ in found}) == 1
    assert len({y for _, y in found}) == 3
