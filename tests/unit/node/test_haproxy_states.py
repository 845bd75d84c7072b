"""What operators want of servers, over a change that is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from evergate.node.haproxy_states import keep, put_back, returning
from evergate.node.haproxy_text import Section, sections
from evergate.node.touch import Command, Touch

STATES = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state and so on
3 shop 1 app1 203.0.113.21 2 0 1 1 77
3 shop 2 app2 203.0.113.22 2 8 1 1 77
3 shop 3 app3 203.0.113.23 2 33 1 1 77
"""


@pytest.fixture
def config(tmp_path: Path) -> tuple[Section, ...]:
    return sections(f"global\n  server-state-file {tmp_path}/servers.state\n")


def adding(server: str) -> Touch:
    return Touch("runtime", (Command(f"add server {server} 203.0.113.9:80"),))


def test_what_was_kept_becomes_the_file_of_states(tmp_path: Path, config: tuple[Section, ...]) -> None:
    (tmp_path / "servers.state").write_text("1\n")
    for _ in range(2):
        keep(config, STATES)
        put_back(config)
    assert (tmp_path / "servers.state").read_text() == STATES
    assert sorted(each.name for each in tmp_path.iterdir()) == ["servers.state", "servers.state.before"]


def test_what_is_written_to_the_file_afterwards_does_not_change_what_was_kept(
    tmp_path: Path, config: tuple[Section, ...]
) -> None:
    keep(config, STATES)
    put_back(config)
    (tmp_path / "new").write_text("1\n")
    (tmp_path / "new").replace(tmp_path / "servers.state")
    put_back(config)
    assert (tmp_path / "servers.state").read_text() == STATES


@pytest.mark.parametrize(("server", "found"), [("app1", ""), ("app2", "shop/app2"), ("app3", "shop/app3")])
def test_a_server_that_an_operator_had_taken_out_does_not_come_back_at_run_time(
    config: tuple[Section, ...], server: str, found: str
) -> None:
    keep(config, STATES)
    assert returning(config, adding(f"shop/{server}")) == found


def test_without_a_file_of_states_nothing_is_kept(tmp_path: Path) -> None:
    for text in ("global\n  maxconn 5\n", "defaults\n", "global\n  server-state-file relative\n"):
        keep(sections(text), STATES)
        put_back(sections(text))
        assert returning(sections(text), adding("shop/app2")) == ""
    assert list(tmp_path.iterdir()) == []


def test_before_the_first_change_there_is_nothing_to_put_back(
    tmp_path: Path, config: tuple[Section, ...]
) -> None:
    put_back(config)
    assert returning(config, adding("shop/app2")) == ""
    assert list(tmp_path.iterdir()) == []
