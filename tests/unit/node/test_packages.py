from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from programs import Programs

from evergate.node import packages
from evergate.node.apt import Change
from evergate.node.packages import Packages, Place, Wanted
from evergate.node.service import Refused

SIMULATED = """\
Inst liblua (5.4 Debian [amd64])
Inst haproxy [2.6] (2.9 Debian Backports [amd64])
"""
OLD = "haproxy_2.6_amd64.deb"


class Daemon:
    """A daemon whose state is a text; `missing` is what its proof misses."""

    def __init__(self, name: str, missing: str = "", states: tuple[str, ...] = ()) -> None:
        self.name, self.missing, self.proved, self.states = name, missing, 0, list(states)

    def state(self) -> Any:
        told = {"shop": SimpleNamespace(state=self.states.pop(0) if self.states else "BACKUP")}
        return SimpleNamespace(standing=SimpleNamespace(told=told))

    def was_restarted(self, since: float) -> None:
        pass

    def prove(self, before: Any, deadline: float) -> None:
        self.proved += 1
        if self.missing:
            raise Refused(self.missing)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(packages, "_FIT", 0.0)
    monkeypatch.setattr(packages, "_POLL", 0.0)
    found = Programs().instead(monkeypatch)
    found.answers |= {"--simulate": SIMULATED, "dpkg-query --show haproxy": "installed 2.6"}
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(packages.apt, "file_name", lambda name, version: f"{name}_{version}_amd64.deb")
    for name in ("kept", "cache", "boot", "run"):
        (tmp_path / name).mkdir()
    return Place(*(tmp_path / name for name in ("kept", "cache", "boot", "run")))


def node(place: Place, *daemons: Daemon, **but: Any) -> Packages:
    both = daemons or (Daemon("haproxy"), Daemon("keepalived"))
    wanted = Wanted(("haproxy",), **but)
    return Packages(wanted, place, lambda: (both[0], both[-1]))


def test_a_look_tells_what_would_change_and_that_there_is_no_way_back(
    programs: Programs, place: Place
) -> None:
    told = node(place).look()
    assert told["changes"][-1] == {"name": "haproxy", "old": "2.6", "new": "2.9"}
    assert (told["no_way_back"], told["held"], told["missing"]) == (["haproxy 2.6"], {}, [])


@pytest.mark.parametrize("where", ["kept", "cache"])
def test_a_file_of_the_old_version_is_a_way_back(programs: Programs, place: Place, where: str) -> None:
    (getattr(place, where) / OLD).touch()
    assert node(place).look()["no_way_back"] == []


def test_an_archive_that_has_the_old_version_is_a_way_back(programs: Programs, place: Place) -> None:
    programs.answers["apt-cache madison"] = " haproxy | 2.6 | http://archive.example bookworm Packages\n"
    assert node(place).look()["no_way_back"] == []
    node(place).fetch()
    assert any(each.endswith("download haproxy=2.6") for each in programs.calls)


def test_what_is_held_stays_unless_it_is_asked_for(programs: Programs, place: Place) -> None:
    programs.answers["apt-mark"] = "haproxy\n"
    assert node(place).look()["held"] == {"haproxy": "2.6"}
    assert node(place).changes() == ()
    assert [each.name for each in node(place, held=True).changes()] == ["liblua", "haproxy"]


def test_a_package_that_is_not_installed_is_missing(programs: Programs, place: Place) -> None:
    programs.answers["dpkg-query --show haproxy"] = ""
    assert node(place).look()["missing"] == ["haproxy"]


def test_an_upgrade_that_would_remove_something_is_refused(programs: Programs, place: Place) -> None:
    programs.answers["--simulate"] = "Remv keepalived [2.2]\n"
    with pytest.raises(Refused, match="the upgrade would remove keepalived"):
        node(place).changes()


def test_the_release_and_everything_are_what_apt_is_told(programs: Programs, place: Place) -> None:
    node(place, release="bookworm-backports", everything=True).upgrade()
    assert any(
        each.endswith("--target-release bookworm-backports --with-new-pkgs upgrade")
        for each in programs.calls
    )


def test_a_version_that_is_named_may_be_an_older_one(programs: Programs, place: Place) -> None:
    Packages(Wanted(("haproxy=2.4",)), place).changes()
    node(place).changes()
    named, latest = (each for each in programs.calls if "--simulate" in each)
    assert named.endswith("--allow-downgrades --only-upgrade install haproxy=2.4")
    assert "--allow-downgrades" not in latest


def test_the_old_version_is_kept_and_takes_the_place_of_what_was_kept_before(
    programs: Programs, place: Place
) -> None:
    (place.cache / OLD).write_text("the old one")
    (place.kept / "haproxy_2.4_amd64.deb").touch()
    assert node(place).fetch() == [OLD]
    assert (place.kept / OLD).read_text() == "the old one"


def test_an_upgrade_is_proved_by_both_daemons(programs: Programs, place: Place) -> None:
    haproxy, keepalived = Daemon("haproxy"), Daemon("keepalived")
    done = node(place, haproxy, keepalived).upgrade()
    assert [each.name for each in done] == ["liblua", "haproxy"]
    assert programs.calls[-4:] == [
        "systemctl stop haproxy",
        "systemctl start haproxy",
        "systemctl stop keepalived",
        "systemctl start keepalived",
    ]
    assert (haproxy.proved, keepalived.proved) == (1, 1)


def test_a_proof_that_fails_is_told(programs: Programs, place: Place) -> None:
    with pytest.raises(Refused, match="one server up, two before"):
        node(place, Daemon("haproxy", missing="one server up, two before")).upgrade()


def test_a_daemon_that_does_not_start_is_told_with_its_last_words(programs: Programs, place: Place) -> None:
    programs.answers |= {"systemctl start haproxy": 1, "journalctl": "no such option\ngiving up\n"}
    with pytest.raises(Refused, match="haproxy does not start: no such option; giving up"):
        node(place).upgrade()


def test_the_way_back_leads_to_what_was_kept(programs: Programs, place: Place) -> None:
    (place.kept / OLD).touch()
    programs.answers["dpkg-query --show haproxy"] = "installed 2.9"
    assert node(place).restore() == [Change("haproxy", "2.9", "2.6")]
    (back,) = (each for each in programs.calls if "--allow-downgrades" in each)
    assert back.endswith(f"install {place.kept / OLD}")


def test_what_has_not_changed_is_not_installed_again(programs: Programs, place: Place) -> None:
    (place.kept / OLD).touch()
    assert node(place).restore() == []
    assert programs.calls[-1] == "systemctl start keepalived"


def test_a_node_is_fit_when_no_instance_is_in_fault(programs: Programs, place: Place) -> None:
    node(place, Daemon("keepalived", states=("MASTER",))).fit()
    with pytest.raises(Refused, match="keepalived is in FAULT: shop"):
        node(place, Daemon("keepalived", states=("FAULT",) * 99)).fit()


def test_a_node_asks_for_a_reboot_by_its_file_or_by_a_later_kernel(programs: Programs, place: Place) -> None:
    programs.answers |= {"uname": "6.1.0-20\n", "dpkg --compare-versions": 1}
    assert node(place).reboot() == ""
    programs.answers["dpkg --compare-versions 6.1.0-22 gt 6.1.0-20"] = ""
    (place.boot / "vmlinuz-6.1.0-22").touch()
    (place.boot / "vmlinuz-6.1.0-18").touch()
    assert node(place).reboot() == "it runs Linux 6.1.0-20 and has 6.1.0-22"
    (place.run / "reboot-required").touch()
    assert node(place).reboot() == "a package asks for it"
