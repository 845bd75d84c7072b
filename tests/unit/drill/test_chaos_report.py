"""A run of chaos as files, from which the report is made; and what becomes of files that are not whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.__main__ import main

START = 1_790_000_000.0
MACS = {"02:00:00:00:00:01": "lb1", "02:00:00:00:00:02": "lb2"}


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def event(number: int, at: float, kind: str, node: str) -> dict[str, Any]:
    return {"number": number, "at": START + at, "event": kind, "node": node, "text": f"{node}: {kind}"}


def planned(number: int, name: str, where: str, host: str | None, at: float) -> dict[str, Any]:
    about = {"number": number, "name": name, "title": name, "where": where, "host": host}
    return about | {"at": at, "seconds": 3, "lasts": "fault", "own": {}}


def run(mode: str, failing: tuple[float, float]) -> str:
    body = [
        {"at": START + at / 100, "ms": 1.0, "outcome": "ok", "status": 200, "server": "app1", "late_ms": 0.0}
        for at in range(3000)
    ]
    for request in body:
        if failing[0] <= request["at"] - START < failing[1]:
            request |= {"outcome": "refused", "status": None, "server": None}
    head = {"prober": 1, "url": "http://vip/", "mode": mode, "rate": 100, "deadline": 1, "slow": 0.5}
    return lines({**head, "started": START}, *body, {"ended": START + 30, "requests": len(body)})


def watch() -> str:
    body = [
        {"at": START + at / 50, "holders": ["lb1"] if at < 500 else ["lb2"] if at >= 504 else []}
        for at in range(1500)
    ]
    head = {"watcher": 1, "vip": "203.0.113.10", "interval": 0.02, "nodes": {v: k for k, v in MACS.items()}}
    return lines({**head, "started": START}, *body, {"ended": START + 30, "samples": len(body)})


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A run in which HAProxy was killed beside an app server, and every promise was kept."""
    plan = {
        "seed": 7,
        "seconds": 60,
        "command": "ansible-playbook playbooks/chaos.yml -e drill_chaos_seed=7",
        "kept_s": 0.2,
        "nodes": ["lb1", "lb2"],
        "events": [
            planned(1, "haproxy_killed", "active", None, 9.5),
            planned(2, "app_server_hung", "app_server", "app2", 11),
        ],
    }
    events = [
        event(2, 12, "fault", "app2"),
        event(2, 15, "recovery", "app2"),
        event(1, 10, "fault", "lb1"),
        event(1, 13, "recovery", "lb1"),
    ]
    note = {"at": START + 1, "event": "note", "node": "lb1", "text": "split seen: two"}
    state = ["file 1a  /etc/haproxy/haproxy.cfg"]
    before = {"lb1": [*state, "holds 3: eth0 inet 203.0.113.10/24"], "lb2": state, "app2": []}
    after = {"lb1": state, "lb2": before["lb1"], "app2": []}
    files = {
        "plan.json": json.dumps(plan, indent=2),
        "events.jsonl": lines(*events, note, note),
        "new.jsonl": run("new", (9.995, 10.055)),
        "keep_alive.jsonl": run("keep-alive", (9.995, 10.055)),
        "watch.jsonl": watch(),
        "before.json": json.dumps(before, indent=2),
        "after.json": json.dumps(after, indent=2),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def edited(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_what_a_host_tells_of_a_fault_that_failed_is_a_violation(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (recorded / "events.jsonl").open("a") as events:
        events.write(lines(event(2, 15, "failure", "app2")))
    assert main(["chaos", str(recorded)]) == 1
    assert "app_server_hung: app2: failure" in capsys.readouterr().out


def test_a_run_that_kept_every_promise_exits_with_0(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chaos", str(recorded)]) == 0
    heading, first, second, _, told, _, again = capsys.readouterr().out.splitlines()
    assert heading.split("  ")[-5:] == ["outage ms", "failed", "unheld ms", "two ms", "moves"]
    assert first.split() == ["1", "00:10", "haproxy_killed", "lb1", "3.0", "70", "12", "80", "0", "1"]
    assert second.split()[:5] == ["2", "00:12", "app_server_hung", "app2", "3.0"]
    assert told == "Seed 7: 2 faults in 00:30 minutes, 6000 requests, 12 failed, no violations"
    assert again == "The same again: ansible-playbook playbooks/chaos.yml -e drill_chaos_seed=7"


def test_a_violation_exits_with_1_and_says_when(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / "keep_alive.jsonl").write_text(run("keep-alive", (19.995, 20.015)))
    assert main(["chaos", str(recorded)]) == 1
    out = capsys.readouterr().out
    assert "failed, 1 violation\n  00:20  2 requests (2 refused) failed, 8.0 s after" in out


def test_the_json_report_holds_the_faults_and_the_violations(recorded: Path) -> None:
    edited(recorded / "after.json", "file 1a", "file 2b")
    assert main(["chaos", str(recorded), "--tolerance", "2", "--profile", "fast", "--preempt"]) == 1
    data = json.loads((recorded / "chaos.json").read_text())
    assert (data["seed"], data["tolerance"], data["profile"], data["kept"]) == (7, 2, "fast", False)
    assert data["violations"] == [
        {"at": 30.0, "text": f"{node}: /etc/haproxy/haproxy.cfg has changed"} for node in ("lb1", "lb2")
    ]
    assert data["requests"]["new"] == {"rate": 100, "all": 3000, "failed": 6}
    fault = data["faults"][0]
    assert (fault["fault"], fault["hosts"], fault["begun"], fault["healed"]) == (
        "haproxy_killed",
        ["lb1"],
        10.0,
        13.0,
    )


def test_a_fault_that_was_not_made_says_why(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / "events.jsonl").write_text(
        lines(event(2, 12, "fault", "app2"), event(2, 15, "recovery", "app2"))
    )
    (recorded / "faults").mkdir()
    (recorded / "faults" / "1.skipped").write_text("haproxy does not run\n")
    assert main(["chaos", str(recorded)]) == 1
    assert "haproxy_killed was not made: haproxy does not run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("new.jsonl", '"ended"', '"en', "new.jsonl: line 3002 is not JSON"),
        (
            "watch.jsonl",
            '"samples": 1500',
            '"samples": 1499',
            "watch.jsonl: line 1502: 1499 samples were recorded",
        ),
        (
            "events.jsonl",
            '"event": "fault"',
            '"event": "what"',
            "should be one of fault, recovery, failure, note",
        ),
        ("events.jsonl", '{"number": 1', "[", "events.jsonl: line 3 is not a JSON object"),
        ("plan.json", '"seed"', '"sed"', "plan.json is not a plan of chaos"),
        ("plan.json", "{", "[", "plan.json: this is not JSON"),
        ("plan.json", "haproxy_killed", "haproxy_kiled", "did you mean haproxy_killed?"),
        ("after.json", '"lb2"', '"lb3"', "after.json has other hosts than before.json"),
    ],
)
def test_files_that_are_not_whole_exit_with_2(
    name: str, old: str, new: str, problem: str, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(recorded / name, old, new)
    assert main(["chaos", str(recorded)]) == 2
    assert problem in capsys.readouterr().err.replace("'", "")
    assert not (recorded / "chaos.json").exists()


def test_a_missing_file_exits_with_2(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / "watch.jsonl").unlink()
    assert main(["chaos", str(recorded)]) == 2
    assert "watch.jsonl: No such file or directory" in capsys.readouterr().err
