"""What a client of the lab sees: requests made with curl on the host `client`, and the answers it got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from lab import VIPS, host
from testinfra.backend.base import CommandResult

each_vip = pytest.mark.parametrize("vip", VIPS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: curl's exit code (0 is an answer of any status), then the answer; the size in bytes."""

    exit: int
    status: int
    version: str
    headers: dict[str, str]
    body: str
    size: int

    @property
    def server(self) -> str:
        """Return the name of the server that answered, empty if none did."""
        return self.headers.get("x-served-by", "")

    @property
    def seen(self) -> dict[str, Any]:
        """Return what the server says it was sent."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def get(vip: str, url: str, *options: str) -> Answer:
    """Ask the VIP for a URL, whatever host it names; `options` are curl's. The lab's authority is trusted."""
    result = _curl(vip, "--write-out", "%{stderr}%{json}\n%{header_json}", *options, url)
    told, _, headers = result.stderr.partition("\n")
    facts = json.loads(told)
    return Answer(
        exit=result.rc,
        status=facts["http_code"],
        version=facts["http_version"],
        headers={name: ", ".join(values) for name, values in json.loads(headers).items()},
        body=result.stdout,
        size=facts["size_download"],
    )


def statuses(vip: str, url: str, *options: str, requests: int) -> list[int]:
    """Return the statuses of some requests, one after the other."""
    return [status for status, _ in _answers(vip, url, *options, requests=requests)]


def served(vip: str, url: str, *options: str, requests: int = 9) -> set[str]:
    """Return the names of the servers that answered some requests, one after the other, with 200."""
    answers = _answers(vip, url, *options, requests=requests)
    assert {status for status, _ in answers} == {200}
    return {server for _, server in answers}


def _answers(vip: str, url: str, *options: str, requests: int) -> list[tuple[int, str]]:
    """Return status and server of some requests by one curl, each over a connection of its own."""
    form = "%{stderr}%{http_code} %header{x-served-by}\n"
    options = ("--write-out", form, "--header", "Connection: close", *options)
    told = _curl(vip, *options, *[url] * requests).stderr.splitlines()
    return [(int(status), server) for status, _, server in (line.partition(" ") for line in told)]


def _curl(vip: str, *options: str) -> CommandResult:
    """Run curl on the client: whatever host its URLs name, the VIP is asked."""
    where = f"::[{vip}]:" if ":" in vip else f"::{vip}:"
    fixed = f"curl --silent --max-time 5 --cacert /etc/ssl/authority.pem --connect-to {where}"
    return host("client").run(fixed + " %s" * len(options), *options)


def client_address(vip: str) -> str:
    """Return the address from which the client speaks to the VIP."""
    return "2001:db8:1::171" if ":" in vip else "198.51.100.171"
