"""A keepalived.conf of two instances, and what keepalived 2.2 and 2.3 write of it in JSON."""

from __future__ import annotations

import json
from ipaddress import ip_address

CONFIG = "/etc/keepalived/keepalived.conf"
SHOP, OTHER = ip_address("203.0.113.100"), ip_address("203.0.113.200")
TEXT = """\
global_defs {
    router_id lb1
    vrrp_version 3
    vrrp_no_swap
}

vrrp_instance shop {
    state BACKUP
    interface eth1
    virtual_router_id 100
    priority 254
    advert_int 0.1
    nopreempt
    unicast_src_ip 203.0.113.11
    unicast_peer {
        203.0.113.12
    }
    virtual_ipaddress {
        203.0.113.100/25 dev eth1
    }
}
"""
_START = TEXT.index("vrrp_instance")
BOTH = (
    TEXT
    + "\n"
    + (
        TEXT[_START:]
        .replace("shop", "other")
        .replace("router_id 100", "router_id 101")
        .replace("13.100/", "13.200/")
    )
)


def edited(old: str, new: str, text: str = TEXT) -> str:
    """Return the text with something replaced once, which has to be there."""
    assert old in text
    return text.replace(old, new, 1)


def without(name: str, text: str = BOTH) -> str:
    """Return the text without an instance."""
    start = text.index(f"vrrp_instance {name} {{")
    return text[:start] + text[text.index("\n}\n", start) + 3 :]


def data(
    name: str, state: int, vips: list[str], router_id: int = 100, priority: int = 254
) -> dict[str, dict[str, object]]:
    """Return an instance as it stands in the JSON, without what nobody reads."""
    return {
        "data": {
            "iname": name,
            "ifp_ifname": "eth1",
            "vrid": router_id,
            "base_priority": priority,
            "state": state,
            "vips": vips,
        },
        "stats": {"advert_sent": 23},
    }


def json_of(*every: dict[str, dict[str, object]], version: int = 1) -> str:
    """Return the text of the file in one of its two versions (keepalived.conf(5), "json_version")."""
    return json.dumps([*every] if version == 1 else {"vrrp": [*every], "track_process": []})
