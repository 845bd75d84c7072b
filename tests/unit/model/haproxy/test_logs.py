from __future__ import annotations

from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.logs import LogForward, LogTarget, Mailers, Ring, log_format
from evergate.model.model import Model


@pytest.mark.parametrize(
    ("model", "data", "path", "hint"),
    [
        (LogTarget, {}, "x.address", "write address"),
        (LogTarget, {"address": "/dev/log", "ring": "r"}, "x.ring", "keep either"),
        (LogTarget, {"address": "syslog.example"}, "x.address", "/dev/log"),
        (LogTarget, {"address": "/dev/log", "port": 514}, "x.port", "leave this out"),
        (LogTarget, {"ring": "r", "protocol": "tcp"}, "x.protocol", "leave this out"),
        (LogTarget, {"address": "/dev/log", "facility": "local8"}, "x.facility", "did you mean 'local"),
        (LogTarget, {"address": "/dev/log", "minlevel": "err"}, "x.level", "write level"),
        (
            LogTarget,
            {"address": "/dev/log", "level": "err", "minlevel": "info"},
            "x.minlevel",
            "more important",
        ),
        (LogTarget, {"address": "/dev/log", "length": 79}, "x.length", "from 80"),
        (LogTarget, {"address": "/dev/log", "sample": "1"}, "x.sample", "such as '1:4'"),
        (LogTarget, {"address": "/dev/log", "sample": "5:4"}, "x.sample", "such as '1:4'"),
        (LogTarget, {"address": "/dev/log", "sample": "2,1:4"}, "x.sample", "such as '1:4'"),
        (LogTarget, {"address": "/dev/log", "sample": "1-2,2:4"}, "x.sample", "such as '1:4'"),
        (LogTarget, {"address": "/dev/log", "sample": "3-2:4"}, "x.sample", "such as '1:4'"),
        (Ring, {"name": "r", "size": 1024, "maxlen": 1025}, "x.maxlen", "a greater 'size'"),
        (Ring, {"name": "r", "servers": [{"name": "s", "address": "::1"}]}, "x.servers[0].port", "TCP port"),
        (LogForward, {"name": "l"}, "x.dgram_binds", "write dgram_binds"),
        (Mailers, {"name": "m", "mailers": []}, "x.mailers", "at least one"),
    ],
)
def test_what_is_wrong_is_named(model: type[Model], data: dict[str, Any], path: str, hint: str) -> None:
    with pytest.raises(InvalidData) as caught:
        model.from_data(data, "x")
    assert caught.value.problems[0].path == path
    assert hint in caught.value.problems[0].hint


@pytest.mark.parametrize("sample", ["1:1", "1:4", "2-3:4", "1,3-4:4", "1-1,2:2"])
def test_samples_in_order_are_taken(sample: str) -> None:
    assert LogTarget.from_data({"address": "/dev/log", "sample": sample}).sample == sample


def test_a_format_is_a_ready_one_or_the_operators_own() -> None:
    assert log_format("json", "x") == "json"
    assert log_format("%ci %[src] $x # 'y'", "x") == "%ci %[src] $x # 'y'"
