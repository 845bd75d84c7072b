"""keepalived as a transaction needs it, with a keepalived that only answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from vrrp_pair import BOTH, CONFIG, SHOP, TEXT, data, edited, json_of

from evergate.node.files import File
from evergate.node.keepalived import Keepalived
from evergate.node.keepalived_system import System
from evergate.node.keepalived_told import Place, Told, told
from evergate.node.service import Refused

PLACE: Place = ("eth1", SHOP)
BACKUP, MASTER, FAULT = 1, 2, 3
OTHER_ID = edited("router_id 100", "router_id 7")
VMAC = edited("nopreempt", "use_vmac")


def files(text: str) -> list[File]:
    return [File(CONFIG, text, 0o640, False)]


@dataclass(frozen=True, slots=True)
class Fake(System):
    """A node whose keepalived is in a state, until a reload or a restart brings it into the next."""

    text: list[str] = field(default_factory=lambda: [TEXT])
    states: list[int | None] = field(default_factory=lambda: [MASTER])
    said: list[str] = field(default_factory=list)  # by the next reload or restart
    past: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    pids: list[int] = field(default_factory=lambda: [70])
    time: list[float] = field(default_factory=lambda: [0.0])

    def runs(self) -> bool:
        return self.states[0] is not None

    def systemctl(self, verb: str) -> str | None:
        self.done.append(verb)
        if verb in self.refusing:
            return self.refusing[verb]
        self.log[:] = self.said
        for following in (self.states, self.pids):
            if len(following) > 1:
                following.pop(0)
        return None

    def check(self, wanted: Sequence[File], root: Path) -> list[str]:
        return ["Config files missing 'more.conf'."]

    def configuration(self) -> str:
        return self.text[0]

    def release(self) -> tuple[int, ...]:
        return (2, 2, 7)

    def vrrp(self) -> int:
        return self.pids[0]

    def told(self) -> dict[str, Told]:
        if self.states[0] is None:
            raise Refused("keepalived does not run")
        line = "203.0.113.100/25 dev eth1 scope global set"
        number = 7 if "router_id 7" in self.text[0] else 100
        return told(json_of(data("shop", self.states[0], [line], number)))

    def addresses(self) -> frozenset[Place]:
        return frozenset({PLACE} if self.states[0] == MASTER else ())

    def journal(self, since: float | None = None) -> list[str]:
        return self.past if since is None else self.log

    def now(self) -> float:
        return 1_000_000.0

    def clock(self) -> float:
        return self.time[0]

    def sleep(self, seconds: float) -> None:
        self.time[0] += seconds


def changed(system: Fake, after: str, before: str = TEXT, deadline: float = 60) -> tuple[str, list[str]]:
    """Change it as a transaction does; return how it was applied, and the notes."""
    keepalived = Keepalived(system)
    state = keepalived.state()
    system.text[0] = after
    kind = keepalived.apply(files(before), files(after))
    keepalived.prove(state, deadline)
    return kind, keepalived.notes


def test_it_runs_where_its_unit_does() -> None:
    assert Keepalived(Fake()).runs()
    assert not Keepalived(Fake(states=[None])).runs()


def test_what_its_check_says_and_accepts_is_noted() -> None:
    keepalived = Keepalived(Fake())
    keepalived.validate(files(TEXT), Path("/candidate"))
    assert keepalived.notes == ["keepalived says: Config files missing 'more.conf'."]


def test_a_plan_tells_how_and_why_and_what_moves_and_does_nothing() -> None:
    system = Fake()
    kind, reasons = Keepalived(system).plan(files(TEXT), files(OTHER_ID))
    assert (kind, system.done) == ("reload", [])
    assert reasons[1] == "the VIP of shop leaves lb1, if only for a moment: its virtual_router_id differs"
    assert "more than one may hold its VIP" in reasons[2]


def test_a_change_is_reloaded_and_watched_for_as_long_as_an_instance_needs_to_find_itself_alone() -> None:
    system = Fake()
    assert changed(system, edited("advert_int 0.1", "advert_int 0.5")) == ("reload", [])
    assert system.done == ["reload"]
    assert system.time[0] == pytest.approx(3.2)  # four adverts and a second


def test_comments_are_proved_without_a_reload() -> None:
    system = Fake()
    assert changed(system, f"# managed\n{TEXT}") == ("nothing", [])
    assert system.done == []


def test_what_a_reload_does_not_take_is_restarted_and_the_vip_may_leave() -> None:
    system = Fake(states=[MASTER, BACKUP], pids=[70, 71])
    kind, notes = changed(system, VMAC)
    assert (kind, system.done) == ("restart", ["restart"])
    assert notes == ["what was the VIP of shop is not on this node any more"]


def test_a_vip_that_leaves_unasked_is_refused() -> None:
    with pytest.raises(Refused, match=r"^the VIP of shop has left$"):
        changed(Fake(states=[MASTER, BACKUP]), edited("advert_int 0.1", "advert_int 0.5"))


def test_a_vip_that_comes_unasked_is_refused() -> None:
    with pytest.raises(Refused, match=r"^the VIP of shop has come here$"):
        changed(Fake(states=[BACKUP, MASTER]), edited("advert_int 0.1", "advert_int 0.5"))


def test_a_vip_may_leave_if_the_change_says_so() -> None:
    assert changed(Fake(states=[MASTER, BACKUP]), OTHER_ID)[0] == "reload"


def test_an_instance_in_fault_is_waited_for_and_then_refused() -> None:
    system = Fake(states=[MASTER, FAULT], said=["(shop) entering FAULT state (src address not configured)"])
    with pytest.raises(Refused, match=r"shop is in FAULT: .* \(src address not configured\)"):
        changed(system, OTHER_ID)
    assert 10 <= system.time[0] < 11
    system = Fake(states=[MASTER, FAULT])
    with pytest.raises(Refused):
        changed(system, OTHER_ID, deadline=3)
    assert 3 <= system.time[0] < 4


def test_what_keepalived_gives_up_is_refused_at_once() -> None:
    system = Fake(said=["Reloading", "Script /nosuch cannot be accessed - No such file or directory"])
    with pytest.raises(Refused, match=r"^Script /nosuch cannot be accessed"):
        changed(system, edited("nopreempt", "notify /nosuch"))
    assert system.time[0] == 0


def test_what_keepalived_had_given_up_before_is_not_refused() -> None:
    words = ["Script /nosuch cannot be accessed - No such file or directory"]
    assert changed(Fake(said=words, past=words), edited("advert_int 0.1", "advert_int 0.5"))[0] == "reload"


def test_a_process_that_died_of_a_reload_is_refused_though_another_took_its_place() -> None:
    with pytest.raises(Refused, match="VRRP process ended"):
        changed(Fake(pids=[70, 71]), edited("advert_int 0.1", "advert_int 0.5"))


def test_a_keepalived_that_cannot_be_reloaded_is_started_anew() -> None:
    system = Fake(states=[MASTER, BACKUP], refusing={"reload": "keepalived.service is not active"})
    kind, notes = changed(system, edited("advert_int 0.1", "advert_int 0.5"))
    assert (kind, system.done) == ("restart", ["reload", "restart"])
    assert "is not active" in notes[0]


def test_a_keepalived_that_does_not_start_is_refused_with_its_last_words() -> None:
    said = "pid 20 exited with permanent error CONFIG. Terminating"
    system = Fake(refusing={"restart": "Job for keepalived.service failed"}, log=[said])
    with pytest.raises(Refused, match=r"^Job for keepalived.service failed; pid 20 exited with"):
        changed(system, VMAC)


def test_a_change_that_killed_it_is_taken_back_by_a_restart_and_the_vip_may_stay_away() -> None:
    system = Fake()
    keepalived = Keepalived(system)
    state = keepalived.state()
    keepalived.apply(files(TEXT), files(BOTH))
    system.states[:] = [None, BACKUP]
    with pytest.raises(Refused, match="does not run"):
        keepalived.prove(state, 2)
    system.refusing["reload"] = "keepalived.service is not active"
    assert keepalived.apply(files(BOTH), files(TEXT)) == "restart"
    keepalived.prove(state, 60)


def test_a_change_that_was_cut_off_is_taken_back_without_a_state_before() -> None:
    system = Fake(states=[MASTER, BACKUP])
    keepalived = Keepalived(system)
    keepalived.apply(files(OTHER_ID), files(TEXT))
    keepalived.prove(keepalived.state(), 60)


def test_a_state_is_proved_without_a_change_too() -> None:
    keepalived = Keepalived(Fake())
    keepalived.prove(keepalived.state(), 60)


def test_a_keepalived_that_does_not_tell_its_state_is_not_changed() -> None:
    with pytest.raises(Refused, match="does not run"):
        changed(Fake(states=[None]), OTHER_ID)


def test_a_restart_by_somebody_else_is_proved_like_its_own() -> None:
    fake = Fake(states=[FAULT], pids=[71])
    daemon = Keepalived(fake)
    before = daemon.state()
    fake.log[:] = ["(Line 3) Unknown keyword 'vrrp_thing'"]
    daemon.was_restarted(0.0)
    with pytest.raises(Refused, match="Unknown keyword"):
        daemon.prove(before, 30)
    fake.log.clear()
    daemon.prove(before, 30)
