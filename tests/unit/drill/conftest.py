"""A realistic recording of a drill, made by a seeded generator: what the tests of the report read."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

STARTED = 1_790_000_000.0  # epoch seconds
KIND = {
    "haproxy_killed": "refused",
    "haproxy_hung": "timeout",
    "node_frozen": "timeout",
    "node_cut_off": "timeout",
    "app_server_killed": "closed",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One drill as it might have been; seconds count from the start of the recording, rates per second."""

    fault: str = "haproxy_killed"
    node: str = "lb1"
    other: str = "lb2"
    outage: float = 0.18
    unheld: float = 0.12
    failing_servers: bool = False
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
        return self.fault != "app_server_killed"

    def write(self, directory: Path) -> Path:
        """Write the four recordings into a directory of the fault's name; return it."""
        place = directory / self.fault
        place.mkdir(parents=True, exist_ok=True)
        chance = random.Random(f"{self.fault}{self.outage}")
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
        what = (
            (self.fault_at - 0.5, "note", f"{self.node} is about to be hit"),
            (self.fault_at, "fault", f"{self.fault.replace('_', ' ')} on {self.node}"),
            (self.recovery_at, "recovery", f"{self.node} is back"),
        )
        return [
            {"at": self.started + at, "event": event, "node": self.node, "text": text}
            for at, event, text in what
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
            outcome = KIND[self.fault]
            ms = 1000 + chance.random() if outcome == "timeout" else chance.lognormvariate(-0.8, 0.2)
        if not self.moves and 0 <= into < 2.0:
            servers.remove(self.node)
            if into < self.outage:
                ms += 100 * chance.random()
                outcome = "closed" if self.failing_servers and chance.random() < 0.2 else "ok"
        if self.moves and 0 <= into - self.outage < 0.05 and chance.random() < 0.1:
            ms += 600  # a lost packet sent again
        server = chance.choice(servers) if outcome == "ok" else None
        late = round(chance.expovariate(8), 3)
        what = {"outcome": outcome, "status": 200 if outcome == "ok" else None, "server": server}
        return {"at": round(self.started + due, 6), "ms": round(ms, 3), **what, "late_ms": late}

    def watch(self) -> list[dict[str, Any]]:
        interval = 0.02
        count = round((self.seconds + 0.1) / interval)
        body = [
            {"at": round(self.started + number * interval, 6), "holders": self._holders(number * interval)}
            for number in range(count)
        ]
        head = {"watcher": 1, "vip": "203.0.113.10", "interval": interval, "started": self.started}
        return [head, *body, {"ended": self.started + count * interval, "samples": count}]

    def _holders(self, at: float) -> list[str]:
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
