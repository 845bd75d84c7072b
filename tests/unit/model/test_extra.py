from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate.model import extra

Told = Callable[..., list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    "line", ["no option httplog", "http-request deny if { path /x }", "default_backend x"]
)
def test_plain_haproxy_lines_are_taken_as_they_are(line: str) -> None:
    assert extra.haproxy_lines([line], "extra") == (line,)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("frontend other", "'frontend other' begins a new section"),
        ("defaults", "'defaults' begins a new section"),
        ("no listen x", "'no listen x' begins a new section"),
        ("'frontend' other", "does not begin with a keyword"),
        ('front"end" other', "does not begin with a keyword"),
        ("front\\end other", "does not begin with a keyword"),
        ("  frontend other", "does not begin with a keyword"),
        (".if 1", "does not begin with a keyword"),
        ("# a comment", "does not begin with a keyword"),
        ("option httplog\nfrontend other", "holds a line break or another control character"),
    ],
)
def test_lines_that_leave_their_haproxy_section_are_refused(told: Told, line: str, problem: str) -> None:
    ((path, words, _),) = told(extra.haproxy_lines, [line], "extra")
    assert path == "extra[0]"
    assert words.endswith(problem)


def test_a_server_may_have_a_parameter_named_like_a_section() -> None:
    assert extra.server_parameters("cache off", "extra") == "cache off"


def test_keepalived_blocks_that_close_are_taken() -> None:
    lines = ["virtual_routes {", "198.51.100.0/24 dev svc0", "}", "notify_master /bin/true"]
    assert extra.keepalived_lines(lines, "extra") == tuple(lines)


@pytest.mark.parametrize(
    ("lines", "path", "problem"),
    [
        (["}", "vrrp_instance other {"], "extra[0]", "'}' closes a block it is not in"),
        (["virtual_routes {"], "extra", "opens a block and does not close it"),
        (["include /etc/other.conf"], "extra[0]", "'include /etc/other.conf' reads another file"),
        (["! hidden }"], "extra[0]", "'! hidden }' does not begin with a keyword"),
        (["@other priority 1"], "extra[0]", "'@other priority 1' does not begin with a keyword"),
    ],
)
def test_lines_that_leave_their_keepalived_block_are_refused(
    told: Told, lines: list[str], path: str, problem: str
) -> None:
    assert [(each[0], each[1]) for each in told(extra.keepalived_lines, lines, "extra")] == [(path, problem)]


@pytest.mark.parametrize("line", ["[Install]", "ExecStartPre=/bin/x \\", "MemoryMax", " MemoryMax=1", "#A=b"])
def test_lines_that_leave_the_service_section_are_refused(told: Told, line: str) -> None:
    ((_, problem, _),) = told(extra.unit_lines, [line], "extra")
    assert problem.endswith("is not a setting of a systemd service")


def test_settings_of_a_service_are_taken() -> None:
    assert extra.unit_lines(["MemoryMax=512M"], "extra") == ("MemoryMax=512M",)
