from __future__ import annotations

import pytest

from evergate.node.secrecy import veiled, veiled_beside


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  user anna password $5$abc$def groups staff", "  user anna password (hidden) groups staff"),
        ("  user anna insecure-password letmein", "  user anna insecure-password (hidden)"),
        ("  stats auth anna:letmein", "  stats auth (hidden)"),
        ("  dynamic-cookie-key letmein", "  dynamic-cookie-key (hidden)"),
        ("  auth_pass letmein", "  auth_pass (hidden)"),
        (
            "  http-request set-header Authorization Basic%20eA==",
            "  http-request set-header Authorization (hidden)",
        ),
        ("  cookie SERVER insert indirect nocache", "  cookie SERVER insert indirect nocache"),
        ("  timeout server 30s", "  timeout server 30s"),
    ],
)
def test_what_follows_such_words_is_hidden(line: str, shown: str) -> None:
    assert veiled(line) == shown


def test_a_secret_that_differs_is_seen_to_differ() -> None:
    before = "userlist staff\n  user anna password old\n  user ben password same\n"
    after = before.replace("old", "new")
    assert veiled(before) != veiled_beside(after, before)
    assert "new" not in veiled_beside(after, before)
    assert veiled_beside(before, before) == veiled(before)
