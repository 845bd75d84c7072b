from __future__ import annotations

from typing import Any

import pytest

from evergate.errors import InvalidData
from evergate.model.haproxy.lookup import Cache, HttpErrors, PeersSection, Resolvers, Userlist
from evergate.model.model import Model

SHA256 = "$5$saltsalt$" + "a" * 43
USER = {"name": "ann", "password": SHA256}


@pytest.mark.parametrize(
    ("model", "data", "path", "hint"),
    [
        (Resolvers, {"name": "d"}, "x.nameservers", "write nameservers"),
        (
            Resolvers,
            {"name": "d", "parse_resolv_conf": True, "accepted_payload_size": 511},
            "x.accepted_payload_size",
            "from 512",
        ),
        (
            Resolvers,
            {"name": "d", "parse_resolv_conf": True, "hold": {"nxdomain": "1s"}},
            "x.hold.nxdomain",
            "known here",
        ),
        (Userlist, {"name": "u", "users": []}, "x.users", "at least one"),
        (Userlist, {"name": "u", "users": [USER | {"groups": ["g"]}]}, "x.users[0].groups", "add it"),
        (
            Userlist,
            {"name": "u", "users": [USER], "groups": [{"name": "g", "users": ["anna"]}]},
            "x.groups[0].users",
            "did you mean 'ann'?",
        ),
        (Userlist, {"name": "u", "users": [USER | {"name": "a,b"}]}, "x.users[0].name", "letters"),
        (Cache, {"name": "c", "total_max_size": 4096}, "x.total_max_size", "to 4095"),
        (
            Cache,
            {"name": "c", "total_max_size": 1, "max_object_size": 524_289},
            "x.max_object_size",
            "at most 524288",
        ),
        (
            Cache,
            {"name": "c", "total_max_size": 1, "max_secondary_entries": 5},
            "x.max_secondary_entries",
            "process_vary",
        ),
        (HttpErrors, {"name": "p", "errorfiles": {"503": {}}}, "x.errorfiles.503.content", "write content"),
        (PeersSection, {"name": "p", "port": 1, "peers": []}, "x.peers", "at least one"),
    ],
)
def test_what_is_wrong_is_named(model: type[Model], data: dict[str, Any], path: str, hint: str) -> None:
    with pytest.raises(InvalidData) as caught:
        model.from_data(data, "x")
    assert caught.value.problems[0].path == path
    assert hint in caught.value.problems[0].hint


@pytest.mark.parametrize(
    "password",
    [
        "tiger",
        "$1$salt$" + "a" * 22,
        "aaaaaaaaaaaaa",
        "$5$salt$" + "a" * 42,
        SHA256 + "\n",
        SHA256 + " x",
        5551234,
    ],
)
def test_a_password_that_is_no_strong_hash_is_refused_and_never_shown(password: object) -> None:
    with pytest.raises(InvalidData) as caught:
        Userlist.from_data({"name": "u", "users": [{"name": "ann", "password": password}]}, "x")
    problem = caught.value.problems[0]
    assert (problem.path, problem.secret) == ("x.users[0].password", True)
    assert str(password).strip() not in f"{problem.problem} {problem.hint}"
    assert "openssl passwd" in problem.hint


@pytest.mark.parametrize(
    "password",
    [
        SHA256,
        "$6$rounds=5000$salt$" + "a" * 86,
        "$2b$10$" + "a" * 53,
        "$y$j9T$" + "a" * 22 + "$" + "a" * 43,
    ],
)
def test_hashes_of_both_releases_are_taken(password: str) -> None:
    assert Userlist.from_data({"name": "u", "users": [{"name": "a", "password": password}]}).users
