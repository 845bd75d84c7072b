"""The daemons of this release accept every golden configuration without a warning."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from lab import host

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"
CHECKS = {
    "haproxy.cfg": "haproxy -c -V -f",
    "keepalived.conf": "keepalived --config-test --log-console --use-file",
}
CASES = [path for name in CHECKS for path in sorted(GOLDEN.glob(f"*/{name}"))]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_daemon_accepts_the_golden_file(path: Path) -> None:
    content = base64.b64encode(path.read_bytes()).decode()
    host("lb1").check_output("echo %s | base64 --decode > /run/golden", content)
    result = host("lb1").run(f"{CHECKS[path.name]} /run/golden")
    said = result.stdout + result.stderr
    assert result.rc == 0, said
    assert "warning" not in said.lower()
