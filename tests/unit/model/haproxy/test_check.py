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
        (
            "{SS, check: {type: pgsql}}",
            "check.user",
            "is missing in a check of type 'pgsql'",
            "write user: pgsql, mysql: The ",
        ),
        (
            "{SS, check: {type: pgsql, user: 'a b'}}",
            "check.user",
            "'a b' is not a user's name",
            "use letters, digits, '_', '.' ",
        ),
        (
            "{SS, check: {type: tcp, path: /x}}",
            "check.path",
            "is not part of a check of type 'tcp'",
            "delete it, or write type: http",
        ),
        (
            "{SS, mode: tcp, check: {path: /x}}",
            "check.path",
            "is not part of a check of type 'tcp'",
            "delete it, or write type: http",
        ),
        (
            "{SS, check: {type: none, path: /}}",
            "check.path",
            "is not part of a check of type 'none'",
            "delete it, or write type: http",
        ),
        (
            "{SS, check: {expect: 99}}",
            "check.expect",
            "'99' is not an HTTP status",
            "write a status such as 200, or",
        ),
        (
            "{SS, check: {expect: 300-200}}",
            "check.expect",
            "'300-200' is not an HTTP status",
            "write a status such as 200, or",
        ),
        (
            "{SS, check: {expect_rstring: '('}}",
            "check.expect_rstring",
            "'(' is not a regular expression: missing ), unterminated subpattern at position 0",
            "write a regular expression, su",
        ),
        (
            "{SS, check: {type: smtp, hello: EHLO}}",
            "check.domain",
            "is missing beside the other",
            "write domain: The name",
        ),
        (
            "{SS, check: {type: external}}",
            "check.command",
            "is missing in a check of type 'external'",
            "write command: The p",
        ),
        (
            "{SS, check: {path: /x, sequence: [{action: send}]}}",
            "check.path",
            "stands beside 'sequence'",
            "write it as a step, or delete ",
        ),
        ("{SS, check: {sequence: []}}", "check.sequence", "is empty", "write at least one item"),
        (
            "{SS, check: {sequence: [{action: expect, status: 200}]}}",
            "check.sequence[0].action",
            "'expect' comes at the wrong time",
            "put it after 'send' or 'expect",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: send}]}}",
            "check.sequence[1].action",
            "'send' comes at the wrong time",
            "put it after 'connect'",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: connect}]}}",
            "check.sequence[1].action",
            "comes after a step without 'connect'",
            "begin with a 'connect' step",
        ),
        (
            "{SS, check: {sequence: [{action: connect}]}}",
            "check.sequence[0].action",
            "ends the sequence before anything is sent",
            "add a 'send' step",
        ),
        (
            "{SS, check: {sequence: [{action: send, data: x}]}}",
            "check.sequence[0].data",
            "is not part of 'send' in an HTTP check",
            "it may have: method, path, pat",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: expect}]}}",
            "check.sequence[1].status",
            "is missing, or another of: status, rstatus, header, string, rstring, string_lf",
            "write status: HTTP sta",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: expect, status: 200, string: x}]}}",
            "check.sequence[1].string",
            "stands beside 'status'",
            "keep one of them: status, rsta",
        ),
        (
            "{SS, check: {sequence: [{action: send, path: /a, path_lf: /b}]}}",
            "check.sequence[0].path_lf",
            "stands beside 'path'",
            "keep one of them: path, path_l",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: expect, header: a, match: reg, value: '('}]}}",
            "check.sequence[1].value",
            "'(' is not a regular expression: missing ), unterminated subpattern at position 0",
            "write a regular expression, su",
        ),
        (
            "{SS, check: {sequence: [{action: send}, {action: expect, header: a, match: beg}]}}",
            "check.sequence[1].value",
            "is missing beside 'match'",
            "write value: The value",
        ),
        (
            "{SS, check: {sequence: [{action: set-var}, {action: send}]}}",
            "check.sequence[0].variable",
            "is missing",
            "write variable: The v",
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: send}]}}",
            "check.sequence[0].data",
            "is missing, or another of: data, data_lf, binary, binary_lf",
            "write data: Text to send",
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: send, data: x}, {action: connect}]}}",
            "check.sequence[1].action",
            "comes after a step without 'connect'",
            "begin with a 'connect' step",
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: send, binary: abc}]}}",
            "check.sequence[0].binary",
            "'abc' is not a row of bytes",
            "write two hexadecimal digits f",
        ),
        (
            "{SS, mode: tcp, check: {sequence: [{action: send, path: /}]}}",
            "check.sequence[0].path",
            "is not part of 'send' in a TCP check",
            "it may have: data, data_lf, bi",
        ),
        (
            "{SS, check: {headers: {A: '%'}}}",
            "check.headers.A",
            "'%' has a '%' that begins nothing",
            "write '%%' for a percent sign,",
        ),
        ("{SS, check: {path: 'x'}}", "check.path", "'x' is not a URL path", "write a path that begins with "),
    ],
)
def test_wrong_checks_are_refused(told: Told, text: str, path: str, problem: str, hint: str) -> None:
    refusals = told(read, text)
    assert refusals[0][:2] == (f"b.{path}", problem)
    assert refusals[0][2].startswith(hint)
