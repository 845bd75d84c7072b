from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from evergate.model.haproxy.rule import HttpRequestRule, HttpResponseRule, TcpRequestRule

Told = Callable[..., list[tuple[str, str, str]]]


@pytest.mark.parametrize(
    ("text", "path", "problem", "hint"),
    [
        ("{action: dney}", "action", "'dney' is not known here", "did you mean 'deny'?"),
        ("{}", "action", "is missing", "write action: "),
        (
            "{action: set-header, name: X}",
            "format",
            "is missing beside 'action: set-header'",
            "write format: ",
        ),
        (
            "{action: set-path, format: /x, realm: y}",
            "realm",
            "has no place beside 'action: set-path'",
            "it takes: format; 'realm' belongs to auth",
        ),
        ("{action: deny, if: a, unless: b}", "unless", "stands beside 'if'", "put it into 'if'"),
        ("{action: deny, status: 418}", "status", "HAProxy has no page for '418'", "write one of 200, 400"),
        (
            "{action: return, string: x}",
            "content_type",
            "is missing beside the body",
            "write content_type: ",
        ),
        ("{action: return, content_type: a/b}", "content_type", "is of no body", "write string"),
        (
            "{action: return, content_type: a/b, string: x, file: /x}",
            "file",
            "stands beside 'string'",
            "keep either 'string' or 'file'",
        ),
        ("{action: redirect}", "location", "is missing, and so are", "write location: "),
        (
            "{action: redirect, scheme: https, prefix: x}",
            "scheme",
            "stands beside 'prefix'",
            "keep either 'prefix' or 'scheme'",
        ),
        ("{action: redirect, scheme: https, code: 305}", "code", "'305' is not", "write one of"),
        ("{action: auth, groups: [x]}", "userlist", "is missing beside 'groups'", "write userlist: "),
        ("{action: set-header, name: 'X: y', format: z}", "name", "'X: y' is not a header's name", "write"),
        ("{action: sc-inc-gpc0, counter: 3}", "counter", "'3' is not between 0 and 2", "write a whole"),
        ("{action: use-service, service: x}", "service", "'x' is not a service", "write lua.NAME"),
    ],
)
def test_what_a_rule_for_requests_can_not_be(
    told: Told, text: str, path: str, problem: str, hint: str
) -> None:
    ((found, words, told_hint),) = told(HttpRequestRule.from_data, yaml.safe_load(text), "r")
    assert found == f"r.{path}"
    assert words.startswith(problem)
    assert told_hint.startswith(hint)


def test_an_answer_can_only_be_redirected_to_a_location(told: Told) -> None:
    found = told(HttpResponseRule.from_data, {"action": "redirect", "scheme": "https"}, "r")
    assert ("r.scheme", "has no place beside 'action: redirect'") in [each[:2] for each in found]


def test_an_action_of_another_stage_is_refused_with_that_stage(told: Told) -> None:
    (found,) = told(TcpRequestRule.from_data, {"action": "capture", "stage": "session"}, "r")
    assert found == ("r.action", "'capture' is no action of stage 'session'", "write stage: content")


def test_the_exporter_answers_no_tcp(told: Told) -> None:
    data = {"action": "use-service", "stage": "content", "service": "prometheus-exporter"}
    assert told(TcpRequestRule.from_data, data, "r") == [
        ("r.service", "answers HTTP requests only", "write it into http_request")
    ]
