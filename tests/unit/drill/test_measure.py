"""The figure that a fault's promise is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evergate.drill.evidence import Evidence
from evergate.drill.judgement import judge
from evergate.drill.measure import Measure, measure


def measured(tmp_path: Path, *scenes: Any) -> Measure:
    return measure(judge([Evidence.read(each.but(rate=100.0).write(tmp_path)) for each in scenes]))


def test_an_outage_has_a_median_and_a_maximum(scene: Any, tmp_path: Path) -> None:
    shown = measured(tmp_path, scene.but(round=1), scene.but(round=2))
    assert (shown.unit, len(shown.values), shown.median, shown.most) == ("ms outage", 2, 100, 200)
    assert shown.promised == "promised ≤ 100, at most 200"


def test_one_round_is_told_its_maximum_alone(scene: Any, tmp_path: Path) -> None:
    assert measured(tmp_path, scene).promised == "promised ≤ 200"


@pytest.mark.parametrize(
    ("fault", "unit", "values", "promised"),
    [
        ("haproxy_reloaded", "requests lost", (0.0,), "promised none"),
        ("app_servers_gone", "lost without a 503", (0.0,), "promised none"),
        ("packet_loss_5", "false failovers", (0.0,), "promised none"),
    ],
)
def test_what_has_no_outage_promised_counts_what_must_not_be(
    fault: str, unit: str, values: tuple[float, ...], promised: str, scene: Any, tmp_path: Path
) -> None:
    shown = measured(tmp_path, scene.but(fault=fault, outage=0.0, unheld=0.0))
    assert (shown.unit, shown.values, shown.promised) == (unit, values, promised)


def test_a_split_is_measured_until_one_node_alone_holds_the_vip(scene: Any, tmp_path: Path) -> None:
    shown = measured(tmp_path, scene.but(fault="split_brain", settled=0.4))
    assert (shown.unit, shown.most) == ("ms to one holder", 1000)
    assert shown.values[0] == pytest.approx(400, abs=20)
