"""The application runs as a release of its own, as its own user, with its secrets kept."""

from __future__ import annotations

import pytest
from lab import APP_SERVERS, host

each_server = pytest.mark.parametrize("server", APP_SERVERS)


@each_server
def test_the_application_runs_now_and_at_boot(server: str) -> None:
    assert host(server).service("shop").is_running
    assert host(server).service("shop").is_enabled


@each_server
def test_the_current_release_is_complete(server: str) -> None:
    assert host(server).file("/opt/shop/current").linked_to == "/opt/shop/releases/1.1.0"
    assert host(server).check_output("ls -A /opt/shop/releases") == "1.1.0"


@each_server
def test_it_runs_as_its_own_user_without_privileges(server: str) -> None:
    pid = host(server).check_output("systemctl show --value --property MainPID shop")
    status = host(server).file(f"/proc/{pid}/status").content_string
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split()[0] == str(host(server).user("shop").uid)
    assert fields["NoNewPrivs"] == "1"
    assert int(fields["CapBnd"], 16) == 0


@each_server
def test_only_root_reads_its_secrets(server: str) -> None:
    environment = host(server).file("/etc/evergate/shop.env")
    assert (environment.user, environment.mode) == ("root", 0o600)
    secret = environment.content_string.split("SHOP_SECRET_KEY=")[1].split()[0]
    assert secret.strip('"') not in host(server).check_output("journalctl --no-pager")


@each_server
def test_it_answers_by_its_name(server: str) -> None:
    headers = host(server).check_output("curl --silent --fail --head http://127.0.0.1:8000/healthz")
    assert f"X-Served-By: {server}" in headers
