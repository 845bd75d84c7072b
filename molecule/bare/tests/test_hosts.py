"""The lab's hosts are whole systems."""

from __future__ import annotations

from lab import APP_SERVERS, LOAD_BALANCERS, host

HOSTS = (*LOAD_BALANCERS, *APP_SERVERS, "client")


def test_systemd_says_that_every_host_is_running() -> None:
    states = {name: host(name).run("systemctl is-system-running").stdout.strip() for name in HOSTS}
    assert set(states.values()) == {"running"}, states


def test_no_host_forwards_what_is_not_for_it() -> None:
    assert {name: host(name).sysctl("net.ipv4.ip_forward") for name in HOSTS} == dict.fromkeys(HOSTS, 0)
