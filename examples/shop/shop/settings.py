"""What the operator decides, read once from the environment."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RELEASE_DIRECTORY = Path(__file__).resolve().parent.parent
SHORTEST_SECRET_KEY = 32
MOST_WORKERS = 64
LONGEST_DRAIN_SECONDS = 300.0


class SettingsError(ValueError):
    """One sentence that names the variable and says what to write in it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in which two installations of one release may differ."""

    secret_key: str = field(repr=False)
    version: str
    server: str
    bind: str
    workers: int
    drain_seconds: float
    trouble_file: Path | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """The settings found in `environ`; raises `SettingsError` for the first one missing or wrong."""
        return cls(
            secret_key=_secret_key(environ.get("SHOP_SECRET_KEY", "")),
            version=(RELEASE_DIRECTORY / "VERSION").read_text(encoding="ascii").strip(),
            server=socket.gethostname(),
            bind=environ.get("SHOP_BIND", "0.0.0.0:8000"),
            workers=_workers(environ.get("SHOP_WORKERS", "1")),
            drain_seconds=_drain_seconds(environ.get("SHOP_DRAIN_SECONDS", "2")),
            trouble_file=_trouble_file(environ.get("SHOP_TROUBLE_FILE", "")),
        )


def _secret_key(text: str) -> str:
    if len(text) < SHORTEST_SECRET_KEY:
        raise SettingsError(
            f"SHOP_SECRET_KEY must hold at least {SHORTEST_SECRET_KEY} random characters, the same on every "
            "server (the carts are signed with it)"
        )
    return text


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise SettingsError(f"SHOP_WORKERS must be a whole number from 1 to {MOST_WORKERS}, not {text!r}")
    return int(text)


def _drain_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    # Written this way round so that "nan" is refused too.
    if not 0.0 <= seconds <= LONGEST_DRAIN_SECONDS:
        raise SettingsError(
            f"SHOP_DRAIN_SECONDS must be seconds from 0 to {LONGEST_DRAIN_SECONDS:.0f}, not {text!r}"
        )
    return seconds


def _trouble_file(text: str) -> Path | None:
    if text and not text.startswith("/"):
        raise SettingsError(f"SHOP_TROUBLE_FILE must be a path that begins with '/', not {text!r}")
    return Path(text) if text else None
