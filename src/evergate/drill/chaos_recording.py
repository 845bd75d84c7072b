"""What a run of chaos left behind, read back: its plan, what became of it, what clients got, who had the VIP.

Times are seconds since the epoch unless a name says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from evergate.drill.evidence import SPLIT_SEEN
from evergate.drill.faults import Fault
from evergate.drill.judgement import fault_of
from evergate.drill.recording import Event, InvalidRecording, Run, Watching, read_events

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """One fault of the plan, and what became of it.

    number, title, where, host, at, seconds: as planned by `evergate.drill.chaos`. nodes: the hosts hit.
    begun, struck: when the first and the last of them was; None if it was not made. healed: when the healing
    of the last began, None if it never did. why: in words, why it was not made. failures: which commands that
    should have made or healed it did not, in words.
    """

    number: int
    fault: Fault
    title: str
    where: str
    host: str | None
    at: float
    seconds: float
    nodes: tuple[str, ...] = ()
    begun: float | None = None
    struck: float | None = None
    healed: float | None = None
    why: str = ""
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A host before or after: failed units, configuration files with their checksums, and the rest in words.

    unfit: what says that it is not fit to be active. holds: it has the VIP. left: what a fault left behind.
    """

    failed: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    unfit: tuple[str, ...] = ()
    holds: bool = False
    left: tuple[str, ...] = ()

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Self:
        """Return what the lines say, each of which begins with the word for its kind."""
        said: dict[str, list[str]] = {}
        for kind, _, text in (line.strip().partition(" ") for line in lines):
            said.setdefault(kind, []).append(text.strip())
        return cls(
            failed=frozenset(said.get("failed", ())),
            files=frozenset(said.get("file", ())),
            unfit=tuple(said.get("unfit", ())),
            holds="holds" in said,
            left=tuple(said.get("left", ())),
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """One run of chaos.

    seed, seconds: what it was made by, and for how long. kept_s: how long it takes until each kept connection
    has carried a request. splits: when each node told of another holder. before, after: the hosts by name;
    nodes: those that are load balancers.
    """

    seed: int
    seconds: float
    command: str
    kept_s: float
    nodes: tuple[str, ...]
    made: tuple[Made, ...]
    splits: tuple[Event, ...]
    new: Run
    keep_alive: Run
    watching: Watching
    before: dict[str, State]
    after: dict[str, State]

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Return the run recorded in the directory; raise InvalidRecording with the file's name."""
        plan = _read(directory / "plan.json", _object)
        before, after = (_read(directory / f"{when}.json", _states) for when in ("before", "after"))
        if before.keys() != after.keys():
            raise InvalidRecording(f"{directory / 'after.json'} has other hosts than before.json")
        events, notes = _read(directory / "events.jsonl", _by_number)
        skipped = {int(path.stem): path.read_text().strip() for path in directory.glob("faults/*.skipped")}
        try:
            return cls(
                seed=int(plan["seed"]),
                seconds=float(plan["seconds"]),
                command=str(plan["command"]),
                kept_s=float(plan["kept_s"]),
                nodes=tuple(map(str, plan["nodes"])),
                made=tuple(_made(each, events, skipped) for each in plan["events"]),
                splits=notes,
                new=_read(directory / "new.jsonl", Run.from_lines),
                keep_alive=_read(directory / "keep_alive.jsonl", Run.from_lines),
                watching=_read(directory / "watch.jsonl", Watching.from_lines),
                before=before,
                after=after,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidRecording(f"{directory / 'plan.json'} is not a plan of chaos: {error}") from error

    @property
    def started(self) -> float:
        """When all three observers were at work."""
        return max(self.new.started, self.keep_alive.started, self.watching.started)

    @property
    def ended(self) -> float:
        """When the first of the observers ended."""
        return min(self.new.ended, self.keep_alive.ended, self.watching.ended)


def _made(plan: Mapping[str, Any], events: Mapping[int, list[str]], skipped: Mapping[int, str]) -> Made:
    number = int(plan["number"])
    told = read_events(events.get(number, []))
    faults = [event for event in told if event.event == "fault"]
    healed = [event.at for event in told if event.event == "recovery"]
    return Made(
        number=number,
        fault=fault_of(str(plan["name"])),
        title=str(plan["title"]),
        where=str(plan["where"]),
        host=plan["host"] and str(plan["host"]),
        at=float(plan["at"]),
        seconds=float(plan["seconds"]),
        nodes=tuple(event.node for event in faults),
        begun=faults[0].at if faults else None,
        struck=faults[-1].at if faults else None,
        healed=healed[-1] if faults and len(healed) >= len(faults) else None,
        why=skipped.get(number, ""),
        failures=tuple(event.text for event in told if event.event == "failure"),
    )


def _by_number(lines: Iterable[str]) -> tuple[dict[int, list[str]], tuple[Event, ...]]:
    """Return the events' lines by the number of their fault, and what the nodes told of splits, each once."""
    found: dict[int, list[str]] = {}
    notes: list[str] = []
    for position, line in enumerate(lines, 1):
        try:
            number = json.loads(line).get("number")
        except (ValueError, AttributeError) as error:
            raise InvalidRecording(f"line {position} is not a JSON object: {line[:40]!r}") from error
        (notes if number is None else found.setdefault(int(number), [])).append(line)
    told = read_events(dict.fromkeys(notes))
    return found, tuple(event for event in told if event.text.startswith(SPLIT_SEEN))


def _states(lines: Iterable[str]) -> dict[str, State]:
    return {host: State.from_lines(said) for host, said in _object(lines).items()}


def _object(lines: Iterable[str]) -> dict[str, Any]:
    try:
        data = json.loads("\n".join(lines))
    except ValueError as error:
        raise InvalidRecording(f"this is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InvalidRecording("this is not a JSON object")
    return data


def _read(path: Path, parse: Callable[[Iterable[str]], T]) -> T:
    """Return what is parsed line by line: half an hour is more than a million of them."""
    try:
        with path.open(encoding="utf-8") as lines:
            return parse(lines)
    except (OSError, UnicodeDecodeError, InvalidRecording) as error:
        problem = error.strerror if isinstance(error, OSError) else error
        raise InvalidRecording(f"{path}: {problem}") from error
