"""What follows from the change of a file beside a daemon's own, with a node that only takes notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evergate.node.files import Difference, File
from evergate.node.service import Refused
from evergate.node.units import Node, Rules, WithUnits, awaken, carry_out, check, effects, failing, sleeping

SYSCTL, TMPFILES = "/etc/sysctl.d/60-evergate.conf", "/etc/tmpfiles.d/evergate.conf"
UNIT, PROGRAM = "/etc/systemd/system/evergate-watch.service", "/usr/local/lib/evergate/watch.py"
USERS, SCRIPT = "/etc/sysusers.d/evergate.conf", "/usr/local/lib/evergate/state.py"
ADDITION = "/etc/systemd/system/haproxy.service.d/evergate.conf"
CONFIG = "/etc/haproxy/haproxy.cfg"
RULES: Rules = {
    PROGRAM: ["restart evergate-watch.service"],
    UNIT: ["unit", "restart evergate-watch.service"],
    ADDITION: ["unit"],
    TMPFILES: ["tmpfiles"],
    SYSCTL: ["sysctl"],
    USERS: ["sysusers"],
    SCRIPT: [],
}


def change(path: str, before: str | None = "a", after: str | None = "b") -> Difference:
    modes = (None if before is None else 0o644, None if after is None else 0o644)
    return Difference(path, before, after, *modes, False)


def commands(*changes: Difference) -> list[str]:
    return [" ".join(effect.command()) for effect in effects(changes, RULES)]


@dataclass(frozen=True, slots=True)
class Fake(Node):
    """A node on which some commands fail."""

    failures: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def run(self, *command: str) -> str | None:
        self.done.append(" ".join(command))
        return self.failures.get(" ".join(command))

    def forget(self, unit: str) -> None:
        self.done.append(f"forget {unit}")


@dataclass
class Daemon:
    """A daemon that takes everything."""

    node: Fake
    name: str = "haproxy"
    notes: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def runs(self) -> bool:
        return True

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        self.node.done.append("validate")

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        return "nothing", ("why",)

    def state(self) -> int:
        return 7

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        self.node.done.append("apply")
        self.read = [file.path for file in after]
        return "nothing"

    def prove(self, before: int, deadline: float) -> None:
        self.node.done.append(f"prove {before}")


def files(text: str, *paths: str) -> list[File]:
    return [File(path, text, 0o644, False) for path in paths]


def test_effects_come_in_their_order_and_each_once_whatever_the_changes_order() -> None:
    assert commands(*(change(path) for path in (UNIT, PROGRAM, ADDITION, TMPFILES, SYSCTL, CONFIG))) == [
        f"sysctl --quiet --load={SYSCTL}",
        f"systemd-tmpfiles --create {TMPFILES}",
        "systemctl daemon-reload",
        "systemctl enable --quiet evergate-watch.service",
        "systemctl restart evergate-watch.service",
    ]


def test_a_daemons_own_file_has_no_effects_here() -> None:
    assert commands(change(CONFIG)) == []


def test_a_new_file_has_the_effects_of_a_changed_one() -> None:
    assert commands(change(PROGRAM, None)) == commands(change(PROGRAM))


def test_another_mode_has_no_effects() -> None:
    assert commands(change(PROGRAM, "a", "a")) == []


def test_a_unit_that_goes_is_stopped_before_systemd_forgets_it() -> None:
    assert commands(change(PROGRAM), change(UNIT, "a", None)) == [
        "systemctl stop evergate-watch.service",
        "systemctl daemon-reload",
    ]


def test_there_is_nothing_to_load_of_a_file_that_is_gone() -> None:
    assert commands(change(SYSCTL, "a", None), change(TMPFILES, "a", None)) == []


@pytest.mark.parametrize("rule", ["restart", "sysctl now", "reload x.service", ""])
def test_a_rule_that_is_none_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        check({PROGRAM: [rule]})


@pytest.mark.parametrize("unit", ["haproxy.service", "keepalived"])
def test_no_rule_restarts_a_daemon(unit: str) -> None:
    with pytest.raises(ValueError, match="nothing but its own change"):
        check({PROGRAM: [f"restart {unit}"]})


def test_the_first_command_that_fails_is_told_with_its_words_and_ends_it() -> None:
    node = Fake({"systemctl daemon-reload": "Access denied"})
    with pytest.raises(Refused, match=r"^systemctl daemon-reload: Access denied$"):
        carry_out(effects([change(UNIT), change(SYSCTL)], RULES), node)
    assert node.done == [f"sysctl --quiet --load={SYSCTL}", "systemctl daemon-reload"]


def test_a_unit_that_is_stopped_does_not_start_at_boot() -> None:
    node = Fake()
    carry_out(effects([change(UNIT, "a", None)], RULES), node)
    assert node.done == [
        "systemctl stop evergate-watch.service",
        "forget evergate-watch.service",
        "systemctl daemon-reload",
    ]


def test_what_was_restarted_and_does_not_run_is_told() -> None:
    done = effects([change(PROGRAM), change(SYSCTL)], RULES)
    assert failing(done, Fake()) == []
    node = Fake({"systemctl is-active evergate-watch.service": "activating"})
    assert failing(done, node) == [
        "evergate-watch.service does not run (activating): see journalctl --unit evergate-watch.service"
    ]


def test_a_command_that_fails_is_told_in_its_own_words() -> None:
    assert Node().run("true") is None
    assert Node().run("sh", "-c", "echo one >&2; echo one >&2; exit 3") == "one"
    assert Node().run("false") == "it ended with 1 and without words"
    assert Node().run("no-such-program") == "no-such-program is not installed here"


def test_the_links_of_a_unit_are_removed_where_it_starts_at_boot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evergate.node.units._UNITS", tmp_path)
    wants = tmp_path / "multi-user.target.wants"
    wants.mkdir()
    for name in ("evergate-watch.service", "other.service"):
        (wants / name).symlink_to(f"/gone/{name}")
    Node().forget("evergate-watch.service")
    assert [each.name for each in wants.iterdir()] == ["other.service"]


def test_a_service_with_units_has_the_effects_before_it_is_applied() -> None:
    node = Fake()
    service = WithUnits(Daemon(node), RULES, node)
    before, after = files("a", PROGRAM, CONFIG), files("b", PROGRAM, CONFIG)
    service.validate(after, Path("/"))
    assert service.plan(before, after)[1] == (
        "why",
        "systemctl enable --quiet evergate-watch.service",
        "systemctl restart evergate-watch.service",
    )
    assert (service.name, service.runs(), service.apply(before, after)) == ("haproxy", True, "nothing")
    service.prove(service.state(), 60)
    assert node.done == [
        "validate",
        "systemctl enable --quiet evergate-watch.service",
        "systemctl restart evergate-watch.service",
        "apply",
        "prove 7",
        "systemctl is-active evergate-watch.service",
    ]


def test_a_daemon_sees_its_own_files_and_additions_to_its_unit() -> None:
    daemon = Daemon(Fake())
    WithUnits(daemon, RULES, daemon.node).apply(
        [], files("a", CONFIG, PROGRAM, UNIT, ADDITION, SCRIPT, USERS)
    )
    assert daemon.read == [CONFIG, ADDITION]


def test_users_are_made_before_what_they_own() -> None:
    assert commands(change(TMPFILES), change(USERS)) == [
        f"systemd-sysusers {USERS}",
        f"systemd-tmpfiles --create {TMPFILES}",
    ]


def test_a_unit_sleeps_unless_it_runs_now_and_at_boot() -> None:
    failures = {"systemctl is-active a.service": "inactive", "systemctl is-enabled b.path": "disabled"}
    assert sleeping(["a.service", "b.path", "c.service"], Fake(failures)) == ("a.service", "b.path")


def test_the_first_unit_that_does_not_start_is_told() -> None:
    node = Fake({"systemctl enable --quiet --now a.service": "no such user"})
    with pytest.raises(Refused, match=r"a.service does not start \(no such user\): see journalctl --unit a"):
        awaken(["a.service", "b.service"], node)
    assert node.done == ["systemctl enable --quiet --now a.service"]


def test_a_helper_that_does_not_stay_up_fails_the_proof() -> None:
    node = Fake({"systemctl is-active evergate-watch.service": "activating"})
    service = WithUnits(Daemon(node), RULES, node)
    service.apply(files("a", PROGRAM), files("b", PROGRAM))
    with pytest.raises(Refused, match="does not run"):
        service.prove(7, 60)


def test_an_effect_that_fails_keeps_a_change_from_the_daemon_but_not_the_way_back() -> None:
    node = Fake({"systemctl restart evergate-watch.service": "no"})
    service = WithUnits(Daemon(node), RULES, node)
    with pytest.raises(Refused):
        service.apply(files("a", PROGRAM), files("b", PROGRAM))
    assert "apply" not in node.done
    node.failures.clear()
    service.apply(files("a", PROGRAM), files("b", PROGRAM))
    node.failures["systemctl restart evergate-watch.service"] = "no"
    with pytest.raises(Refused):
        service.apply(files("b", PROGRAM), files("a", PROGRAM))
    assert node.done[-1] == "apply"


def test_taken_back_a_new_unit_is_stopped() -> None:
    node = Fake()
    WithUnits(Daemon(node), RULES, node).apply(files("b", UNIT), [])
    assert node.done[0] == "systemctl stop evergate-watch.service"


def test_a_unit_that_systemd_has_never_read_is_stopped_already() -> None:
    stop = "systemctl stop evergate-watch.service"
    node = Fake({stop: "Failed to stop evergate-watch.service: Unit evergate-watch.service not loaded."})
    carry_out(effects([change(UNIT, after=None)], RULES), node)
    assert node.done[0] == stop
    with pytest.raises(Refused, match="timed out"):
        carry_out(effects([change(UNIT, after=None)], RULES), Fake({stop: "it timed out"}))
