"""keepalived on this node, as a transaction needs it.

keepalived itself tells the states of its instances, in JSON, on a signal that Debian's 2.2 and 2.3 know: the
addresses alone do not tell FAULT from BACKUP, the journal drops lines on a busy node, and nothing else tells
that a reload was taken. It may be wrong about its addresses, so the kernel is asked for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import keepalived_proof
from .files import File
from .keepalived_instance import instances
from .keepalived_plan import CONFIG, Here, Plan, plan
from .keepalived_proof import Expected
from .keepalived_system import System
from .keepalived_text import Block, parsed
from .keepalived_told import Standing
from .service import Refused

_POLL = 0.4  # s
_LEAST_STEADY, _LONGEST_STEADY = 1.0, 8.0  # s, in which all has to stay as it should be
_LONGEST_PATIENCE = 10.0  # s: what is not in order by then may be an outage


@dataclass(frozen=True, slots=True)
class State:
    """What was before a change: instances and addresses, and what keepalived has said of the files in use."""

    standing: Standing
    said: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Applied:
    """The change that is to be proved: since when, what may move, who was active, and the process of VRRP."""

    since: float
    moving: frozenset[str]
    holding: frozenset[str]
    vrrp: int | None  # None if a new one is expected


@dataclass
class Keepalived:
    """The keepalived of a node. `notes` collect what is worth telling of a change that went well."""

    system: System = field(default_factory=System)
    notes: list[str] = field(default_factory=list)
    name: str = "keepalived"
    _applied: _Applied | None = None

    def runs(self) -> bool:
        """Return whether its unit is active."""
        return self.system.runs()

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        """Have keepalived check its configuration, and nft the rules of the second chance; raise Refused."""
        self.notes += [f"keepalived says: {words}" for words in self.system.check(wanted, root)]

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        """Return `nothing`, `reload` or `restart`, and why, and which VIPs would move."""
        found = self._plan(before, after)
        return found.kind, found.reasons

    def state(self) -> State:
        """Return who is active here, and where the VIPs are; raise Refused if keepalived does not tell."""
        return State(self._standing(), tuple(keepalived_proof.latest(self.system.journal())))

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        """Reload it, or restart it if that is not enough or it died; return which."""
        found = self._plan(before, after)
        try:
            holding = self._standing().masters()
        except Refused:  # it died of the change that is taken back
            holding = frozenset()
        since, vrrp = self.system.now(), self.system.vrrp()
        kind: str = found.kind
        if kind == "reload" and (words := self.system.systemctl("reload")):
            self.notes.append(f"keepalived could not be reloaded and was started anew: {words}")
            kind = "restart"
        if kind == "restart" and (words := self.system.systemctl("restart")):
            raise Refused(self._last_words(since, words))
        names = {each.name for files in (before, after) for each in instances(_config(files))}
        moving = frozenset(names) if kind == "restart" else found.moving
        self._applied = _Applied(since, moving, holding, None if kind == "restart" else vrrp)
        return kind

    def was_restarted(self, since: float) -> None:
        """Take note for the proof that somebody else has restarted it since a time of the journal."""
        names = frozenset(each.name for each in instances(self._on_disk()))
        self._applied = _Applied(since, names, frozenset(), None)

    def prove(self, before: State, deadline: float) -> None:
        """Return when all instances are as they were, but for what the change says, and stay so for a while.

        Raises Refused: at once if keepalived died or gave something up, else with what is not in order.
        """
        applied = self._applied or self._untouched(before)
        config = self._on_disk()
        wanted = instances(config) if config.is_plain() else None
        steady = _steady(config)
        started = since = self.system.clock()
        while True:
            said = self._refuse_giving_up(before, applied)
            expected = Expected(wanted, applied.moving, applied.holding, said)
            missing = self._missing(before, expected)
            now = self.system.clock()
            since = now if missing else since
            if now - since >= steady:
                return self._tell_moves(before)
            if missing and now - started >= min(deadline, _LONGEST_PATIENCE):
                raise Refused("; ".join(missing))
            self.system.sleep(_POLL)

    def _missing(self, before: State, expected: Expected) -> list[str]:
        try:
            return keepalived_proof.missing(before.standing, self._standing(), expected)
        except Refused as silent:
            return [silent.words]

    def _refuse_giving_up(self, before: State, applied: _Applied) -> list[str]:
        said = self.system.journal(applied.since)
        if found := keepalived_proof.complaints(said, before.said):
            raise Refused("; ".join(found))
        if applied.vrrp is not None and self.system.vrrp() != applied.vrrp:
            raise Refused(self._last_words(applied.since, "keepalived's VRRP process ended"))
        return said

    def _tell_moves(self, before: State) -> None:
        """Note which VIPs are not here any more."""
        gone = keepalived_proof.left(before.standing, self._standing())
        self.notes += [f"what was the VIP of {name} is not on this node any more" for name in gone]

    def _untouched(self, before: State) -> _Applied:
        return _Applied(self.system.now(), frozenset(), before.standing.masters(), self.system.vrrp())

    def _last_words(self, since: float, words: str) -> str:
        said = keepalived_proof.complaints(self.system.journal(since))
        return "; ".join([words, *said])

    def _standing(self) -> Standing:
        return Standing(self.system.told(), self.system.addresses())

    def _on_disk(self) -> Block:
        """Return the configuration on disk. Raises Refused."""
        try:
            return parsed(self.system.configuration())
        except OSError as error:
            raise Refused(f"{self.system.config} cannot be read: {error.strerror}") from error

    def _plan(self, before: Sequence[File], after: Sequence[File]) -> Plan:
        old, new = ({file.path: file.content for file in files} for files in (before, after))
        node = _config(after).block("global_defs").value("router_id") or "this node"
        addresses = frozenset(address for _, address in self.system.addresses())
        return plan(old, new, Here(addresses, node, self.system.release()))


def _config(files: Sequence[File]) -> Block:
    return parsed(next((file.content for file in files if file.path == CONFIG), ""))


def _steady(config: Block) -> float:
    """Return how long an instance takes at most to find out that it is alone, in seconds."""
    longest = max(((each.missed + 1) * each.advert_int for each in instances(config)), default=0.0)
    return min(_LEAST_STEADY + longest, _LONGEST_STEADY)
