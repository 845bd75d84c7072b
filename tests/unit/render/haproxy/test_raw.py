from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy.raw import sections


def test_raw_sections_stand_as_they_are_written() -> None:
    raw = [{"header": "program agent", "lines": ["command /usr/bin/agent", "user nobody"]}]
    assert sections(HaproxyConfig.from_data({"sections": raw})) == [
        ["program agent", "command /usr/bin/agent", "user nobody"]
    ]
