"""What is good takes as little as it can and moves no VIP; each test leaves the pair as it was."""

from __future__ import annotations

import json

from lab import LOAD_BALANCERS, PROJECT, VIPS, host
from pair import CERTIFICATES, active, apply, changed, pair, play, same_on_every_release, standby, worker

DOCTOR = PROJECT / "build" / "doctor.json"
KEPT = "ls /var/lib/evergate/revisions/%s | sort -n | tail -n 2 | head -n 1"  # the one before
LOCK = "/run/evergate/change/lock"
SERVERS = [{"name": f"app{n}", "address": f"198.51.100.16{n}", "port": 8000} for n in (1, 2)]
RUNNING = {
    # Not the backend of the download, whose server can't go before it ends.
    **changed(
        "haproxy_backends", 0, group=None, port=None, servers=[{**SERVERS[0], "weight": 7}, SERVERS[1]]
    ),
    "haproxy_maps": [{"name": "hosts", "entries": {"red.example": "slow", "blue.example": "shop"}}],
    "haproxy_lists": [{"name": "staff", "entries": ["203.0.113.7", "203.0.113.8"]}],
    "haproxy_certificates": [{"name": "shop", "content": (CERTIFICATES / "new.pem").read_text()}],
}


def certificate() -> str:
    """Return whose certificate the client is shown."""
    return host("client").check_output(
        "openssl s_client -connect %s:443 </dev/null 2>/dev/null | openssl x509 -noout -subject", VIPS[0]
    )


@same_on_every_release
def test_a_dry_run_shows_the_difference_and_touches_nothing() -> None:
    before = pair()
    found = apply("--check", "--diff", **changed("haproxy_backends", 1, timeout_server="50s"))
    assert found.ok
    assert "+ timeout server 50s" in found.said
    assert "haproxy would be changed by reload: backend slow: a line 'timeout' differs" in found.said
    assert pair() == before


def test_servers_maps_lists_and_certificates_change_in_the_running_haproxy() -> None:
    before, workers = pair(), {name: worker(name) for name in LOAD_BALANCERS}
    try:
        found = apply(**RUNNING)
        assert found.ok
        assert "haproxy would be changed by runtime" in found.said
        assert certificate().endswith("new.example")
    finally:
        back = apply()
    assert back.ok
    assert certificate().endswith("old.example")
    assert {name: worker(name) for name in LOAD_BALANCERS} == workers
    assert pair() == before


def test_what_takes_a_reload_moves_no_vip_and_is_taken_back_by_its_number() -> None:
    before, workers = pair(), {name: worker(name) for name in LOAD_BALANCERS}
    longer = changed("haproxy_backends", 1, timeout_server="50s")
    found = apply(**longer, keepalived_garp={"master_repeat": 3})
    assert found.ok
    assert "haproxy would be changed by reload: backend slow: a line 'timeout' differs" in found.said
    assert "keepalived would be changed by reload" in found.said
    now = pair()
    assert {name: each.holds for name, each in now.items()} == {
        name: each.holds for name, each in before.items()
    }
    assert all(now[name].files != before[name].files for name in LOAD_BALANCERS)
    assert all(worker(name) != workers[name] for name in LOAD_BALANCERS)
    for service in ("haproxy", "keepalived"):
        kept = play("playbooks/roll_back.yml", service=service)
        assert kept.ok
        assert "site.yml" in kept.said
        number = host(active()).check_output(KEPT, service)
        back = play("playbooks/roll_back.yml", service=service, to=number)
        assert back.ok
        assert f"{service} changed by reload" in back.said
    assert pair() == before


@same_on_every_release
def test_one_node_can_be_changed_alone_and_the_doctor_sees_it() -> None:
    before, first = pair(), standby()
    longer = changed("haproxy_backends", 1, timeout_server="50s")
    try:
        assert apply("--limit", first, **longer).ok
        now = pair()
        assert now[first].files != before[first].files
        assert now[active()] == before[active()]
        assert not any(host(name).file(LOCK).exists for name in LOAD_BALANCERS)
        ill = play("playbooks/doctor.yml")
        assert not ill.ok
        assert first in json.dumps(json.loads(DOCTOR.read_text()))
    finally:
        assert apply().ok
    assert pair() == before
    assert play("playbooks/doctor.yml").ok


@same_on_every_release
def test_an_operation_that_needs_both_nodes_refuses_a_limit() -> None:
    found = play("playbooks/switch_active.yml", "--limit", standby())
    assert not found.ok
    assert "Leave --limit out" in found.said


@same_on_every_release
def test_what_was_changed_by_hand_is_found_and_repaired() -> None:
    before, first = pair(), standby()
    host(first).check_output("sed -i 's/timeout server .*/timeout server 51s/' /etc/haproxy/haproxy.cfg")
    ill = play("playbooks/doctor.yml")
    assert not ill.ok
    assert "haproxy.cfg" in ill.said
    assert apply().ok
    assert pair() == before
