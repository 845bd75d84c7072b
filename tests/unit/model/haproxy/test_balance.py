from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.backend import Backend

Told = Callable[..., list[tuple[str, str, str]]]

SERVERS = "servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: '2001:db8::1', port: 81}]"


def read(text: str) -> Backend:
    """Return the backend of a flow mapping, in which SS stands for two servers."""
    data = yaml.safe_load(text.replace("SS", SERVERS))
    return Backend.from_data({"name": "b", **data}, "b")


@pytest.mark.parametrize(
    ("text", "path", "problem", "hint"),
    [
        ("{SS, balance: robin}", "balance", "'robin' is not known here", "did you mean 'roundrobin'?"),
        (
            "{SS, balance: uri depth}",
            "balance",
            "'uri depth' has other arguments than 'uri'",
            "write uri, with 'len 20', 'dep",
        ),
        (
            "{SS, balance: hash}",
            "balance",
            "'hash' has other arguments than 'hash'",
            "write hash and an expression, ",
        ),
        (
            "{SS, balance: 'hash a b'}",
            "balance",
            "'a b' is not an expression",
            "write a fetch and its converte",
        ),
        (
            "{SS, mode: tcp, balance: uri}",
            "balance",
            "'uri' needs HTTP, and the mode is 'tcp'",
            "write source, leastconn or rou",
        ),
        (
            "{SS, hash_type: consistent}",
            "hash_type",
            "has no effect on balance 'roundrobin', which hashes nothing",
            "delete it, or balance by one o",
        ),
        (
            "{SS, balance: source, hash_type: foo}",
            "hash_type",
            "'foo' is not a type of hash",
            "write map-based or consistent,",
        ),
        (
            "{SS, balance: source, hash_balance_factor: 150}",
            "hash_balance_factor",
            "has no effect without a consistent hash",
            "write hash_type: consistent, o",
        ),
        (
            "{SS, balance: random, hash_balance_factor: 100}",
            "hash_balance_factor",
            "'100' is not between 101 and 65535",
            "write a whole number from 101 ",
        ),
    ],
)
def test_wrong_algorithms_are_refused(told: Told, text: str, path: str, problem: str, hint: str) -> None:
    refusals = told(read, text)
    assert refusals[0][:2] == (f"b.{path}", problem)
    assert refusals[0][2].startswith(hint)
