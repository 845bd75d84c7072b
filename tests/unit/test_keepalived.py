from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.keepalived import render
from evergate.model.keepalived import KeepalivedConfig


def data(node: str = "lb1", members: int = 2, **instance: object) -> dict[str, Any]:
    return {
        "node": node,
        "members": [{"name": f"lb{i}", "address": f"203.0.113.{i}"} for i in range(1, members + 1)],
        "instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], **instance}],
        "track_files": [{"name": "haproxy_answers", "path": "/run/evergate/haproxy_answers"}],
    }


def text(data: dict[str, Any]) -> str:
    return render(KeepalivedConfig.from_data(data))


@given(members=st.integers(2, 60), preferred=st.integers(1, 60))
def test_every_member_has_its_own_priority_and_the_preferred_the_highest(
    members: int, preferred: int
) -> None:
    preferred = min(preferred, members)
    priorities = []
    for index in range(1, members + 1):
        rendered = text(data(f"lb{index}", members, preferred=f"lb{preferred}"))
        priorities += [int(number) for number in re.findall(r"^    priority (\d+)$", rendered, re.M)]
    assert len(set(priorities)) == members
    assert max(priorities) == priorities[preferred - 1] == 254
    assert min(priorities) > 0


def test_a_node_talks_to_all_others_and_not_to_itself() -> None:
    rendered = text(data("lb2", 3))
    assert "unicast_src_ip 203.0.113.2\n" in rendered
    assert "unicast_peer {\n        203.0.113.1\n        203.0.113.3\n    }" in rendered


def test_a_failure_is_never_a_matter_of_weight() -> None:
    assert set(re.findall(r"weight (\S+)", text(data()))) == {"0"}


def test_without_tracked_files_there_is_no_empty_block() -> None:
    assert "track_file" not in text(data() | {"track_files": []})


@pytest.mark.parametrize("preempt", [True, False])
def test_all_nodes_start_as_backup(preempt: bool) -> None:
    rendered = text(data(preempt=preempt))
    assert re.findall(r"state (\S+)", rendered) == ["BACKUP"]
    assert ("nopreempt" in rendered) is not preempt


def test_a_preempt_delay_is_written_in_seconds() -> None:
    assert "    preempt_delay 2.5\n" in text(data(preempt=True, preempt_delay=2.5))


@pytest.mark.parametrize("key", ["name", "interface", "preferred", "extra"])
@given(value=st.text(st.characters(codec="utf-8")))
def test_no_text_starts_a_line_of_its_own(key: str, value: str) -> None:
    plain = len(text(data(extra=["dont_track_primary"])).splitlines())
    changed = {"extra": ["dont_track_primary"], key: [value] if key == "extra" else value}
    try:
        rendered = text(data(**changed))
    except InvalidData:
        return
    assert len(rendered.splitlines()) == plain
    assert rendered.count("{") == rendered.count("}")
