"""A HAProxy that does what a test says, in the place of evergate.node's way into the system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evergate.node.files import File
from evergate.node.haproxy_master import Processes
from evergate.node.haproxy_sockets import Endpoint
from evergate.node.runtime import RuntimeRefused, ServerState
from evergate.node.touch import Touch

UP = ServerState("UP", "L7OK", 0, 1)


@dataclass
class Runtime:
    """A runtime API that remembers what it was told; `refusal` is why it does nothing at run time."""

    states: dict[tuple[str, str], ServerState] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    refusal: str = ""
    silent: bool = False

    def ask(self, command: str) -> str:
        if self.silent:
            raise ConnectionRefusedError("Connection refused")
        return "1\n# title\n"

    def servers(self) -> dict[tuple[str, str], ServerState]:
        self.ask("show stat")
        return dict(self.states)

    def run(self, touch: Touch, deadline: float) -> None:
        if self.refusal:
            raise RuntimeRefused(touch.commands[0].words, self.refusal)
        self.told += [command.words for command in touch.commands]

    def prepare_reload(self, touch: Touch) -> None:
        self.told += [command.words for command in touch.before_reload]


@dataclass
class Master:
    """A master with what its last reload said."""

    said: str = ""
    former: list[int | None] = field(default_factory=list)  # workers at each question, None for no answer

    def startup_logs(self) -> str:
        return self.said

    def leaving(self) -> int:
        left = self.former.pop(0) if self.former else 0
        if left is None:
            raise ConnectionRefusedError("Connection refused")
        return left


@dataclass
class System:
    """A node; each second that is waited for it ages by one, and `later` happens after so many."""

    text: str = ""
    config: str = "/etc/haproxy/haproxy.cfg"
    active: bool = True
    runtime: Runtime = field(default_factory=Runtime)
    master: Master = field(default_factory=Master)
    listens: set[Endpoint] = field(default_factory=set)
    taken: dict[Endpoint, OSError] = field(default_factory=dict)
    reload: Callable[[], str | None] = lambda: None
    now_processes: Processes | None = field(default_factory=lambda: Processes(0, 0, 100))
    now_worker: int | None = 100
    probe: bool = True
    log: str = ""
    directories: tuple[str, ...] = ("/var/lib/haproxy",)
    reachable: bool = True
    checked: Callable[[], list[str]] = list
    later: dict[float, Callable[[], None]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    time: float = 0.0

    def runs(self) -> bool:
        return self.active

    def systemctl(self, verb: str) -> str | None:
        self.done.append(verb)
        return self.reload()

    def journal(self, since: float) -> str:
        return self.log

    def check(self, wanted: Sequence[File], root: Path) -> list[str]:
        return self.checked()

    def configuration(self) -> str:
        return self.text

    def is_directory(self, path: str) -> bool:
        return path in self.directories

    def processes(self) -> Processes | None:
        return self.now_processes

    def worker(self) -> int | None:
        return self.now_worker

    def listening(self) -> set[Endpoint]:
        return self.listens

    def in_the_way(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, OSError]:
        return {each: self.taken[each] for each in endpoints if each in self.taken}

    def holder(self, endpoint: Endpoint) -> str:
        return "nginx (process 812)"

    def answers(self, endpoint: Endpoint) -> bool:
        return self.probe

    def refusal(self, address: str, port: int) -> str:
        return "" if self.reachable else "Connection refused"

    def now(self) -> float:
        return self.time

    def clock(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        for moment in [each for each in self.later if each <= self.time]:
            self.later.pop(moment)()
