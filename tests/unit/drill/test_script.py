"""A fault's script, in a real shell."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.faults import FAULTS
from evergate.drill.script import script
from evergate.errors import InvalidData

PLACES: dict[str, Any] = {
    "node": "lb1",
    "interface": "svc0",
    "vip": "203.0.113.10",
    "peers": ["203.0.113.12", "203.0.113.13"],
    "app_service": "shop",
    "app_port": 8080,
    "seconds": 1,
    "log": "/run/drill/events.jsonl",
}
OWN = {fault.name: {"inflict": "true NODE", "heal": "true"} for fault in FAULTS.values() if not fault.inflict}


def made_of(inflict: str, heal: str, tmp_path: Path, **places: Any) -> str:
    own = {"node_frozen": {"inflict": inflict, "heal": heal, "text": 'it\'s "cold" & 100 %s'}}
    return script("node_frozen", own, PLACES | {"log": f"{tmp_path}/events.jsonl"} | places)


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh"], input=text, capture_output=True, text=True, check=False)


def events(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]


def told(tmp_path: Path) -> list[str]:
    """Return what is told of commands that failed."""
    failures = [event for event in events(tmp_path) if event["event"] == "failure"]
    assert {event["node"] for event in failures} <= {"lb1"}
    return [event["text"].removeprefix("lb1: ") for event in failures]


def refused(name: object = "haproxy_killed", **places: Any) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        script(name, {}, PLACES | places)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", list(FAULTS))
def test_every_fault_is_a_script_without_a_placeholder_left(name: str) -> None:
    text = script(name, OWN, PLACES)
    assert subprocess.run(["/bin/sh", "-n"], input=text, text=True, check=False).returncode == 0
    assert not [word for word in ("NODE", "INTERFACE", "PEERS", "APP_PORT", "SECONDS") if word in text]


def test_it_inflicts_waits_and_heals_and_notes_both(tmp_path: Path) -> None:
    began = time.time()
    done = run(made_of(f"echo NODE > {tmp_path}/hit", f"rm {tmp_path}/hit", tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    fault, recovery = events(tmp_path)
    assert (fault["event"], fault["node"], fault["text"]) == ("fault", "lb1", 'lb1: it\'s "cold" & 100 %s')
    assert (recovery["event"], recovery["text"]) == ("recovery", "lb1: well again")
    assert began <= fault["at"] < recovery["at"] - 1 < began + 5
    assert not (tmp_path / "hit").exists()


def test_the_log_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("old\n")
    run(made_of("true", "true", tmp_path))
    assert len(events(tmp_path)) == 2


@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_heals_at_once_and_once(sign: signal.Signals, tmp_path: Path) -> None:
    text = made_of(f"touch {tmp_path}/hit", f"echo healed >> {tmp_path}/heals", tmp_path, seconds=60)
    # A shell in the background ignores SIGINT, unless it is told otherwise before it begins.
    with subprocess.Popen(
        ["/bin/sh", "-c", text], preexec_fn=lambda: signal.signal(sign, signal.SIG_DFL)
    ) as shell:
        while not (tmp_path / "hit").exists():
            time.sleep(0.01)
        shell.send_signal(sign)
        assert shell.wait(5) == 1
    assert (tmp_path / "heals").read_text() == "healed\n"
    assert [event["event"] for event in events(tmp_path)] == ["fault", "recovery"]


def test_a_fault_that_cannot_be_made_is_healed_at_once_and_told(tmp_path: Path) -> None:
    began = time.time()
    done = run(made_of("false", f"touch {tmp_path}/healed\nfalse", tmp_path, seconds=60))
    assert done.returncode == 1
    assert (tmp_path / "healed").exists()
    assert time.time() < began + 30
    assert told(tmp_path) == ["the fault was not made: a command failed"]


def test_a_healing_command_that_fails_stops_no_other_and_is_told(tmp_path: Path) -> None:
    assert run(made_of("true", f"false\ntouch {tmp_path}/healed\nfalse", tmp_path)).returncode == 1
    assert (tmp_path / "healed").exists()
    assert [event["event"] for event in events(tmp_path)] == ["fault", "recovery", "failure"]
    assert told(tmp_path) == ["the fault was not healed: a command failed"]


def test_what_was_found_when_it_was_made_is_known_when_it_is_healed(tmp_path: Path) -> None:
    run(made_of("before=7", f'echo "$before" > {tmp_path}/found', tmp_path))
    assert (tmp_path / "found").read_text() == "7\n"


def test_a_clock_set_right_tells_when_the_recovery_began(tmp_path: Path) -> None:
    run(made_of("true", "at=12.5", tmp_path))
    assert events(tmp_path)[1]["at"] == 12.5


def test_a_fault_that_fills_its_time_is_not_waited_for() -> None:
    assert "sleep 1 >" not in script("cpu_starved", {}, PLACES)
    assert "sleep 1 >" in script("haproxy_killed", {}, PLACES)


def test_what_a_fault_does_not_need_may_be_empty() -> None:
    places = {"node": "lb1", "seconds": 4, "log": "/run/x", "app_service": "", "peers": []}
    assert "systemctl kill" in script("haproxy_killed", {}, places)


def test_what_a_fault_needs_may_not_be_empty() -> None:
    assert refused("app_server_killed", app_service="") == ["places.app_service: is empty"]
    assert refused("split_brain", peers=[]) == ["places.peers: is empty"]
    assert refused(node=None) == ["places.node: is missing"]


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("haproxy_killed", {"node": "lb1; reboot"}),
        ("haproxy_killed", {"node": "$(reboot)"}),
        ("haproxy_killed", {"log": "/run/a b"}),
        ("haproxy_killed", {"log": "relative"}),
        ("haproxy_killed", {"seconds": "4; reboot"}),
        ("haproxy_killed", {"seconds": 0}),
        ("node_cut_off", {"interface": "eth0 "}),
        ("split_brain", {"peers": ["203.0.113.12 x"]}),
        ("split_brain", {"peers": "203.0.113.12"}),
        ("app_server_killed", {"app_service": "shop'"}),
        ("app_server_refusing", {"app_port": "80a"}),
    ],
)
def test_a_place_that_is_not_plain_is_refused(name: str, places: dict[str, Any]) -> None:
    (problem,) = refused(name, **places)
    assert problem.startswith(f"places.{next(iter(places))}")


def test_a_misspelt_place_is_refused() -> None:
    assert refused(nodes="lb1") == ["places.nodes: is not known here"]


def test_an_unknown_fault_is_refused() -> None:
    assert refused("haproxy_ate") == ["drill_script: 'haproxy_ate' is not a fault"]


def test_a_fault_without_commands_is_refused() -> None:
    assert "can't be made from inside a machine" in refused("node_frozen")[0]
