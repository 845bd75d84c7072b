"""What is told to helpers, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evergate.node import bundle
from evergate.node.bundle import HIDDEN, Node, redacted
from evergate.node.files import File
from evergate.node.revisions import Revisions
from evergate.node.runtime import Runtime

KEY = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("    user anna password $5$abc", f"    user anna password {HIDDEN}"),
        (
            "    user ben insecure-password letmein groups staff",
            f"    user ben insecure-password {HIDDEN} groups staff",
        ),
        ("stats auth admin:letmein", f"stats auth {HIDDEN}"),
        ("    auth_pass letmein", f"    auth_pass {HIDDEN}"),
        ('http-check send hdr Authorization "Bearer abc"', f"http-check send hdr Authorization {HIDDEN}"),
        ("    timeout server 30s", "    timeout server 30s"),
    ],
)
def test_what_follows_words_of_secrets_is_hidden(line: str, told: str) -> None:
    assert redacted(f"{line}\nnext\n", []) == f"{told}\nnext\n"


def test_the_lines_of_secret_files_are_hidden_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "COMMANDS", {"said": ("echo", f"cannot parse {KEY}")})
    monkeypatch.setattr(bundle, "UNITS", ())
    pem = File("/etc/haproxy/certificates/shop.pem", f"-----BEGIN PRIVATE KEY-----\n{KEY}\n", 0o600, True)
    config = File("/etc/haproxy/haproxy.cfg", "global\n", 0o640, False)
    Revisions(tmp_path / "haproxy").keep_good((pem, config), "anna@admin1", "site.yml", datetime.now(UTC))
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / "etc/haproxy/haproxy.cfg").write_text("global\n")
    texts = Node(tmp_path, Runtime(tmp_path / "no.sock"), tmp_path).texts()
    assert texts["said.txt"] == f"cannot parse {HIDDEN}\n"
    assert texts["haproxy.cfg"] == "global\n"
    assert "No such file" in texts["keepalived.conf"]
    assert "No such file" in texts["haproxy_info.txt"]
    assert KEY not in "".join(texts.values())
