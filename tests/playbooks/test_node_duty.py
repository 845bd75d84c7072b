"""What a node tells of its duty, and how it hands it over: on a node that is made up of files."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "playbooks" / "files" / "node_duty.py"
VIPS = ("203.0.113.100", "2001:db8:113::100")
STAT = """\
# pxname,svname,status,scur,stot,hrsp_5xx,eresp,econ,wretr
shop,app1,UP,2,90,1,2,3,4
shop,app2,DRAIN,0,7,0,0,0,0
admin,app1,no check,1,5,,0,0,0
"""


@pytest.fixture(scope="module")
def module() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("node_duty", FILE)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    sys.modules["node_duty"] = found
    spec.loader.exec_module(found)
    yield found
    del sys.modules["node_duty"]


class Machine:
    """A node's files and programs; keepalived gives the VIPs up so many looks after it was told to."""

    def __init__(self, module: ModuleType, root: Path) -> None:
        for name in ("run/evergate/vrrp", "var/lib/evergate", "etc/evergate", "run/haproxy"):
            (root / name).mkdir(parents=True)
        self.maintenance = root / "var/lib/evergate/maintenance"
        self.maintenance.write_text("0\n")
        (root / "run/evergate/maintenance").symlink_to(self.maintenance)
        for name in ("haproxy_process", "haproxy_answers"):
            (root / "run/evergate" / name).write_text("0\n")
        watched = {"instances": [{"name": "shop", "vips": list(VIPS)}]}
        (root / "etc/evergate/vrrp_watch.json").write_text(json.dumps(watched))
        self.root, self.looks, self.stopped = root, 3, set[str]()
        self.socket = root / "run/haproxy/admin.sock"
        self.node = module.Node(root, self.run)

    def run(self, words: list[str], **_: Any) -> CompletedProcess[str]:
        if words[0] == "systemctl":
            return CompletedProcess(words, 3 if words[-1] in self.stopped else 0)
        if self.maintenance.read_text().startswith("1"):
            self.looks -= 1
        here = [{"local": "203.0.113.11"}, *({"local": vip} for vip in VIPS if self.looks > 0)]
        links = [{"ifname": "svc0", "addr_info": here}, {"ifname": "lo", "addr_info": [{"local": VIPS[0]}]}]
        return CompletedProcess(words, 0, stdout=json.dumps([*links, {}]))


@pytest.fixture
def machine(module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(module, "PAUSE", 0.0)
    return Machine(module, tmp_path)


def answering(machine: Machine, *answers: str) -> None:
    """Let HAProxy answer so many commands."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(machine.socket))
    listener.listen()

    def serve() -> None:
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(answer.encode())

    threading.Thread(target=serve, daemon=True).start()


def test_a_fit_node_tells_its_vips_and_servers(machine: Machine) -> None:
    answering(machine, STAT, STAT)
    assert machine.node.look() == {
        "unfit": [],
        "holds": list(VIPS),
        "maintenance": False,
        "servers": {"shop/app1": "UP", "shop/app2": "DRAIN", "admin/app1": "no check"},
        "traffic": {"shop/app1": (90, 10), "shop/app2": (7, 0), "admin/app1": (5, 0)},
    }


def test_a_host_that_is_no_load_balancer_says_so_and_is_out(module: ModuleType, tmp_path: Path) -> None:
    bare = module.Node(tmp_path)
    assert bare.look() == {"unfit": ["it is not set up"], "holds": [], "maintenance": False, "servers": {}}
    assert bare.is_out


def test_a_vip_on_lo_is_not_held(machine: Machine) -> None:
    machine.looks = 0
    assert machine.node.holds() == []


def test_what_keeps_a_node_from_being_active_is_told_in_words(machine: Machine) -> None:
    machine.maintenance.write_text("1\n")
    (machine.root / "run/evergate/haproxy_answers").write_text("1\n")
    machine.stopped.add("keepalived")
    assert machine.node.unfit() == [
        "HAProxy does not answer",
        "it is in maintenance",
        "keepalived does not run",
    ]
    assert machine.node.servers() == {}
    assert machine.node.traffic() == {}


@pytest.mark.parametrize(("then_return", "left"), [(True, "0"), (False, "1")])
def test_a_node_that_is_relieved_returns_or_stays_out(machine: Machine, then_return: bool, left: str) -> None:
    assert machine.node.relieve(then_return=then_return) >= 0
    assert machine.node.holds() == []
    assert machine.maintenance.read_text().strip() == left


def test_a_node_that_cannot_let_go_is_as_it_was(
    module: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.05)
    machine.looks = sys.maxsize
    with pytest.raises(module.Refused, match="still has a VIP"):
        machine.node.relieve(then_return=False)
    assert machine.maintenance.read_text().strip() == "0"


def test_maintenance_ends_when_the_node_is_fit(module: ModuleType, machine: Machine) -> None:
    machine.maintenance.write_text("1\n")
    machine.node.resume()
    assert machine.maintenance.read_text() == "0\n"


def test_maintenance_that_ends_on_a_broken_node_says_why(
    module: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.05)
    machine.stopped.add("haproxy")
    with pytest.raises(module.Refused, match="it is not fit: haproxy does not run"):
        machine.node.resume()


def test_a_server_is_idle_when_no_backend_has_a_session_left(machine: Machine) -> None:
    answering(machine, STAT, STAT.replace("UP,2", "UP,0").replace("check,1", "check,0"))
    assert machine.node.wait_idle(["app1"], 10) == 0


def test_patience_ends(machine: Machine) -> None:
    answering(machine, STAT)
    assert machine.node.wait_idle(["app1", "app2"], 0) == 3


def test_servers_are_up_when_every_backend_says_so(machine: Machine) -> None:
    answering(machine, STAT, STAT.replace("DRAIN", "UP 1/2"), STAT.replace("DRAIN", "UP"))
    machine.node.wait_up(["app1", "app2"], 10)
    with pytest.raises(OSError):  # it has asked three times
        machine.node.wait_up(["app1"], 0)


def test_a_server_that_does_not_come_up_and_one_that_is_not_there_are_told(
    module: ModuleType, machine: Machine
) -> None:
    answering(machine, STAT, STAT)
    with pytest.raises(module.Refused, match="after 0 s shop/app2 is DRAIN"):
        machine.node.wait_up(["app2"], 0)
    with pytest.raises(module.Refused, match="HAProxy has none of them"):
        machine.node.wait_up(["app9"], 0)


def test_a_refusal_is_one_sentence(
    module: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert module.main(["wait-idle", "app1", "1"], machine.node) == 1  # there is no socket
    assert capsys.readouterr().err.startswith("node_duty: ")
    assert module.main(["relieve", "--then-return"], machine.node) == 0


def test_what_is_so_already_is_said_and_left_alone(
    module: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert module.main(["return"], machine.node) == 0
    machine.maintenance.write_text("1\n")
    assert module.main(["relieve"], machine.node) == 0
    assert capsys.readouterr().out == "already\nalready\n"
    assert machine.looks == 3


def test_who_ends_a_maintenance_again_waits_until_the_node_is_fit(
    module: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.stopped.add("haproxy")
    monkeypatch.setattr(module, "DEADLINE", 0.0)
    assert module.main(["return"], machine.node) == 1


def test_a_node_that_is_in_no_order_tells_its_vips_all_the_same(
    module: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(machine.root / "run/evergate")
    assert module.main(["holds"], machine.node) == 0
    assert json.loads(capsys.readouterr().out) == list(VIPS)
    assert machine.node.unfit() == [f"{machine.root}/run/evergate is missing"]
