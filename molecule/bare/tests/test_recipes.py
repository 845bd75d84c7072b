"""The daemons of this release accept the files of every recipe without a warning."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from daemons import complaint
from lab import debian
from recipes import Recipe, recipes
from sites import rendered

VERSIONS = {
    12: {"haproxy_version": "2.6", "keepalived_version": "2.2"},
    13: {"haproxy_version": "3.0", "keepalived_version": "2.3"},
}
PEM = re.compile(r"/etc/haproxy/((?:certificates|authorities)/\S+\.pem)")
# The recipes' interfaces, and those that the lab's hosts have.
INTERFACES = {"eth1": "svc0", "eth2": "mgmt0"}
OPENSSL = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=shop"


@cache
def key_and_certificate() -> tuple[str, str]:
    """Return a new key and its self-signed certificate, which stand for all of the recipes'."""
    command = [*OPENSSL.split(), "-keyout", "-", "-out", "-"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    key, begin, certificate = text.partition("-----BEGIN CERTIFICATE-----")
    return key, begin + certificate


def secrets(files: Mapping[str, str]) -> dict[str, str]:
    """Return a PEM text for every certificate and authority that the files name."""
    key, certificate = key_and_certificate()
    named = {name for text in files.values() for name in PEM.findall(text)}
    return {name: certificate + (key if name.startswith("certificates") else "") for name in named}


def on_the_lab(keepalived: str) -> str:
    """Return keepalived's configuration for the interfaces of the lab's hosts."""
    for name, there in INTERFACES.items():
        keepalived = re.sub(rf"\b{name}\b", there, keepalived)
    return keepalived


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: f"{recipe.number}-{recipe.title}")
def test_the_daemons_accept_the_recipe(recipe: Recipe, tmp_path: Path) -> None:
    release = debian()
    if recipe.number == 13 and release == 12:
        pytest.skip("Debian 12 builds HAProxy without QUIC")
    for files in rendered(recipe.laid_out(tmp_path / "site", **VERSIONS[release])).values():
        moving = on_the_lab(files.pop("keepalived.conf"))
        assert complaint(files | secrets(files)) == ""
        assert complaint({"keepalived.conf": moving}) == ""
