"""What is found out only when it is in use is taken back, on the standby, by the node itself."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from bad_change import Bad, assert_undone
from lab import PROJECT, host
from pair import active, apply, changed, how, line, pair, play, same_on_every_release, standby, worker

IN_PROGRESS = "/var/lib/evergate/revisions/haproxy/in-progress"
CONFIG = "/etc/haproxy/haproxy.cfg"
POWER = PROJECT / "molecule" / "resources" / "power"
CUT_OFF = 60  # s, for a node to take back what it was doing alone, or to boot

BAD = {
    "a health check that fails": lambda: Bad(
        "previous configuration again: backend shop has 0 servers up, 3 before: app1 DOWN, L7STS",
        changed("haproxy_backends", 0, check={"type": "http", "path": "/nowhere"}),
    ),
    "a route that keepalived finds impossible when it runs": lambda: Bad(
        "keepalived has its previous configuration again: Netlink: error: Network is unreachable",
        {"keepalived_static_routes": [{"to": "203.0.113.64/26", "via": "203.0.113.1", "dev": "svc0"}]},
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_taken_back(name: str) -> None:
    assert_undone(BAD[name]())


@same_on_every_release
def test_a_second_operator_is_told_to_wait() -> None:
    before = pair()
    lock = ["ansible", "--inventory=inventories/lab", standby(), "--module-name=node_lock", "--args"]
    words = "who=ben@admin2 why=site.yml run=other state="
    subprocess.run([*lock, f"{words}taken"], **how(), check=True, capture_output=True)
    try:
        found = apply(**changed("haproxy_backends", 1, timeout_server="50s"))
    finally:
        subprocess.run([*lock, f"{words}released"], **how(), check=True, capture_output=True)
    assert not found.ok
    assert "is being changed by ben@admin2 since" in found.said
    assert pair() == before


@same_on_every_release
def test_a_node_that_is_cut_off_from_the_operator_undoes_it_alone() -> None:
    first, before, serving = standby(), pair(), worker(active())
    with _bad_change(first):
        pass
    _until(lambda: not host(first).file(IN_PROGRESS).exists)
    assert pair() == before
    assert worker(active()) == serving
    assert apply().ok
    assert pair() == before


@same_on_every_release
def test_a_node_that_loses_its_power_comes_back_with_what_it_had() -> None:
    first, before = standby(), pair()
    configuration = host(first).file(CONFIG).sha256sum
    with _bad_change(first):
        subprocess.run([POWER, "off", first], check=True)
    ill = play("playbooks/doctor.yml")
    subprocess.run([POWER, "on", first], check=True)
    assert not ill.ok
    assert "cannot be reached" in ill.said
    _until(lambda: _is_up(first))
    assert host(first).service("haproxy").is_running
    assert host(first).file(CONFIG).sha256sum == configuration
    again = apply()
    assert again.ok
    assert "had been cut off; the configuration before it was brought back first" in again.said
    now = pair()
    assert now[first].files == before[first].files
    assert now[active()] == before[active()]


@contextlib.contextmanager
def _bad_change(first: str) -> Iterator[None]:
    """Begin one, go on when a node has its files, but no proof yet, and end with an operator who is gone.

    Ansible's workers are in sessions of their own; a namespace takes them all with it, and their ssh.
    """
    bad = BAD["a health check that fails"]()
    alone = ["unshare", "--pid", "--fork", "--kill-child"]
    with subprocess.Popen(
        [*alone, *line("molecule/change/apply.yml", **bad.variables)],
        **how(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        try:
            _until(lambda: host(first).file(IN_PROGRESS).exists and _has_it(first))
            yield
        finally:
            run.kill()


def _has_it(name: str) -> bool:
    """Return whether a host has the bad configuration."""
    return host(name).file(CONFIG).contains("/nowhere")


def _is_up(name: str) -> bool:
    """Return whether a host can be reached, and has done with its boot."""
    try:
        return host(name).run("systemctl is-system-running").stdout.strip() in ("running", "degraded")
    except RuntimeError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + CUT_OFF
    while not holds():
        assert time.monotonic() < give_up, "it did not come to that"
        time.sleep(0.2)
