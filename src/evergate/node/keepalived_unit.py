"""What of a change of keepalived's unit only a restart takes."""

from __future__ import annotations

import re
from collections.abc import Mapping

# systemd takes these with its own reload; all else of [Service] is given to a process when it begins.
_TAKEN = re.compile(
    r"Restart\w*|ExecReload|ExecStop\w*|ExecStartPost|TimeoutStopSec|Kill\w+|SendSIG\w+|SuccessExitStatus"
    r"|WatchdogSignal|FinalKillSignal|OOMPolicy"
)
_UNIT = re.compile(r"/(?:etc|run|usr/lib|lib)/systemd/system/keepalived\.service(?:\.d/[^/]+\.conf)?")
_OPTIONS = "/etc/default/keepalived"


def is_of_unit(path: str) -> bool:
    """Return whether this is a file of keepalived's unit: the unit, an addition, or its options."""
    return path == _OPTIONS or _UNIT.fullmatch(path) is not None


def restarting(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a running keepalived would not take of its unit, in words: `CPUSchedulingPolicy`.

    Both are contents by paths; a path that is missing has no file.
    """
    found: dict[str, None] = {}
    for path in sorted(path for path in {*before, *after} if is_of_unit(path)):
        old, new = (settings(files.get(path, ""), path) for files in (before, after))
        found |= dict.fromkeys(key for key in {**old, **new} if old.get(key) != new.get(key))
    return tuple(found)


def settings(text: str, path: str) -> dict[str, list[str]]:
    """Return the settings that a process is given when it begins: their values by their names."""
    found: dict[str, list[str]] = {}
    section = "Service" if path == _OPTIONS else ""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif line and line[0] not in "#;" and section == "Service":
            key, _, value = line.partition("=")
            if not _TAKEN.fullmatch(key.strip()):
                found.setdefault(key.strip(), []).append(value.strip())
    return found
