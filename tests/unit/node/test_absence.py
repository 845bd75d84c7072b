from __future__ import annotations

from pathlib import Path

import pytest
from programs import Programs

from evergate.node.absence import Remnants
from evergate.node.service import Refused

SETTING = "net.ipv4.ip_nonlocal_bind"
OURS = ("/etc/own.d/ours.conf", "/etc/shared.d/ours.conf", "/etc/ours", "/etc/sysctl.d/60-ours.conf")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    found = Programs().instead(monkeypatch)
    found.answers |= {"dpkg-query": "installed 2.6", "systemctl cat gone.service": 1, "id nobody-here": 1}
    return found


@pytest.fixture
def remnants(tmp_path: Path) -> Remnants:
    for name in ("etc/own.d", "etc/shared.d", "etc/ours", "etc/sysctl.d", "proc/sys/net/ipv4"):
        (tmp_path / name).mkdir(parents=True)
    for name in (*OURS[:2], "/etc/shared.d/theirs.conf", "/etc/ours/file"):
        (tmp_path / name.lstrip("/")).touch()
    (tmp_path / "etc/sysctl.d/60-ours.conf").write_text(f"{SETTING} = 1\n")
    (tmp_path / "proc/sys" / SETTING.replace(".", "/")).write_text("1\n")
    return Remnants(
        units=("ours.service", "gone.service"),
        packages=("haproxy",),
        paths=(*OURS, "/no"),
        directories=("/etc/own.d", "/etc/shared.d"),
        users=("evergate", "nobody-here"),
        settings={SETTING: "0"},
        root=tmp_path,
    )


def test_what_is_there_is_told(programs: Programs, remnants: Remnants) -> None:
    assert remnants.found() == [
        "unit ours.service",
        "package haproxy 2.6",
        *OURS,
        "/etc/own.d/",
        "user evergate",
        f"{SETTING} = 1",
    ]


def test_all_of_it_goes_and_nothing_of_anybody_else(programs: Programs, remnants: Remnants) -> None:
    remnants.remove()
    left = sorted(str(path.relative_to(remnants.root)) for path in (remnants.root / "etc").rglob("*"))
    assert left == ["etc/shared.d", "etc/shared.d/theirs.conf", "etc/sysctl.d"]
    done = [each for each in programs.calls if each.startswith(("systemctl d", "userdel", "sysctl"))]
    assert done == [
        "systemctl disable --quiet --now ours.service",
        "systemctl daemon-reload",
        "userdel evergate",
        f"sysctl --quiet --write {SETTING}=0",
    ]


def test_units_stop_before_their_packages_and_files_go(programs: Programs, remnants: Remnants) -> None:
    programs.answers["systemctl disable"] = 1
    with pytest.raises(Refused, match=r"systemctl disable --quiet --now ours\.service: E: it cannot be done"):
        remnants.remove()
    assert (remnants.root / "etc/ours").exists()
    assert not any("purge" in call for call in programs.calls)


@pytest.mark.parametrize("line", [f"{SETTING}=1", f"  -{SETTING} = 1"])
def test_a_setting_that_another_file_wants_stays(programs: Programs, remnants: Remnants, line: str) -> None:
    (remnants.root / "etc/sysctl.d/theirs.conf").write_text(f"# theirs\n{line}\n")
    assert f"{SETTING} = 1" not in remnants.found()


def test_a_bare_host_has_nothing(programs: Programs, tmp_path: Path) -> None:
    programs.answers |= {"dpkg-query": "", "systemctl cat": 1, "id": 1}
    bare = Remnants(
        units=("ours.service",),
        packages=("haproxy",),
        paths=("/etc/ours",),
        directories=("/etc/own.d",),
        users=("evergate",),
        settings={SETTING: "0"},
        root=tmp_path,
    )
    assert bare.found() == []
