"""Every invariant of chaos, kept and broken, by a run that is made up request by request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from evergate.drill.chaos_judgement import Chaos, judge
from evergate.drill.chaos_recording import Made, Recording, State
from evergate.drill.faults import FAULTS
from evergate.drill.promises import Terms
from evergate.drill.recording import Event, Request, Run, Sample, Watching

START, SECONDS, RATE, INTERVAL = 1_790_000_000.0, 60.0, 200, 0.02
FIT = State(files=frozenset({"1a  /etc/haproxy/haproxy.cfg"}))
HOSTS = {"lb1": replace(FIT, holds=True), "lb2": FIT, "app1": FIT, "app2": FIT}

Change = Callable[[Request], Request]
Stretch = tuple[float, float]


def made(name: str, at: float, healed: float | None, *nodes: str, number: int = 1, **but: Any) -> Made:
    """Return a fault that was made, its times in seconds from the start."""
    fault = FAULTS[name]
    host = nodes[0] if fault.where == "app_server" else None
    begun = START + at
    where = {"where": fault.where, "host": host, "nodes": nodes, "begun": begun, "struck": begun}
    where |= {"healed": None if healed is None else START + healed}
    return Made(number, fault, fault.title, at=at, seconds=4, **(where | but))


@dataclass(slots=True)
class Scene:
    """A minute in which lb1 holds the VIP and all is answered, but for what is changed.

    new, kept: what becomes of requests due in a stretch, by their outcome and status. silent: stretches in
    which new connections wait for an answer until its end. holders: who answers in a stretch. Times are
    seconds from the start.
    """

    faults: list[Made]
    new: list[tuple[Stretch, str, int | None]] = field(default_factory=list)
    kept: list[tuple[Stretch, str, int | None]] = field(default_factory=list)
    silent: list[Stretch] = field(default_factory=list)
    holders: list[tuple[Stretch, tuple[str, ...]]] = field(default_factory=list)
    splits: list[tuple[float, str]] = field(default_factory=list)
    after: dict[str, State] = field(default_factory=dict)

    def recording(self) -> Recording:
        names = {"02:00:00:00:00:01": "lb1", "02:00:00:00:00:02": "lb2"}
        samples = tuple(
            Sample(START + number * INTERVAL, self._holders(number * INTERVAL))
            for number in range(round(SECONDS / INTERVAL))
        )
        return Recording(
            seed=7,
            seconds=SECONDS,
            command="make it again",
            kept_s=0.2,
            nodes=("lb1", "lb2"),
            made=tuple(self.faults),
            splits=tuple(Event(START + at, "note", node, "split seen: two") for at, node in self.splits),
            new=self._run("new", self.new, self.silent),
            keep_alive=self._run("keep-alive", self.kept, []),
            watching=Watching("203.0.113.10", INTERVAL, START, START + SECONDS, samples, names),
            before=HOSTS,
            after=HOSTS | self.after,
        )

    def judged(self, **terms: Any) -> Chaos:
        return judge(self.recording(), Terms(**terms))

    def broken(self, **terms: Any) -> list[str]:
        return [violation.text for violation in self.judged(**terms).violations]

    def _run(self, mode: str, changed: list[Any], silent: list[Stretch]) -> Run:
        requests = []
        for number in range(round(SECONDS * RATE) - 1):
            at = number / RATE
            outcome, status = next(((o, s) for (a, b), o, s in changed if a <= at < b), ("ok", 200))
            ms = next(((b - at) * 1000 for a, b in silent if a <= at < b), 1.0)
            requests.append(Request(START + at, ms, outcome, "app1", 0.0, status))
        return Run("http://vip/", mode, RATE, 1.0, 0.5, START, START + SECONDS, tuple(requests))

    def _holders(self, at: float) -> tuple[str, ...]:
        return next((holders for (a, b), holders in self.holders if a - 1e-6 <= at < b - 1e-6), ("lb1",))


def killed(**but: Any) -> Scene:
    """HAProxy is killed on lb1, 80 ms without an answer; lb2 has the VIP from then on."""
    return Scene(
        **{
            "faults": [made("haproxy_killed", 10, 14, "lb1")],
            "new": [((10, 10.08), "refused", None)],
            "kept": [((10, 10.08), "refused", None)],
            "holders": [((10.02, 10.08), ()), ((10.08, SECONDS), ("lb2",))],
        }
        | but
    )


def slow(**but: Any) -> Scene:
    """An app server is slow, and no client knows."""
    return Scene(**{"faults": [made("app_server_slow", 10, 14, "app1")]} | but)


def gone(**but: Any) -> Scene:
    """All app servers are gone for four seconds."""
    told = [((10, 14.5), "status", 503)]
    return Scene(
        **{"faults": [made("app_servers_gone", 10, 14, "app1", "app2")], "new": told, "kept": told} | but
    )


def split(**but: Any) -> Scene:
    """The pair is split for four seconds, and both nodes say so."""
    return Scene(
        **{
            "faults": [made("split_brain", 10, 14, "lb1", "lb2")],
            "new": [((10, 14.5), "timeout", None)],
            "holders": [((10.3, 14.4), ("lb1", "lb2"))],
            "splits": [(10.5, "lb1"), (10.6, "lb2")],
        }
        | but
    )


def frozen(**but: Any) -> Scene:
    """lb1 is frozen for four seconds and believes itself active when it goes on."""
    return Scene(
        **{
            "faults": [made("node_frozen", 10, 14, "lb1")],
            "new": [((10, 10.3), "timeout", None)],
            "holders": [
                ((10.02, 10.3), ()),
                ((10.3, 14.3), ("lb2",)),
                ((14.3, 14.4), ("lb1", "lb2")),
                ((14.4, SECONDS), ("lb2",)),
            ],
        }
        | but
    )


@pytest.mark.parametrize("scene", [killed, slow, gone, split, frozen], ids=lambda scene: scene.__name__)
def test_a_run_that_keeps_every_promise_has_no_violation(scene: Callable[[], Scene]) -> None:
    assert scene().broken() == []


def test_an_answer_that_is_wrong_is_never_excused() -> None:
    assert killed(kept=[((10.01, 10.02), "invalid", 200)]).broken() == [
        "2 requests (2 invalid) answered wrongly, 0.0 s after HAProxy killed on lb1"
    ]


@pytest.mark.parametrize("status", [500, 503, 404])
def test_a_status_that_is_no_success_is_wrong_beside_a_fault(status: int) -> None:
    (text,) = slow(new=[((11, 11.01), "status", status)]).broken()
    assert text == f"2 requests (2 status {status}) answered wrongly, 1.0 s after App server slow on app1"


def test_a_503_is_right_while_there_is_no_server_and_no_other_status_is() -> None:
    assert gone(kept=[((11, 11.004), "status", 502)]).broken() == [
        "1 request (1 status 502) answered wrongly, 1.0 s after All app servers gone on app1 and app2"
    ]


def test_a_503_is_wrong_again_once_the_servers_should_be_back() -> None:
    (text,) = gone(kept=[((16.5, 16.504), "status", 503)]).broken()
    assert "answered wrongly" in text
    assert "2.5 s after its healing began" in text


def test_what_the_servers_had_when_they_went_may_be_cut_short_and_nothing_else() -> None:
    assert gone(kept=[((9.999, 10.05), "closed", None)]).broken() == []
    assert "failed" in gone(kept=[((10.2, 10.204), "closed", None)]).broken()[0]


def test_a_request_may_not_fail_while_nothing_is_broken() -> None:
    assert killed(kept=[((30, 30.01), "reset", None)]).broken() == [
        "2 requests (2 reset) failed, 20.0 s after HAProxy killed on lb1, 16.0 s after its healing began"
    ]


def test_a_request_may_not_fail_long_after_the_fault_while_it_lasts() -> None:
    assert "failed, 2.0 s after" in killed(new=[((12, 12.01), "reset", None)]).broken()[0]


def test_a_kept_connection_may_fail_as_late_as_it_is_used_again() -> None:
    late = ((11.35, 11.38), "reset", None)
    assert killed(kept=[late]).broken() == []
    assert "failed" in killed(new=[late]).broken()[0]


def test_no_request_may_fail_because_of_one_app_server() -> None:
    assert (
        "failed, 0.0 s after App server slow on app1" in slow(new=[((10, 10.01), "reset", None)]).broken()[0]
    )


def test_an_outage_is_as_long_as_the_fault_may_cost_at_most() -> None:
    (text,) = killed(new=[((10, 10.25), "refused", None)]).broken()
    assert text.startswith("nothing was answered for 255 ms (promised: at most 200 ms)")
    assert killed(new=[((10, 10.25), "refused", None)]).broken(tolerance=2) == []


def test_an_outage_beside_two_faults_is_as_long_as_their_sum_at_most() -> None:
    two = [made("haproxy_killed", 10, 14, "lb1"), made("keepalived_hung", 10.1, 14, "lb2", number=2)]
    assert killed(faults=two, new=[((10, 10.65), "timeout", None)]).broken() == []
    assert "at most 700 ms" in killed(faults=two, new=[((10, 10.75), "timeout", None)]).broken()[0]


def test_an_outage_without_a_fault_is_none() -> None:
    assert slow(silent=[(30.0, 30.2)]).broken()[0].startswith("nothing was answered for 2")
    assert slow(silent=[(12.0, 12.2)]).broken()[0].startswith("nothing was answered for 2")


def test_the_service_is_back_in_time_after_the_fault() -> None:
    (text,) = gone(new=[((10, 15.99), "status", 503)], silent=[(15.99, 16.4)]).broken()
    assert text.startswith("nothing was answered for 404 ms (promised: at most 100 ms)")


def test_the_vip_is_unheld_as_long_as_the_fault_may_cost_at_most() -> None:
    holders = [((10.02, 10.32), ()), ((10.32, SECONDS), ("lb2",))]
    assert killed(holders=holders).broken() == [
        "nobody answered for the VIP for 300 ms (promised: at most 200 ms), 0.0 s after HAProxy killed on lb1"
    ]


def test_the_vip_is_held_all_along_beside_other_faults() -> None:
    assert slow(holders=[((30, 30.1), ())]).broken() == []
    assert slow(holders=[((30, 30.3), ())]).broken()[0].startswith("nobody answered for the VIP for 300 ms")


def test_two_nodes_never_answer_for_the_vip_but_in_a_split() -> None:
    doubled = [((10.08, 10.12), ("lb1", "lb2")), ((10.12, SECONDS), ("lb2",))]
    assert killed(holders=doubled).broken() == [
        "two nodes answered for the VIP for 40 ms, 0.1 s after HAProxy killed on lb1"
    ]


def test_two_nodes_answer_for_the_vip_no_longer_once_a_split_has_healed() -> None:
    assert "two nodes answered" in split(holders=[((10.3, 15.4), ("lb1", "lb2"))]).broken()[0]


def test_a_node_that_comes_back_believes_itself_active_for_a_moment_only() -> None:
    scene = frozen()
    scene.holders[2:] = [((14.3, 14.6), ("lb1", "lb2")), ((14.6, SECONDS), ("lb2",))]
    assert scene.broken()[0].startswith("two nodes answered for the VIP for 300 ms")


def test_two_nodes_never_answer_for_the_vip_before_the_lost_one_is_back() -> None:
    scene = frozen()
    scene.holders[1:1] = [((12, 12.1), ("lb1", "lb2"))]
    assert scene.broken()[0].startswith("two nodes answered for the VIP for 100 ms, 2.0 s after Node frozen")


def test_the_vip_moves_once_at_most() -> None:
    flapping = [((10.08, 11), ("lb2",)), ((11, 12), ("lb1",)), ((12, SECONDS), ("lb2",))]
    assert killed(holders=flapping).broken() == [
        "the VIP moved 3 times after HAProxy killed; promised: at most 1"
    ]


def test_a_preferred_node_may_take_the_vip_back() -> None:
    returning = [((10.08, 15), ("lb2",))]
    assert killed(holders=returning).broken(preempt=True) == []
    assert "the VIP moved 2 times" in killed(holders=returning).broken()[0]


def test_the_vip_stays_where_it_is_beside_an_app_server() -> None:
    assert slow(holders=[((11, SECONDS), ("lb2",))]).broken() == [
        "the VIP moved before any load balancer was hit"
    ]


def test_a_vip_that_does_not_move_shows_that_nobody_was_hit() -> None:
    assert killed(holders=[]).broken() == ["HAProxy killed on lb1: the VIP did not move"]


@pytest.mark.parametrize(
    ("splits", "text"),
    [
        ([(10.5, "lb1")], "lb2 never told of the split"),
        ([(10.5, "lb1"), (11.5, "lb2")], "lb2 told of the split after 1500 ms (promised: at most 1000 ms)"),
        ([(9.0, "lb2"), (10.5, "lb1"), (40.0, "lb2")], "lb2 never told of the split"),
    ],
)
def test_each_node_tells_of_a_split_in_time(splits: list[tuple[float, str]], text: str) -> None:
    assert split(splits=splits).broken() == [text]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"failed": frozenset({"shop.service"})}, "lb2: shop.service has failed"),
        ({"files": frozenset({"2b  /etc/haproxy/haproxy.cfg"})}, "lb2: /etc/haproxy/haproxy.cfg has changed"),
        (
            {"unfit": ("/run/evergate/haproxy_answers",)},
            "lb2: /run/evergate/haproxy_answers: not fit to be active",
        ),
        ({"left": ("table inet evergate_drill",)}, "lb2: table inet evergate_drill is left behind"),
        ({"holds": True}, "the VIP is held by lb1 and lb2 in the end"),
    ],
)
def test_all_is_as_it_was_in_the_end(state: dict[str, Any], text: str) -> None:
    assert slow(after={"lb2": replace(FIT, **state)}).broken() == [text]


def test_somebody_holds_the_vip_in_the_end() -> None:
    assert slow(after={"lb1": FIT}).broken() == ["the VIP is held by nobody in the end"]


def test_a_fault_that_was_not_made_shows_nothing() -> None:
    missed = {"begun": None, "struck": None, "nodes": (), "why": "haproxy does not run"}
    faults = [made("app_server_slow", 10, 14, "app1"), made("haproxy_hung", 20, None, number=2, **missed)]
    assert slow(faults=faults).broken() == ["HAProxy hung was not made: haproxy does not run"]
    assert slow(faults=[]).broken() == ["no fault was made, so nothing was shown"]


def test_a_fault_of_which_a_command_failed_is_told() -> None:
    failed = made("app_server_slow", 10, 14, "app1", failures=("app1: the fault was not made",))
    assert slow(faults=[failed]).broken() == ["App server slow: app1: the fault was not made"]


def test_a_fault_that_was_never_healed_is_told() -> None:
    assert slow(faults=[made("app_server_slow", 10, None, "app1")]).broken() == [
        "App server slow on app1 was never healed"
    ]


def test_a_fault_outside_the_recordings_shows_nothing() -> None:
    late = [made("app_server_slow", 58, 62, "app1")]
    assert slow(faults=late).broken() == ["App server slow lies outside the recordings"]


def test_an_unwatched_stretch_shows_nothing() -> None:
    recording = slow().recording()
    samples = tuple(s for s in recording.watching.samples if not START + 30 <= s.at < START + 31)
    recording = replace(recording, watching=replace(recording.watching, samples=samples))
    (violation,) = judge(recording).violations
    assert violation.text.startswith("nobody watched the VIP for 10")


def test_violations_stand_in_the_order_of_time() -> None:
    scene = killed(kept=[((40, 40.01), "reset", None), ((20, 20.01), "invalid", 200)])
    times = [round(violation.at - START) for violation in scene.judged().violations]
    assert times == [20, 40]


def test_each_fault_has_a_row_of_what_was_seen() -> None:
    (row,) = killed().judged().rows
    assert (row.made.number, row.failed, row.moves) == (1, 32, 1)
    assert (row.outage_ms, row.none_ms, row.two_ms) == (pytest.approx(85), pytest.approx(60), 0)


def test_what_the_next_fault_costs_stands_in_its_row_alone() -> None:
    next_one = made("haproxy_killed", 18, 22, "lb2", number=2)  # sooner than the first had time to settle
    lost = [((10, 10.08), "refused", None), ((18, 18.04), "refused", None)]
    rows = killed(faults=[made("haproxy_killed", 10, 14, "lb1"), next_one], new=lost, kept=[]).judged().rows
    assert [row.failed for row in rows] == [16, 8]
