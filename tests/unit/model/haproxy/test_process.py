from __future__ import annotations

from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.process import CIPHERS, Global, StatsSocket, Tune


def refusal(data: dict[str, Any]) -> tuple[str, str, str]:
    with pytest.raises(InvalidData) as caught:
        Global.from_data(data, "haproxy_global")
    problem = caught.value.problems[0]
    return problem.path.removeprefix("haproxy_global."), problem.problem, problem.hint


def test_nothing_has_to_be_said() -> None:
    found = Global.from_data({})
    assert (found.chroot, found.user, found.hard_stop_after, found.maxconn) == (
        "/var/lib/haproxy",
        "haproxy",
        "30s",
        None,
    )
    assert found.ssl_default_bind_ciphers == CIPHERS
    assert "DHE-RSA" not in CIPHERS.replace("ECDHE-RSA", "")


def test_a_maxconn_is_refused_when_there_are_too_few_descriptors() -> None:
    path, problem, hint = refusal({"maxconn": 2000, "fd_hard_limit": 4099})
    assert path == "maxconn"
    assert problem == "'2000' needs 4100 file descriptors, of which there are 4099"
    assert hint == "write at most 1999, or allow more with fd_hard_limit"
    assert Global.from_data({"maxconn": 2000, "fd_hard_limit": 4100}).maxconn == 2000


def test_no_more_connections_than_linux_lets_one_process_have() -> None:
    assert Global.from_data({"maxconn": 524_238}).maxconn == 524_238
    assert refusal({"maxconn": 524_239})[0] == "maxconn"


@pytest.mark.parametrize(
    ("data", "path", "problem", "hint"),
    [
        ({"maxconn": 100, "ulimit_n": 299}, "ulimit_n", "too few for the maxconn", "at least 300"),
        (
            {"maxconn": 1, "ulimit_n": 900, "fd_hard_limit": 800},
            "ulimit_n",
            "more than the limit of 800",
            "fd_hard",
        ),
        ({"nbthread": 65}, "nbthread", "not between 1 and 64", "from 1 to 64"),
        (
            {"ssl_default_bind_max_ver": "TLSv1.1"},
            "ssl_default_bind_max_ver",
            "lower than the lowest",
            "TLSv1.2",
        ),
        (
            {"ssl_default_server_max_ver": "TLSv1.0"},
            "ssl_default_server_max_ver",
            "lower than the lowest",
            "TLSv1.2",
        ),
        (
            {"ssl_default_bind_options": ["no-tls-ticket"]},
            "ssl_default_bind_options[0]",
            "not known",
            "no-tls-tickets",
        ),
        (
            {"ssl_load_extra_files": ["none", "ocsp"]},
            "ssl_load_extra_files",
            "beside others",
            "write it alone",
        ),
        ({"ssl_default_bind_ciphers": "A B"}, "ssl_default_bind_ciphers", "not a list of TLS suites", "':'"),
        ({"chroot": "/a b"}, "chroot", "not a file's path", "'/'"),
        ({"lua_load": ["/a.lua 'b"]}, "lua_load[0]", "not a Lua file", "plain words"),
        ({"lua_load": ["/a.lua # b"]}, "lua_load[0]", "not a Lua file", "plain words"),
        ({"lua_load": ["/a.lua b\\"]}, "lua_load[0]", "not a Lua file", "plain words"),
        ({"default_path": "here"}, "default_path", "not a file's path", "'/'"),
        ({"setenv": {"1A": "x"}}, "setenv", "not a variable's name", "REGION"),
        ({"tune": {"bufsiz": 1}}, "tune.bufsiz", "not a known key", "did you mean 'bufsize'?"),
        ({"tune": {"maxrewrite": 8193}}, "tune.maxrewrite", "more than half of a buffer", "at most 8192"),
        (
            {"tune": {"pool_low_fd_ratio": 30, "pool_high_fd_ratio": 20}},
            "tune.pool_low_fd_ratio",
            "more than 'pool_high_fd_ratio'",
            "at most 20",
        ),
        ({"extra": ["defaults"]}, "extra[0]", "begins a new section", "belongs to the section"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, Any], path: str, problem: str, hint: str) -> None:
    found = refusal(data)
    assert found[0] == path
    assert problem in found[1]
    assert hint in found[2]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "s.path"),
        ({"path": "/run/a.sock", "address": "127.0.0.1"}, "s.address"),
        ({"address": "127.0.0.1"}, "s.port"),
        ({"address": "127.0.0.1", "port": 9999, "mode": "600"}, "s.mode"),
        ({"path": "/run/a.sock", "port": 9999}, "s.port"),
        ({"path": "/run/haproxy/admin.sock"}, "s.path"),
        ({"path": "/" + "a" * 90}, "s.path"),
        ({"path": "/run/a.sock", "level": "root"}, "s.level"),
    ],
)
def test_a_command_socket_is_in_one_place(data: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidData) as caught:
        StatsSocket.from_data(data, "s")
    assert caught.value.problems[0].path == path


def test_a_larger_buffer_makes_room_for_more_rewriting() -> None:
    assert Tune.from_data({"bufsize": 32768, "maxrewrite": 16384}).maxrewrite == 16384
