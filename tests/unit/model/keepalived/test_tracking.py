from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate.model.keepalived.tracking import Bfd, Process, Script, TrackFile

Told = Callable[..., list[tuple[str, str, str]]]

GOOD: dict[type[Script | Process | Bfd | TrackFile], dict[str, object]] = {
    Script: {"name": "a", "script": "/usr/bin/true x", "interval": 2},
    Process: {"name": "a", "process": "haproxy"},
    Bfd: {"name": "a", "neighbor_ip": "203.0.113.1"},
    TrackFile: {"name": "a", "path": "/run/a"},
}


@pytest.mark.parametrize("model", GOOD)
@pytest.mark.parametrize("weight", [-20, 5, "5", True])
def test_a_weight_is_refused_with_the_reason(told: Told, model: type[Script], weight: object) -> None:
    ((path, problem, hint),) = told(model.from_data, {**GOOD[model], "weight": weight}, "x")
    assert path == "x.weight"
    assert problem.endswith("is a weight, and a failure must mean FAULT")
    assert "keeps the VIPs on a broken node" in hint


@pytest.mark.parametrize("model", GOOD)
def test_no_weight_is_a_weight_of_0(model: type[Script]) -> None:
    assert model.from_data({**GOOD[model], "weight": 0}, "x") == model.from_data(GOOD[model], "x")


@pytest.mark.parametrize(
    ("model", "changed", "key", "problem", "hint"),
    [
        (Script, {"script": "true"}, "script", "'true' is not a command with an absolute path", "write"),
        (Script, {"script": '/bin/a "b"'}, "script", "'/bin/a \"b\"' is not a command", "write"),
        (Script, {"script": "/bin/a $B"}, "script", "'/bin/a $B' is not a command", "write"),
        (Script, {"interval": True}, "interval", "'true' is not a number of seconds", "write seconds"),
        (Script, {"interval": 0}, "interval", "'0' is not between 0.01 and 4294", "write seconds"),
        (Script, {"interval": 0.0001}, "interval", "'0.0001' is not a number", "write seconds"),
        (Script, {"timeout": 3}, "timeout", "is longer than the interval of 2 seconds", "write at most 2"),
        (Script, {"user": "Root; rm"}, "user", "'Root; rm' is not a user", "write a user's name"),
        (Process, {"process": "a {"}, "process", "'a {' is not a process", "write its name"),
        (Process, {"quorum": 2, "quorum_max": 1}, "quorum_max", "'1' is less than quorum", "write 2 or more"),
        (Bfd, {"multihop": True}, "max_hops", "is needed beside multihop", "write max_hops"),
        (
            Bfd,
            {"source_ip": "2001:db8::1"},
            "source_ip",
            "'2001:db8::1' is of another family",
            "write an IPv4",
        ),
        (Bfd, {"neighbor_ip": "gw"}, "neighbor_ip", "'gw' is not an IP address", "write an address"),
        (TrackFile, {"path": "/a b"}, "path", "'/a b' is not an absolute path", "write a path"),
    ],
)
def test_what_cannot_be_tracked_is_refused(
    told: Told, model: type[Script], changed: dict[str, object], key: str, problem: str, hint: str
) -> None:
    found = told(model.from_data, {**GOOD[model], **changed}, "x")[0]
    assert found[0] == f"x.{key}"
    assert found[1].startswith(problem)
    assert found[2].startswith(hint)
