"""What can be found out before anything is touched is refused, in the daemons' words."""

from __future__ import annotations

import pytest
from bad_change import Bad, assert_undone
from pair import CERTIFICATES, INVENTORY, Variables, changed

FULL = """
    cp -a /etc/haproxy /run/lab-copy && mount -t tmpfs -o size=256k,mode=0755 tmpfs /etc/haproxy &&
    cp -a /run/lab-copy/. /etc/haproxy && { cat /dev/zero > /etc/haproxy/.full; rm -rf /run/lab-copy; true; }
"""


def pem(key: str, certificate: str) -> Variables:
    """Return a certificate that is made of two."""
    begin = "-----BEGIN CERTIFICATE"
    parts = {name: (CERTIFICATES / f"{name}.pem").read_text().partition(begin) for name in ("old", "new")}
    text = parts[key][0] if key else ""
    return {"haproxy_certificates": [{"name": "shop", "content": text + begin + parts[certificate][2]}]}


def frontend(**values: object) -> Variables:
    """Return the frontends and one more."""
    more = {"name": "more", "vip": "shop", "port": 8099, "default_backend": "slow"}
    return {"haproxy_frontends": [*INVENTORY["haproxy_frontends"], {**more, **values}]}


def elsewhere(address: str) -> Variables:
    """Return the backends, one of them with a single server there."""
    server = {"name": "new", "address": address, "port": 8200, "resolvers": "lab"}
    resolvers = [{"name": "lab", "nameservers": [{"name": "none", "address": "198.51.100.171", "port": 53}]}]
    return changed("haproxy_backends", 1, group=None, port=None, servers=[server]) | {
        "haproxy_resolvers": resolvers
    }


BAD = {
    "a port in use": lambda: Bad(
        "cannot listen on 198.51.100.200:8099: Address already in use, python3",
        frontend(),
        "systemd-run --quiet --collect --unit=lab-thief /usr/bin/python3 -m http.server 8099; sleep 1",
        "systemctl stop lab-thief",
    ),
    "a certificate with another's key": lambda: Bad(
        "inconsistencies between private key and certificate", pem("new", "old")
    ),
    "a certificate without key": lambda: Bad("holds no private key", pem("", "old")),
    "a name that nobody knows": lambda: Bad(
        "slow/new has no address: its name cannot be resolved", elsewhere("nowhere.example")
    ),
    "a port where no server listens": lambda: Bad(
        "backend slow has 0 servers up, 3 before", changed("haproxy_backends", 1, port=8201)
    ),
    "a keyword that HAProxy does not know": lambda: Bad(
        "'http-request' expects", changed("haproxy_frontends", 0, extra=["http-request frobnicate"])
    ),
    "an address that is none": lambda: Bad(
        "'not-an-address' is not a valid IPv4 or IPv6 address",
        {"haproxy_lists": [{"name": "staff", "entries": ["not-an-address"]}]},
    ),
    "a keyword that keepalived does not know": lambda: Bad(
        "Unknown keyword 'frobnicate'", changed("keepalived_instances", 0, extra=["frobnicate 1"])
    ),
    "an interface that is not there": lambda: Bad(
        "interface svc9", changed("keepalived_instances", 0, interface="svc9")
    ),
    "a full disk": lambda: Bad(
        "No space left on device",
        {"haproxy_maps": [{"name": "hosts", "entries": {f"{n}.example": "slow" for n in range(5000)}}]},
        FULL,
        "umount /etc/haproxy",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused(name: str) -> None:
    assert_undone(BAD[name]())
