"""HAProxy as a transaction sees it, on a node that does what a test says."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from fake_haproxy import UP, System

from evergate.node.files import File
from evergate.node.haproxy import HAProxy
from evergate.node.haproxy_master import Processes
from evergate.node.haproxy_sockets import Endpoint
from evergate.node.runtime import ServerState
from evergate.node.service import Refused

TEXT = """global
  chroot /var/lib/haproxy
frontend evergate_probe
  bind 127.0.0.1:8405
  monitor-uri /
frontend web
  bind 203.0.113.100:80
  default_backend shop
backend shop
  server app1 203.0.113.21:80 check inter 300ms
  server app2 203.0.113.22:80 check inter 300ms
"""
PROBE, WEB = Endpoint("tcp", "127.0.0.1", 8405), Endpoint("tcp", "203.0.113.100", 80)
STATES = {("shop", "app1"): UP, ("shop", "app2"): UP}
DOWN = ServerState("DOWN", "L4CON", 0, 1, "Connection refused")


def files(text: str) -> list[File]:
    return [File("/etc/haproxy/haproxy.cfg", text, 0o640, False)]


@pytest.fixture
def haproxy() -> HAProxy:
    system = System(TEXT, listens={PROBE, WEB})
    system.runtime.states = dict(STATES)

    def take() -> None:
        system.now_processes, system.now_worker = Processes(1, 0, 200), 200

    system.reload = take
    return HAProxy(system)


def test_what_the_check_warns_of_is_noted(haproxy: HAProxy) -> None:
    haproxy.system.checked = lambda: ["[haproxy.cfg:3] : deprecated"]
    haproxy.validate(files(TEXT), Path("/"))
    assert haproxy.notes == ["HAProxy warns: [haproxy.cfg:3] : deprecated"]


def test_a_port_in_use_is_found_before_the_old_worker_would_stop_listening(haproxy: HAProxy) -> None:
    new = Endpoint("tcp", "203.0.113.100", 443)
    haproxy.system.taken = {each: OSError(errno.EADDRINUSE, "Address already in use") for each in (new, WEB)}
    haproxy.validate(files(TEXT), Path("/"))  # that HAProxy itself listens there does not count
    with pytest.raises(Refused) as caught:
        haproxy.validate(files(TEXT.replace(":80\n", ":80,203.0.113.100:443\n")), Path("/"))
    wanted = (
        "frontend web cannot listen on 203.0.113.100:443: Address already in use, nginx (process 812) does"
    )
    assert caught.value.words == wanted


def test_an_address_that_nobody_has_counts_only_where_the_kernel_was_told_before(haproxy: HAProxy) -> None:
    haproxy.system.taken = {WEB: OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")}
    haproxy.system.listens = set()
    with pytest.raises(Refused, match="Cannot assign"):
        haproxy.validate(files(TEXT), Path("/"))
    haproxy.validate(files(TEXT.replace(":80\n", ":80 transparent\n")), Path("/"))
    kernel = File("/etc/sysctl.d/60-shop.conf", "# so\nnet.ipv4.ip_nonlocal_bind = 1\n", 0o644, False)
    haproxy.validate([kernel, *files(TEXT)], Path("/"))
    haproxy.system.active = False
    haproxy.validate(files(TEXT), Path("/"))


def test_a_chroot_that_is_no_directory_is_found_before_the_old_worker_is_gone(haproxy: HAProxy) -> None:
    with pytest.raises(Refused, match="'chroot /nowhere': there is no such directory"):
        haproxy.validate(files(TEXT.replace("/var/lib/haproxy", "/nowhere")), Path("/"))


def test_a_backend_that_would_lose_all_servers_is_found_before(haproxy: HAProxy) -> None:
    haproxy.system.reachable = False
    haproxy.validate(files(TEXT.replace("22:80", "22:81")), Path("/"))
    with pytest.raises(Refused, match="backend shop has 0 servers up, 2 before"):
        haproxy.validate(files(TEXT.replace(":80 check", ":81 check")), Path("/"))


def test_a_weight_is_changed_at_run_time(haproxy: HAProxy) -> None:
    after = files(TEXT.replace("21:80 check", "21:80 check weight 7"))
    assert haproxy.plan(files(TEXT), after)[0] == "runtime"
    assert haproxy.apply(files(TEXT), after) == "runtime"
    assert (haproxy.system.runtime.told, haproxy.system.done) == (["set server shop/app1 weight 7"], [])


def test_what_is_refused_at_run_time_is_reloaded_with_what_has_to_be_said_before(haproxy: HAProxy) -> None:
    haproxy.system.runtime.refusal = "No such server."
    after = files(TEXT.replace("21:80 check", "21:80 check weight 7"))
    assert haproxy.apply(files(TEXT), after) == "reload"
    assert (haproxy.system.runtime.told, haproxy.system.done) == (
        ["set server shop/app1 weight 7"],
        ["reload"],
    )
    assert "No such server.: it was reloaded instead" in haproxy.notes[0]


def test_anything_else_is_reloaded_and_a_comment_is_nothing(haproxy: HAProxy) -> None:
    assert haproxy.apply(files(TEXT), files(TEXT.replace("default_backend", "use_backend"))) == "reload"
    assert haproxy.apply(files(TEXT), files(f"# hello\n{TEXT}")) == "nothing"
    assert haproxy.plan(files(TEXT), files(f"# hello\n{TEXT}")) == ("nothing", ())


def test_a_haproxy_that_does_not_tell_its_servers_can_be_changed_all_the_same(haproxy: HAProxy) -> None:
    haproxy.system.runtime.silent = True
    assert haproxy.state() == {}
    assert "did not tell what it served before" in haproxy.notes[0]


def test_all_has_to_be_well_for_as_long_as_a_check_takes(haproxy: HAProxy) -> None:
    haproxy.prove(STATES, 10)
    assert haproxy.system.time == pytest.approx(0.5, abs=0.11)


def test_what_comes_in_time_is_well(haproxy: HAProxy) -> None:
    system = haproxy.system
    system.listens, system.probe = {PROBE}, False
    system.runtime.states = STATES | {("shop", "app1"): replace(UP, status="UP 1/2")}
    system.later[1] = lambda: system.listens.add(WEB)
    system.later[2] = lambda: setattr(system, "probe", True)
    system.later[3] = lambda: system.runtime.states.update(STATES)
    haproxy.prove(STATES, 10)
    assert system.time > 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"listens": {PROBE}}, "HAProxy does not listen on 203.0.113.100:80 (frontend web)"),
        ({"probe": False}, "HAProxy does not answer with 200 on 127.0.0.1:8405 (frontend evergate_probe)"),
    ],
)
def test_what_is_missing_at_the_deadline_is_told(
    haproxy: HAProxy, change: dict[str, object], words: str
) -> None:
    for name, value in change.items():
        setattr(haproxy.system, name, value)
    with pytest.raises(Refused) as caught:
        haproxy.prove(STATES, 10)
    assert caught.value.words == words
    assert haproxy.system.time == pytest.approx(10, abs=0.2)


def test_a_haproxy_that_does_not_answer_is_told(haproxy: HAProxy) -> None:
    haproxy.system.runtime.silent = True
    with pytest.raises(Refused, match="HAProxy does not answer: Connection refused"):
        haproxy.prove(STATES, 1)


def test_a_server_less_is_waited_for_and_a_dead_backend_is_not(haproxy: HAProxy) -> None:
    haproxy.system.runtime.states[("shop", "app1")] = DOWN
    with pytest.raises(Refused, match="1 server up, 2 before: app1 DOWN, L4CON Connection refused"):
        haproxy.prove(STATES, 10)
    assert haproxy.system.time > 9
    haproxy.system.runtime.states[("shop", "app2")] = DOWN
    haproxy.system.time = 0
    with pytest.raises(Refused, match="0 servers up, 2 before"):
        haproxy.prove(STATES, 10)
    assert haproxy.system.time == 0


def test_servers_that_are_checked_too_seldom_are_noted(haproxy: HAProxy) -> None:
    haproxy.system.runtime.states[("shop", "app1")] = replace(UP, check="INI")
    haproxy.prove(STATES, 10)
    assert haproxy.notes == ["not checked again within 10 s: shop/app1"]
