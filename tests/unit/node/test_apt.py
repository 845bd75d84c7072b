from __future__ import annotations

import pytest
from programs import Programs

from evergate.node import apt
from evergate.node.apt import Change
from evergate.node.service import Refused

SIMULATED = """\
Inst liblua5.4-0 (5.4.4-3 Debian:12.7/stable [amd64])
Inst haproxy [2.6.12-1+deb12u1] (2.9.7-1~bpo12+1 Debian Backports:12 [amd64]) []
Remv keepalived [1:2.2.7-1]
Conf haproxy (2.9.7-1~bpo12+1 Debian Backports:12 [amd64])
"""
MADISON = """\
   haproxy | 3.0.11-1+deb13u5 | http://archive.example trixie-security/main amd64 Packages
   haproxy | 3.0.11-1+deb13u5 | http://archive.example trixie-security/main Sources
   haproxy | 3.0.11-1+deb13u4 | http://archive.example trixie/main amd64 Packages
"""


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    return Programs().instead(monkeypatch)


def test_what_would_change_is_told_and_not_done(programs: Programs) -> None:
    programs.answers["--simulate"] = SIMULATED
    assert apt.would("install", "haproxy") == (
        Change("liblua5.4-0", "", "5.4.4-3"),
        Change("haproxy", "2.6.12-1+deb12u1", "2.9.7-1~bpo12+1"),
        Change("keepalived", "1:2.2.7-1", ""),
    )
    assert all("--simulate" in call for call in programs.calls)


def test_what_apt_cannot_do_is_refused_in_its_words(programs: Programs) -> None:
    programs.answers["apt-get"] = 100
    with pytest.raises(Refused, match="apt-get install nothing: E: it cannot be done"):
        apt.do("install", "nothing")


def test_a_configuration_that_was_changed_stays(programs: Programs) -> None:
    apt.do("install", "haproxy")
    assert "--force-confdef" in programs.calls[0]
    assert "--force-confold" in programs.calls[0]


def test_what_was_held_is_held_again_even_if_it_could_not_be_changed(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = iter(({"haproxy", "keepalived"}, {"keepalived"}))
    monkeypatch.setattr(apt, "held", lambda: frozenset(next(held)))
    programs.answers["apt-get"] = 100
    with pytest.raises(Refused):
        apt.change("install", "haproxy")
    assert programs.calls[-1] == "apt-mark hold haproxy"


def test_a_purge_takes_what_came_with_a_package_and_not_what_was_left_over_before(programs: Programs) -> None:
    programs.answers["autoremove"] = "Remv old-kernel [6.1]\n"
    programs.answers["--autoremove purge haproxy"] = (
        "Purg haproxy [2.6]\nRemv old-kernel [6.1]\nRemv liblua [5.4]\n"
    )
    apt.purge("haproxy")
    assert programs.calls[-1].endswith("purge haproxy liblua")


@pytest.mark.parametrize(
    ("told", "version"),
    [("installed 2.6", "2.6"), ("half-configured 2.6", "2.6"), ("config-files 2.6", ""), ("", "")],
)
def test_a_package_of_which_only_its_configuration_is_left_has_no_version(
    programs: Programs, told: str, version: str
) -> None:
    programs.answers["dpkg-query"] = told
    assert apt.version("haproxy") == version


def test_only_archives_offer_versions(programs: Programs) -> None:
    programs.answers["apt-cache"] = MADISON
    assert apt.offered("haproxy") == {"3.0.11-1+deb13u5", "3.0.11-1+deb13u4"}


def test_a_file_is_called_as_apt_calls_it(programs: Programs) -> None:
    programs.answers["dpkg-query"] = "amd64"
    assert apt.file_name("keepalived", "1:2.3.3-1") == "keepalived_1%3a2.3.3-1_amd64.deb"
