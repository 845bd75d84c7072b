"""What the tests of every scenario share: the lab's hosts, reached as Ansible reaches them, and its VIPs."""

from __future__ import annotations

import tempfile
import time
from functools import cache
from pathlib import Path

import testinfra
from testinfra.host import Host

from evergate.drill.judgement import Drill
from evergate.drill.promises import Terms
from evergate.drill.report import read_drills

LOAD_BALANCERS = ("lb1", "lb2")
APP_SERVERS = ("app1", "app2", "app3")
VIPS = ("198.51.100.200", "2001:db8:1::200")
HEALTH_FILES = tuple(
    f"/run/evergate/{name}" for name in ("maintenance", "haproxy_process", "haproxy_answers")
)
PROJECT = Path(__file__).parents[3]
FAILOVER = PROJECT / "build" / "failover"

_CONNECTIONS = tempfile.TemporaryDirectory()


@cache
def host(name: str) -> Host:
    """Return one of the lab's hosts; all commands share one connection, which closes itself."""
    shared = {"controlpath": f"{_CONNECTIONS.name}/{name}", "controlpersist": 10}
    return testinfra.get_host(f"ssh://{name}", ssh_config="/run/evergate-lab/ssh_config", **shared)


def debian() -> int:
    """Return the release that the lab is built of."""
    return int(host("client").system_info.release.partition(".")[0])


def holders(vip: str) -> list[str]:
    """Return the nodes that have the address on an interface."""
    return [node for node in LOAD_BALANCERS if host(node).check_output("ip -o address show to %s", vip)]


def ask(vip: str, path: str) -> tuple[int, str]:
    """Ask the VIP from the client; return the status and the name of the server that answered."""
    url = f"http://[{vip}]{path}" if ":" in vip else f"http://{vip}{path}"
    form = "%{http_code} %header{x-served-by}"
    answer = host("client").check_output("curl --silent --max-time 5 -o /dev/null -w %s %s", form, url)
    status, _, server = answer.partition(" ")
    return int(status), server


def servers(vip: str) -> dict[str, set[int]]:
    """Return which servers answered twelve requests through the VIP, and with which statuses."""
    answers: dict[str, set[int]] = {}
    for _ in range(12):
        status, server = ask(vip, "/version")
        answers.setdefault(server, set()).add(status)
    return answers


def ailing() -> list[str]:
    """Return what says that a node is not fit to be active."""
    places = [(node, path) for node in LOAD_BALANCERS for path in HEALTH_FILES]
    return [f"{node}:{path}" for node, path in places if host(node).file(path).content_string.strip() != "0"]


@cache
def drill(fault: str) -> Drill:
    """Return what was recorded while the fault was made, judged by twice its times."""
    (recorded,) = read_drills(FAILOVER, [fault], Terms(tolerance=2))
    return recorded


def assert_whole() -> None:
    """Every node is fit again, one of them holds both VIPs, and every server answers through them."""
    give_up = time.monotonic() + 10
    while ailing() and time.monotonic() < give_up:
        time.sleep(0.2)
    assert ailing() == []
    v4, v6 = map(holders, VIPS)
    assert len(v4) == 1
    assert v6 == v4
    for vip in VIPS:
        assert servers(vip) == {server: {200} for server in APP_SERVERS}
