"""A store that is no web server: only the Redis that may be written to gets connections."""

from __future__ import annotations

import pytest
from lab import LOAD_BALANCERS, host
from web import each_vip

MANAGEMENT = {"lb1": "198.51.100.11", "lb2": "198.51.100.12"}


def redis(vip: str, *words: str) -> str:
    """Return Redis' answer to a command of the client."""
    placeholders = " ".join(["%s"] * len(words))
    return host("client").check_output(f"redis-cli -e -h %s {placeholders}", vip, *words)


@each_vip
def test_what_is_written_can_be_read(vip: str) -> None:
    assert redis(vip, "SET", f"greeting-{vip}", "hello") == "OK"
    assert redis(vip, "GET", f"greeting-{vip}") == "hello"


@each_vip
def test_every_connection_reaches_the_redis_that_may_be_written_to(vip: str) -> None:
    assert all("role:master" in redis(vip, "INFO", "replication") for _ in range(6))


@pytest.mark.parametrize("node", LOAD_BALANCERS)
def test_a_follower_and_a_stranger_on_the_port_are_told_apart_by_their_answers(node: str) -> None:
    metrics = host("client").check_output("curl --silent --fail http://%s:8404/metrics", MANAGEMENT[node])
    up = 'haproxy_server_status{proxy="redis",server="%s",state="UP"} %d'
    for server, is_up in (("app1", 1), ("app2", 0), ("web_server", 0)):
        assert up % (server, is_up) in metrics.splitlines()
