from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergate.errors import InvalidData
from evergate.model.keepalived.config import KeepalivedConfig
from evergate.render.keepalived.config import render


def data(node: str = "lb1", members: int = 2, **instance: object) -> dict[str, Any]:
    return {
        "node": node,
        "members": [{"name": f"lb{i}", "address": f"203.0.113.{i}"} for i in range(1, members + 1)],
        "instances": [{"name": "shop", "interface": "svc0", "vips": ["203.0.113.100/24"], **instance}],
        "track_files": [{"name": "haproxy_answers", "path": "/run/evergate/haproxy_answers"}],
    }


def text(data: dict[str, Any]) -> str:
    return render(KeepalivedConfig.from_data(data))


@settings(deadline=None)
@given(members=st.integers(2, 60), preferred=st.integers(1, 60))
def test_every_member_has_its_own_priority_and_the_preferred_the_highest(
    members: int, preferred: int
) -> None:
    preferred = min(preferred, members)
    priorities = []
    for index in range(1, members + 1):
        rendered = text(data(f"lb{index}", members, preferred=f"lb{preferred}"))
        priorities += [int(number) for number in re.findall(r"^    priority (\d+)$", rendered, re.M)]
    assert len(set(priorities)) == members
    assert max(priorities) == priorities[preferred - 1] == 254
    assert min(priorities) > 0


def test_a_node_talks_to_all_others_and_not_to_itself() -> None:
    rendered = text(data("lb2", 3))
    assert "unicast_src_ip 203.0.113.2\n" in rendered
    assert "unicast_peer {\n        203.0.113.1\n        203.0.113.3\n    }" in rendered


def test_a_failure_is_never_a_matter_of_weight() -> None:
    trackers = {
        "scripts": [{"name": "s", "script": "/bin/true"}],
        "processes": [{"name": "p", "process": "haproxy"}],
        "bfd": [{"name": "b", "neighbor_ip": "203.0.113.254"}],
    }
    rendered = text(data() | trackers)
    assert re.findall(r"weight (\S+)", rendered) == ["0"] * 4
    instance = rendered[rendered.index("vrrp_instance") :]
    for kind, name in (("file", "haproxy_answers"), ("script", "s"), ("process", "p"), ("bfd", "b")):
        assert f"    track_{kind} {{\n        {name}\n    }}\n" in instance


def test_an_instance_tracks_what_it_names_instead_of_everything() -> None:
    scripts = [{"name": name, "script": "/bin/true"} for name in ("one", "two")]
    assert "track_script {\n        two\n    }" in text(data(track_script=["two"]) | {"scripts": scripts})
    assert "track_script" not in text(data(track_script=[]) | {"scripts": scripts})


def test_multicast_has_no_peers_and_an_ipv6_instance_leaves_its_source_to_keepalived() -> None:
    four = text(data(multicast=True))
    assert "unicast" not in four
    assert "    mcast_src_ip 203.0.113.1\n" in four
    addresses = {"lb1": "2001:db8::1", "lb2": "2001:db8::2"}
    assert "_src_ip" not in text(data(multicast=True, addresses=addresses, vips=["2001:db8::7/64"]))


def test_the_old_version_is_said_with_its_password() -> None:
    rendered = text(data(version=2, auth={"auth_pass": "s3cret"}))
    assert "    version 2\n" in rendered
    assert "    advert_int 1\n" in rendered
    assert "    authentication {\n        auth_type PASS\n        auth_pass s3cret\n    }\n" in rendered


def test_a_virtual_mac_takes_the_vips_to_its_own_interface() -> None:
    rendered = text(data(use_vmac=True, vips=["203.0.113.100/24", "2001:db8::7/64"]))
    assert "    use_vmac\n    vmac_xmit_base\n    use_vmac_addr\n" in rendered
    assert "dev svc0" not in rendered
    assert "vmac_xmit_base" not in text(data(use_vmac=True, multicast=True))
    assert "use_vmac_addr" not in text(data(use_vmac=True))


def test_commands_have_a_user_and_are_run_only_from_files_that_root_alone_can_write() -> None:
    assert "script_user" not in text(data())
    rendered = text(data(notify={"master": "/bin/a b", "any": "/bin/c", "user": "web www"}))
    assert "    script_user root\n    enable_script_security\n" in rendered
    assert '    notify_master "/bin/a b" web www\n    notify "/bin/c" web www\n' in rendered


def test_a_default_route_of_ipv6_is_written_as_keepalived_can_read_it() -> None:
    routes = [
        {"to": "default", "via": "203.0.113.1", "dev": "svc0"},
        {"to": "default", "via": "2001:db8::1", "dev": "svc0", "table": "100"},
    ]
    rendered = text(data(virtual_routes=routes) | {"static_routes": routes[:1]})
    assert (
        "        default via 203.0.113.1 dev svc0\n        ::/0 via 2001:db8::1 dev svc0 table 100\n"
        in rendered
    )
    assert "static_routes {\n    default via 203.0.113.1 dev svc0\n}\n" in rendered


def test_a_sync_group_names_its_instances() -> None:
    group = {"name": "all", "instances": ["shop", "wiki"], "notify": {"fault": "/bin/x"}}
    second = {"name": "wiki", "interface": "svc0", "vips": ["203.0.113.101/24"]}
    config = data()
    config |= {"sync_groups": [group], "instances": [*config["instances"], second]}
    assert (
        'vrrp_sync_group all {\n    group {\n        shop\n        wiki\n    }\n    notify_fault "/bin/x"\n}'
        in text(config)
    )


def test_announcements_may_be_slowed_for_one_instance() -> None:
    rendered = text(data(garp={"master_repeat": 2}) | {"garp": {"gna_interval": 0.000001, "master_delay": 3}})
    assert "    garp_master_repeat 2\n" in rendered
    assert (
        "    vrrp_garp_master_delay 3\n    vrrp_garp_master_refresh 10\n    vrrp_gna_interval 0.000001\n"
        in rendered
    )


def test_without_tracked_files_there_is_no_empty_block() -> None:
    assert "track_file" not in text(data() | {"track_files": []})


@pytest.mark.parametrize("preempt", [True, False])
def test_all_nodes_start_as_backup(preempt: bool) -> None:
    rendered = text(data(preempt=preempt))
    assert re.findall(r"state (\S+)", rendered) == ["BACKUP"]
    assert ("nopreempt" in rendered) is not preempt


def test_a_preempt_delay_is_written_in_seconds() -> None:
    assert "    preempt_delay 2.5\n" in text(data(preempt=True, preempt_delay=2.5))


@pytest.mark.parametrize("key", ["name", "interface", "preferred", "extra"])
@given(value=st.text(st.characters(codec="utf-8")))
def test_no_text_starts_a_line_of_its_own(key: str, value: str) -> None:
    plain = len(text(data(extra=["dont_track_primary"])).splitlines())
    changed = {"extra": ["dont_track_primary"], key: [value] if key == "extra" else value}
    try:
        rendered = text(data(**changed))
    except InvalidData:
        return
    assert len(rendered.splitlines()) == plain
    assert rendered.count("{") == rendered.count("}")


@pytest.mark.parametrize(
    "place",
    ["script", "script_user", "process", "path", "notify", "label", "table", "auth", "track_interface"],
)
@given(
    value=st.text(st.characters(codec="utf-8"))
    | st.text(st.sampled_from("/a {}\"'#!$@~\\\n\t;-"), max_size=9)
)
def test_no_text_of_a_command_or_a_name_leaves_its_place(place: str, value: str) -> None:
    def whole(word: str) -> dict[str, Any]:
        def at(name: str, plain: str) -> str:
            return word if place == name and word else plain

        config = data(
            notify={"master": at("notify", "/a")},
            version=2,
            auth={"auth_pass": at("auth", "a")},
            extra_addresses=[{"address": "10.0.0.1/8", "interface": "a", "label": at("label", "a:b")}],
            virtual_rules=[{"from": "10.0.0.0/8", "table": at("table", "a"), "preference": 1}],
            track_interface=[at("track_interface", "a")],
        )
        return config | {
            "scripts": [{"name": "s", "script": at("script", "/a")}],
            "script_user": at("script_user", "a"),
            "processes": [{"name": "p", "process": at("process", "a")}],
            "track_files": [{"name": "f", "path": at("path", "/a")}],
        }

    plain = text(whole(""))
    try:
        rendered = text(whole(value))
    except InvalidData:
        return
    assert len(rendered.splitlines()) == len(plain.splitlines())
    assert [rendered.count(mark) for mark in '{}"#!$~\\'] == [plain.count(mark) for mark in '{}"#!$~\\']
