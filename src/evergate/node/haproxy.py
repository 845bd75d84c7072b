"""HAProxy on this node, as a transaction needs it."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import haproxy_proof, haproxy_sockets, haproxy_states
from .files import File
from .haproxy_preflight import forsaken
from .haproxy_proof import Findings, Servers
from .haproxy_reload import reload
from .haproxy_sockets import Endpoint
from .haproxy_system import System
from .haproxy_text import Section, sections
from .least_touch import least_touch
from .runtime import NotIdle, RuntimeRefused
from .service import Refused
from .touch import Touch

_IDLE = 10.0  # s, for servers that leave to lose their last connection; then a reload lets them end in peace
_POLL = 0.1  # s
_LONGEST_STEADY = 5.0  # s
_RESOLUTION = 5.0  # s, for names to be resolved where nothing else is left
_PROBE = "frontend evergate_probe"
_NONLOCAL = re.compile(r"^net[./]ipv4[./]ip_nonlocal_bind *= *1", re.MULTILINE)  # sysctl.d(5)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a configuration promises: where HAProxy listens, for whom, and its servers by backend."""

    endpoints: Mapping[Endpoint, str]
    servers: Mapping[str, haproxy_proof.Wanted]

    @classmethod
    def of(cls, config: Sequence[Section]) -> _Wanted:
        return cls(haproxy_sockets.wanted(config), haproxy_proof.wanted(config))


@dataclass
class HAProxy:
    """The HAProxy of a node. `notes` collect what is worth telling of a change that went well."""

    system: System = field(default_factory=System)
    notes: list[str] = field(default_factory=list)
    name: str = "haproxy"

    def runs(self) -> bool:
        """Return whether its unit is active."""
        return self.system.runs()

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        """Check as the unit does, and that HAProxy could listen where it does not yet; raise Refused."""
        self.notes += [f"HAProxy warns: {words}" for words in self.system.check(wanted, root)]
        text = next((file.content for file in wanted if file.path == self.system.config), "")
        self._refuse_cage(sections(text))
        self._refuse_taken(sections(text), any(_NONLOCAL.search(file.content) for file in wanted))
        if self.runs():
            self._refuse_forsaken(sections(text))

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        """Return `nothing`, `runtime` or `reload`, and why."""
        touch = self._touch(before, after)
        return "nothing" if touch.kind == "none" else touch.kind, touch.reasons

    def state(self) -> Servers:
        """Return the states of its servers, and keep on disk what operators want of them; raise Refused."""
        try:
            states = self.system.runtime.ask("show servers state")
            servers = self.system.runtime.servers()
        except (OSError, RuntimeRefused) as error:
            self.notes.append(f"HAProxy did not tell what it served before: {error}")
            return {}
        try:
            haproxy_states.keep(self._sections(), states)
        except OSError as error:
            raise Refused(f"the servers' states cannot be kept: {error}") from error
        return servers

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        """Change the running HAProxy if that is enough and works; else reload it, or start it if it died."""
        touch = self._touch(before, after)
        if touch.kind == "none":
            return "nothing"
        if touch.kind == "runtime" and self._changed_running(touch):
            return "runtime"
        with suppress(OSError):
            self.system.runtime.prepare_reload(touch)
        with suppress(OSError):
            haproxy_states.put_back(self._sections())
        reload(self.system)
        return "reload"

    def prove(self, before: Servers, deadline: float) -> None:
        """Return when it listens where its configuration says, answers, and no server is missing.

        All has to hold for as long as a check takes to find out. Raises Refused with what does not.
        """
        config = self._sections()
        wanted = _Wanted.of(config)
        steady = min(haproxy_proof.slowest_check(config) + 2 * _POLL, _LONGEST_STEADY)
        started = since = self.system.clock()
        while True:
            found = self._found(before, wanted)
            now = self.system.clock()
            since = now if found.missing or found.unchecked else since
            if now - since >= steady:
                return
            patience = 0.0 if found.dead else min(_RESOLUTION, deadline) if found.nameless else deadline
            if found.missing and now - started >= patience:
                raise Refused("; ".join(found.missing))
            if found.unchecked and now - started >= deadline:
                late = ", ".join(found.unchecked)
                return self.notes.append(f"not checked again within {deadline:g} s: {late}")
            self.system.sleep(_POLL)

    def _found(self, before: Servers, wanted: _Wanted) -> Findings:
        try:
            listening, servers = self.system.listening(), self.system.runtime.servers()
        except (OSError, RuntimeRefused) as error:
            return Findings((f"HAProxy does not answer: {error}",), ())
        deaf = [
            f"HAProxy does not listen on {endpoint} ({head})"
            for endpoint, head in wanted.endpoints.items()
            if endpoint not in listening
        ]
        silent = [
            f"HAProxy does not answer with 200 on {endpoint} ({head})"
            for endpoint, head in wanted.endpoints.items()
            if head == _PROBE and not self.system.answers(endpoint)
        ]
        found = haproxy_proof.judge(before, servers, wanted.servers)
        return replace(found, missing=(*deaf, *silent, *found.missing))

    def _changed_running(self, touch: Touch) -> bool:
        """Return whether commands were enough."""
        if server := haproxy_states.returning(self._sections(), touch):
            self.notes.append(f"{server} comes back as an operator left it, which takes a reload")
            return False
        try:
            self.system.runtime.run(touch, _IDLE)
        except (RuntimeRefused, NotIdle, OSError) as error:
            self.notes.append(f"{error}: it was reloaded instead")
            return False
        return True

    def _refuse_cage(self, wanted: Sequence[Section]) -> None:
        """Refuse a place for `chroot` that is none: HAProxy would find out when the old worker is gone."""
        for line in (
            line for each in wanted if each.kind == "global" for line in [each.last("chroot")] if line
        ):
            if not self.system.is_directory(line.split()[1]):
                raise Refused(f"'{line}': there is no such directory")

    def _refuse_taken(self, wanted: Sequence[Section], nonlocal_: bool) -> None:
        """Refuse ports that are in use: the old worker would stop listening while the new one tries.

        `nonlocal_` is whether the kernel will have been told by then to bind addresses that are not here.
        """
        lines = [line.split() for section in wanted for line in section.lines]
        if any(words[0] == "noreuseport" for words in lines):
            return  # then HAProxy is in its own way
        own = set()
        with suppress(OSError):
            own = self.system.listening()
        ends = haproxy_sockets.wanted(wanted)
        nonlocal_ = nonlocal_ or not self.runs() or any("transparent" in words for words in lines)
        found = self.system.in_the_way([each for each in ends if each not in own])
        problems = [
            f"{ends[each]} cannot listen on {each}: {error.strerror}{self._by(each, error)}"
            for each, error in found.items()
            if not (nonlocal_ and error.errno == errno.EADDRNOTAVAIL)
        ]
        if problems:
            raise Refused("; ".join(problems))

    def _refuse_forsaken(self, wanted: Sequence[Section]) -> None:
        """Refuse to leave a backend without any server, which HAProxy itself would find out by failing."""
        with suppress(OSError, RuntimeRefused):
            servers = self.system.runtime.servers()
            if found := forsaken(self._sections(), wanted, servers, self.system.refusal):
                raise Refused("; ".join(found))

    def _by(self, endpoint: Endpoint, error: OSError) -> str:
        holder = self.system.holder(endpoint) if error.errno == errno.EADDRINUSE else ""
        return f", {holder} does" if holder else ""

    def _sections(self) -> tuple[Section, ...]:
        """Return the configuration on disk. Raises Refused."""
        try:
            return sections(self.system.configuration())
        except OSError as error:
            raise Refused(f"{self.system.config} cannot be read: {error.strerror}") from error

    def _touch(self, before: Sequence[File], after: Sequence[File]) -> Touch:
        old, new = ({file.path: file.content for file in files} for files in (before, after))
        return least_touch(old, new, self.system.config)
