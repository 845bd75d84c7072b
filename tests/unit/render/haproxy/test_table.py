from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from evergate.model.haproxy.table import StickTable
from evergate.render.haproxy import table


@pytest.mark.parametrize(
    ("text", "members", "line"),
    [
        ("{type: ipv6}", ("lb1", "lb2"), "type ipv6 size 100000 expire 30m peers evergate"),
        ("{type: ipv6}", (), "type ipv6 size 100000 expire 30m"),
        ("{type: ip, peers: false}", ("lb1",), "type ip size 100000 expire 30m"),
        (
            "{type: string, len: 64, size: 10, expire: 1s, nopurge: true, store: [gpc0, 'conn_rate(5s)']}",
            (),
            "type string len 64 size 10 expire 1s nopurge store gpc0,conn_rate(5s)",
        ),
    ],
)
def test_a_table_is_a_line(text: str, members: tuple[str, ...], line: str) -> None:
    config = cast(Any, SimpleNamespace(members=members))
    assert table.line(StickTable.from_data(yaml.safe_load(text), "t"), config) == f"stick-table {line}"
