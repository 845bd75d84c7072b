from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.table import StickTable

Told = Callable[..., list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("{}", "t.type", "is missing"),
        ("{type: ip, len: 5}", "t.len", "is nothing that keys of type 'ip' have"),
        ("{type: binary}", "t.len", "is missing beside 'type: binary'"),
        ("{type: ip, store: [conn_rate]}", "t.store[0]", "'conn_rate' needs a period"),
        ("{type: ip, store: ['conn_rate(x)']}", "t.store[0]", "'conn_rate(x)': 'x' is not a duration"),
        ("{type: ip, store: [con_cur]}", "t.store[0]", "'con_cur' is nothing a table can store"),
        ("{type: ip, store: ['gpc0 peers x']}", "t.store[0]", "'gpc0 peers x' is nothing a table can store"),
    ],
)
def test_what_a_table_can_not_be(told: Told, text: str, path: str, problem: str) -> None:
    ((found, words, _),) = told(StickTable.from_data, yaml.safe_load(text), "t")
    assert (found, words) == (path, problem)
