from __future__ import annotations

from typing import Any

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy.lookup import sections

MEMBERS = [{"name": "lb1", "address": "192.0.2.11"}, {"name": "lb2", "address": "2001:db8::12"}]
SHA256 = "$5$saltsalt$" + "a" * 43


def rendered(**data: Any) -> list[list[str]]:
    return sections(HaproxyConfig.from_data(data))


def test_the_pairs_members_are_peers_without_a_word() -> None:
    assert rendered(members=MEMBERS, node="lb1") == [
        ["peers evergate", "peer lb1 192.0.2.11:8406", "peer lb2 [2001:db8::12]:8406"]
    ]


def test_without_members_there_are_no_peers() -> None:
    other = {"name": "other", "port": 8407, "peers": [{"name": "far", "address": "192.0.2.9"}]}
    assert rendered(peers=[other]) == []


def test_the_members_are_in_every_group_of_peers() -> None:
    peer = {"name": "far", "address": "192.0.2.9", "extra": "ssl verify none"}
    other = {"name": "other", "port": 8407, "peers": [peer], "extra": ["default-bind ssl crt /a.pem"]}
    assert rendered(members=MEMBERS, node="lb1", peers=[other])[1] == [
        "peers other",
        "default-bind ssl crt /a.pem",
        "peer lb1 192.0.2.11:8407",
        "peer lb2 [2001:db8::12]:8407",
        "peer far 192.0.2.9:8407 ssl verify none",
    ]


def test_resolvers_take_large_answers() -> None:
    servers = [{"name": "a", "address": "192.0.2.53"}, {"name": "b", "address": "::1", "protocol": "tcp"}]
    found = rendered(
        resolvers=[{"name": "dns", "nameservers": servers, "timeout_retry": "2s", "hold": {"nx": "5s"}}]
    )
    assert found == [
        [
            "resolvers dns",
            "nameserver a 192.0.2.53:53",
            "nameserver b tcp@[::1]:53",
            "accepted_payload_size 8192",
            "timeout retry 2s",
            "hold obsolete 30s",
            "hold nx 5s",
        ]
    ]


def test_users_and_groups_name_each_other() -> None:
    users = [{"name": "ann", "password": SHA256, "groups": ["g"]}, {"name": "bob", "password": SHA256}]
    found = rendered(userlists=[{"name": "u", "users": users, "groups": [{"name": "g", "users": ["bob"]}]}])
    assert found == [
        [
            "userlist u",
            "group g users bob",
            f"user ann password '{SHA256}' groups g",
            f"user bob password '{SHA256}'",
        ]
    ]


def test_a_cache_keeps_variants_if_it_is_told_to() -> None:
    cache = {"name": "c", "total_max_size": 4, "process_vary": True, "max_secondary_entries": 5}
    assert rendered(caches=[cache, {"name": "d", "total_max_size": 1}]) == [
        ["cache c", "total-max-size 4", "max-age 60", "process-vary on", "max-secondary-entries 5"],
        ["cache d", "total-max-size 1", "max-age 60"],
    ]


def test_error_pages_are_files() -> None:
    pages = {"name": "p", "errorfiles": {404: {"content": "<p>no"}, 503: "/etc/haproxy/errors/503.http"}}
    assert rendered(http_errors=[pages]) == [
        [
            "http-errors p",
            "errorfile 404 /etc/haproxy/errorpages/http-errors-p-404.http",
            "errorfile 503 /etc/haproxy/errors/503.http",
        ]
    ]
