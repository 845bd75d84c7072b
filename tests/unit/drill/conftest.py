"""A realistic recording of a drill, made by a seeded generator: what the tests of the report read."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from evergate.drill.faults import FAULTS

STARTED = 1_790_000_000.0  # epoch seconds
REFUSING = ("haproxy_killed", "haproxy_worker_killed", "haproxy_master_killed")


@dataclass(frozen=True, slots=True)
class Scene:
    """One round as it might have been; seconds count from the start of the recording, rates per second.

    back: how long after the fault an app server answers again; slow_start: less than the others at first.
    unavailable, unavailable_ms: status of the answers without any app server, and what one takes.
    split_seen: how long after the fault a node tells of a split; settled: how long a split outlasts it.
    poor: the share of requests that a poor line makes late.
    """

    fault: str = "haproxy_killed"
    round: int = 1
    node: str = "lb1"
    other: str = "lb2"
    outage: float = 0.18
    unheld: float = 0.12
    failing_servers: bool = False
    back: float = 2.0
    slow_start: bool = True
    unavailable: int = 503
    unavailable_ms: float = 2.0
    split_seen: float | None = 0.4
    settled: float = 0.3
    poor: float = 0.03
    split_samples: int = 0
    seconds: float = 12.0
    fault_at: float = 4.0
    recovery_at: float = 8.0
    rate: float = 500.0
    started: float = STARTED

    def but(self, **changes: Any) -> Scene:
        return replace(self, **changes)

    @property
    def moves(self) -> bool:
        return FAULTS[self.fault].promise.vip != "stays" and self.fault != "split_brain"

    @property
    def is_server(self) -> bool:
        return self.fault.startswith("app_server_")

    def write(self, directory: Path) -> Path:
        """Write the four recordings into a directory of the fault's name and the round; return it."""
        place = directory / self.fault / str(self.round)
        place.mkdir(parents=True, exist_ok=True)
        chance = random.Random(f"{self.fault}{self.outage}{self.round}")
        contents = {
            "events": self.events(),
            "new": self.requests(chance, "new", self.rate),
            "keep_alive": self.requests(chance, "keep-alive", self.rate * 0.4),
            "watch": self.watch(),
        }
        for name, records in contents.items():
            (place / f"{name}.jsonl").write_text(lines(records), encoding="utf-8")
        return place

    def events(self) -> list[dict[str, Any]]:
        what = [(self.fault_at - 0.5, "note", self.node, f"{self.node} is about to be hit")]
        for node in (self.node, self.other) if self.fault == "split_brain" else (self.node,):
            what.append((self.fault_at, "fault", node, f"{self.fault.replace('_', ' ')} on {node}"))
            what.append((self.recovery_at, "recovery", node, f"{node} is back"))
            if self.fault == "split_brain" and self.split_seen is not None:
                what.append((self.fault_at + self.split_seen, "note", node, "split seen: two holders"))
        return [
            {"at": self.started + at, "event": event, "node": node, "text": text}
            for at, event, node, text in what
        ]

    def requests(self, chance: random.Random, mode: str, rate: float) -> list[dict[str, Any]]:
        count = round(rate * self.seconds)
        body = [self._request(chance, number / rate) for number in range(count)]
        chance.shuffle(body)
        head = {"prober": 1, "url": "http://203.0.113.10/", "rate": rate, "mode": mode, "deadline": 1.0}
        ended = max(request["at"] + request["ms"] / 1000 for request in body)
        return [
            {**head, "slow": 0.5, "started": self.started},
            *body,
            {"ended": ended, "requests": count},
        ]

    def _request(self, chance: random.Random, due: float) -> dict[str, Any]:
        ms, outcome = chance.lognormvariate(0.7, 0.35), "ok"
        into = due - self.fault_at
        servers = ["app1", "app2", "app3"]
        if self.moves and 0 <= into < self.outage:
            outcome = "refused" if self.fault in REFUSING else "timeout"
            ms = 1000 + chance.random() if outcome == "timeout" else chance.lognormvariate(-0.8, 0.2)
        if self.is_server and 0 <= into < self.back:
            servers.remove(self.node)
            if into < self.outage:
                ms += 100 * chance.random()
                outcome = "closed" if self.failing_servers and chance.random() < 0.2 else "ok"
        hit = self.fault_at <= due < self.recovery_at
        if hit and FAULTS[self.fault].promise.felt_ms and chance.random() < self.poor:
            ms += 200  # a lost packet sent again
        if self.moves and 0 <= into - self.outage < 0.05 and chance.random() < 0.1:
            ms += 600  # a lost packet sent again
        if self.is_server and self.slow_start and 0 <= into - self.back < 1.0 and chance.random() < 0.8:
            servers.remove(self.node)
        status: int | None = 200
        if self.fault == "app_servers_gone" and self.fault_at <= due < self.recovery_at + 0.4:
            ms, outcome, status = self.unavailable_ms, "status", self.unavailable
        server = chance.choice(servers) if outcome == "ok" else None
        late = round(chance.expovariate(8), 3)
        status = status if outcome in ("ok", "status") else None
        what = {"outcome": outcome, "status": status, "server": server}
        return {"at": round(self.started + due, 6), "ms": round(ms, 3), **what, "late_ms": late}

    @property
    def split_seconds(self) -> float:
        return self.recovery_at + self.settled - self.fault_at

    def watch(self) -> list[dict[str, Any]]:
        interval = 0.02
        count = round((self.seconds + 0.1) / interval)
        body = [
            {"at": round(self.started + number * interval, 6), "holders": self._holders(number * interval)}
            for number in range(count)
        ]
        nodes = {self.node: "02:00:00:00:00:01", self.other: "02:00:00:00:00:02"}
        about = {"vip": "203.0.113.10", "interval": interval, "nodes": nodes}
        head = {"watcher": 1, **about, "started": self.started}
        return [head, *body, {"ended": self.started + count * interval, "samples": count}]

    def _holders(self, at: float) -> list[str]:
        if self.fault == "split_brain" and 0.3 <= at - self.fault_at < self.split_seconds:
            return [self.node, self.other]
        if not self.moves:
            return ["lb1"]
        if 0 <= at - self.recovery_at < 0.02 * self.split_samples - 1e-6:
            return [self.node, self.other]
        if at < self.fault_at:
            return [self.node]
        return [] if at < self.fault_at + self.unheld else [self.other]


def lines(records: list[dict[str, Any]]) -> str:
    """Return the records as JSON lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def scene() -> Scene:
    """A drill in which every promise was kept."""
    return Scene()


@pytest.fixture
def as_lines() -> Callable[[list[dict[str, Any]]], str]:
    return lines
