# ruff: noqa: E501 -- the inventory and the lines it becomes stand side by side
from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from evergate import values
from evergate.model.haproxy.backend import Backend
from evergate.model.member import Member
from evergate.render.haproxy import backend

SERVERS = "servers: [{name: s1, address: 192.0.2.1, port: 80}, {name: s2, address: '2001:db8::1', port: 81}]"
MEMBERS = tuple(
    Member(name=name, address=values.address(address, ""))
    for name, address in (("a1", "10.0.0.1"), ("a2", "2001:db8::2"))
)


def written(text: str) -> list[str]:
    """Return the lines of a backend, written as a flow mapping in which SS stands for two servers."""
    data = {"name": "b", **yaml.safe_load(text.replace("SS", SERVERS))}
    config = cast(Any, SimpleNamespace(members=MEMBERS, members_of=lambda group: MEMBERS))
    return backend.lines(Backend.from_data(data, "b"), config)


# What both releases of HAProxy took without a warning, when this was written.
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "{SS, balance: 'uri depth 3 len 10 whole', hash_type: consistent sdbm avalanche, hash_balance_factor: 150}",
            [
                "balance uri depth 3 len 10 whole",
                "hash-type consistent sdbm avalanche",
                "hash-balance-factor 150",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: 'hash req.hdr(host),lower', hash_type: consistent}",
            [
                "balance hash req.hdr(host),lower",
                "hash-type consistent",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: 'hash req.cook(a b)'}",
            [
                "balance hash 'req.cook(a b)'",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: 'hdr(X-A) use_domain_only', hash_type: map-based wt6}",
            [
                "balance hdr(X-A) use_domain_only",
                "hash-type map-based wt6",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: 'url_param id check_post'}",
            [
                "balance url_param id check_post",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: rdp-cookie(x), mode: tcp, persist_rdp_cookie: true}",
            [
                "mode tcp",
                "balance rdp-cookie(x)",
                "persist rdp-cookie",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: random(3), hash_balance_factor: 120}",
            [
                "balance random(3)",
                "hash-balance-factor 120",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: first}",
            [
                "balance first",
                "option httpchk",
                "http-check send meth GET uri /healthz",
                "http-check expect status 200",
                "# A server may have acted on a request that then failed: only what is safe to repeat is repeated.",
                "http-request disable-l7-retry unless METH_GET or METH_HEAD",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
        (
            "{SS, balance: source, mode: tcp}",
            [
                "mode tcp",
                "balance source",
                "server s1 192.0.2.1:80 check",
                "server s2 [2001:db8::1]:81 check",
            ],
        ),
    ],
)
def test_each_key_becomes_its_lines(text: str, lines: list[str]) -> None:
    assert written(text) == lines
