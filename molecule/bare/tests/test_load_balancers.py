"""Both nodes are ready to serve, one of them holds the VIPs, and only management sees the inside."""

from __future__ import annotations

import pytest
from lab import LOAD_BALANCERS, VIPS, ask, assert_whole, holders, host

MANAGEMENT = {"lb1": "198.51.100.11", "lb2": "198.51.100.12"}
SERVICE = {"lb1": "198.51.100.151", "lb2": "198.51.100.152"}
SERVICES = (
    "haproxy",
    "evergate-haproxy-watch",
    "keepalived",
    "evergate-vrrp-watch",
    "evergate-second-chance",
    "evergate-keepalived-kill.path",
    "evergate-put-back",
)
each_node = pytest.mark.parametrize("node", LOAD_BALANCERS)


@each_node
@pytest.mark.parametrize("service", SERVICES)
def test_the_service_runs_now_and_at_boot(node: str, service: str) -> None:
    assert host(node).service(service).is_running
    assert host(node).service(service).is_enabled


@each_node
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_the_standby_may_bind_a_vip_that_it_does_not_hold(node: str, family: str) -> None:
    assert host(node).sysctl(f"net.{family}.ip_nonlocal_bind") == 1


@each_node
def test_both_nodes_listen_on_the_vips_and_keep_the_rest_to_themselves(node: str) -> None:
    listening = host(node).check_output("ss --listening --tcp --numeric --no-header").splitlines()
    places = {line.split()[3] for line in listening} - {"0.0.0.0:22", "[::]:22"}
    assert places == {
        "198.51.100.200:80",
        "[2001:db8:1::200]:80",
        f"{MANAGEMENT[node]}:8404",
        "127.0.0.1:8405",
        f"{SERVICE[node]}:8406",  # the pair's peers
    }


@each_node
def test_haproxy_goes_before_what_else_wants_the_processor(node: str) -> None:
    assert host(node).check_output("systemctl show --property=CPUWeight --value haproxy") == "1000"
    master = host(node).check_output("systemctl show --property=MainPID --value haproxy")
    worker = host(node).check_output("pgrep --parent %s", master)
    assert host(node).file(f"/proc/{worker}/autogroup").content_string.strip().endswith(" nice -10")


@each_node
@pytest.mark.parametrize("path", ["/etc/haproxy/haproxy.cfg", "/etc/keepalived/keepalived.conf"])
def test_only_root_reads_the_configuration(node: str, path: str) -> None:
    file = host(node).file(path)
    assert (file.user, file.group, file.mode) == ("root", "root", 0o640)


def test_every_node_is_fit_one_holds_both_vips_and_every_server_answers_through_them() -> None:
    assert_whole()


@each_node
def test_the_stats_page_and_the_metrics_are_for_management(node: str) -> None:
    base = f"http://{MANAGEMENT[node]}:8404"
    assert "Statistics Report" in host("client").check_output("curl --silent --fail %s/", base)
    metrics = host("client").check_output("curl --silent --fail %s/metrics", base)
    assert 'haproxy_backend_active_servers{proxy="shop"} 3' in metrics


def test_requests_are_logged_to_the_journal() -> None:
    ask(VIPS[0], "/healthz?logged")
    (active,) = holders(VIPS[0])
    journal = host(active).check_output("journalctl --unit haproxy --since -1min --no-pager")
    assert '"GET /healthz?logged HTTP/1.1"' in journal


@each_node
def test_keepalived_is_scheduled_before_everything_else(node: str) -> None:
    pids = host(node).check_output("pidof keepalived").split()
    policies = {host(node).check_output("ps --no-headers -o cls,rtprio -p %s", pid) for pid in pids}
    assert {tuple(policy.split()) for policy in policies} == {("RR", "50")}


def test_the_vip_was_taken_once_and_no_reload_moved_it() -> None:
    show = "journalctl --unit keepalived --no-pager --output short-unix"
    journals = [host(node).check_output(show) for node in LOAD_BALANCERS]
    assert all("Reloading" in journal for journal in journals)
    lines = "\n".join(journals).splitlines()
    taken = sorted(float(line.split()[0]) for line in lines if "Entering MASTER STATE" in line)
    # Two nodes that start in the same few milliseconds may both take it, and one gives way at once.
    assert 1 <= len(taken) <= 2
    assert taken[-1] - taken[0] < 0.1, [line for line in lines if "STATE" in line]
    assert not any("Respawning" in journal for journal in journals)
