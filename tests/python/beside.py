"""The files that HAProxy finds beside haproxy.cfg, so that a real one can be asked what it thinks of it."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy import config as haproxy
from evergate.render.haproxy.files import DIRECTORY, files, secrets

_REQUEST = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_SUBJECT = ("-days", "3650", "-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example")
_CA = """
[ca]
default_ca = own
[own]
database = index.txt
default_md = sha256
default_crl_days = 3650
"""


def written(config: HaproxyConfig) -> dict[str, str]:
    """Return haproxy.cfg and the files that Evergate writes beside it, by their names below /etc/haproxy."""
    beside = {_name(each["path"]): each["content"] for each in files(config)}
    return {"haproxy.cfg": haproxy.render(config), **beside}


def with_pems(config: HaproxyConfig) -> dict[str, str]:
    """Return the same with a certificate wherever the configuration speaks of one, whatever it should be."""
    pems = {
        _name(each["path"]): pem("key" if "/certificates/" in each["path"] else "authority")
        for each in secrets(config)
    }
    return {**written(config), **pems}


def with_all(config: HaproxyConfig, given: Path) -> dict[str, str]:
    """Return the same with the operator's own files, which lie in the directory `given`, and his own PEMs."""
    own = {path: path.read_bytes().decode() for path in given.rglob("*") if path.is_file()}
    return {
        **with_pems(config),
        **{str(path.relative_to(given)): text for path, text in own.items()},
        **{"own.pem": pem("key"), "tls.d/any.pem": pem("key"), "revoked.pem": pem("crl")},
    }


def pem(kind: str) -> str:
    """Return a self-signed certificate: with its `key`, alone as `authority`, or the `crl` it has signed."""
    return _pems()[kind]


@cache
def _pems() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        _openssl(place, *_REQUEST, "-keyout", "key.pem", "-out", "crt.pem", *_SUBJECT)
        (place / "index.txt").touch()
        (place / "ca.cnf").write_text(_CA)
        _openssl(
            *(place, "ca", "-config", "ca.cnf", "-gencrl"),
            *("-keyfile", "key.pem", "-cert", "crt.pem", "-out", "crl.pem"),
        )
        key, certificate, crl = ((place / f"{name}.pem").read_text() for name in ("key", "crt", "crl"))
        return {"key": certificate + key, "authority": certificate, "crl": crl}


def _openssl(place: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True, timeout=30)


def _name(path: str) -> str:
    return path.removeprefix(f"{DIRECTORY}/")
