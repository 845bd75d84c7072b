"""What a load balancer tells the doctor of itself: facts and no judgement; nothing is changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import files
from .commands import run
from .revisions import DIRECTORY, Revisions
from .runtime import Runtime, RuntimeRefused

UNITS = (
    *("haproxy.service", "keepalived.service", "evergate-haproxy-watch.service"),
    *("evergate-vrrp-watch.service", "evergate-keepalived-kill.path", "evergate-second-chance.service"),
    "evergate-put-back.service",
)
PACKAGES = ("haproxy", "keepalived")
DAEMONS = ("haproxy", "keepalived")
_ENABLED = ("enabled", "static")


@dataclass(frozen=True, slots=True)
class Node:
    """This node; the paths are those of a node unless a test has others."""

    root: Path = Path("/")
    runtime: Runtime = field(default_factory=Runtime)
    revisions: Path = DIRECTORY

    def told(self) -> dict[str, Any]:
        """Return all facts, as data that JSON can carry; `time` is in seconds of the epoch."""
        return {
            "time": time.time(),
            "packages": self.packages(),
            "units": {unit: self.unit(unit) for unit in UNITS},
            "unfit": self.unfit(),
            "holds": self.holds(),
            "vrrp": self.vrrp(),
            "servers": self.servers(),
            "configurations": {daemon: self.configuration(daemon) for daemon in DAEMONS},
            "certificates": self.certificates(),
            "sysctl": self.sysctl(),
            "reboot": (self.root / "run/reboot-required").exists(),
        }

    def packages(self) -> dict[str, str]:
        """Return the version of each package, empty if it is not installed."""
        return {
            name: run("dpkg-query", "--show", "--showformat=${Version}", name).stdout for name in PACKAGES
        }

    def unit(self, name: str) -> str:
        """Return `active`, `failed` and so on, with `, not at boot` where it would not start then."""
        state = run("systemctl", "is-active", name).stdout.strip() or "missing"
        at_boot = run("systemctl", "is-enabled", name).stdout.strip() in _ENABLED
        return state if at_boot or state == "missing" else f"{state}, not at boot"

    def unfit(self) -> list[str]:
        """Return the health files that are not 0, by their names."""
        place = self.root / "run/evergate"
        found = [path for path in sorted(place.glob("*")) if path.is_file()]
        return [path.name for path in found if path.read_text().strip() != "0"]

    def holds(self) -> list[str]:
        """Return the VIPs that are on this node; on `lo` they only let it answer what comes to it anyway."""
        here = {
            each.get("local")
            for link in json.loads(run("ip", "-json", "address").stdout or "[]")
            if link.get("ifname") != "lo"
            for each in link.get("addr_info", ())
        }
        instances = self._json("etc/evergate/vrrp_watch.json").get("instances", [])
        return [vip for instance in instances for vip in instance["vips"] if vip in here]

    def vrrp(self) -> dict[str, str]:
        """Return the state of each instance as the watcher sees it, `well` if all is."""
        instances = self._json("run/evergate/vrrp/vrrp_watch.json").get("instances", {})
        return {name: str(each["state"]) for name, each in instances.items()}

    def servers(self) -> dict[str, str] | None:
        """Return what HAProxy thinks of each server, None if it does not tell."""
        try:
            text = self.runtime.ask("show stat -1 4 -1").lstrip("# ")
        except (OSError, RuntimeRefused):
            return None
        rows = csv.DictReader(io.StringIO(text))
        return {f"{row['pxname']}/{row['svname']}": row["status"] for row in rows}

    def configuration(self, daemon: str) -> dict[str, Any]:
        """Return the newest good configuration, and which of its files are no longer as it has them."""
        kept = Revisions(self.revisions / daemon)
        newest = kept.newest()
        if newest is None:
            return {"revision": None, "damaged": kept.damaged()}
        paths = [file.path for file in newest.files]
        changed = files.differences(newest.files, paths, self.root)
        words = "".join(f"{file.path}\0{file.mode:o}\0{file.content}\0" for file in newest.files)
        return {
            "revision": newest.number,
            "at": newest.at,
            "who": newest.who,
            "why": newest.why,
            "hash": hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()[:12],
            "changed": [each.path for each in changed],
            "damaged": kept.damaged(),
        }

    def certificates(self) -> dict[str, str]:
        """Return until when each certificate holds, in openssl's words."""
        place = self.root / "etc/haproxy/certificates"
        return {path.name: end for path in sorted(place.glob("*.pem")) for end in _end(path)}

    def sysctl(self) -> dict[str, str]:
        """Return the kernel settings that Evergate's files want and the kernel does not have."""
        wrong = {}
        for path in sorted((self.root / "etc/sysctl.d").glob("60-evergate-*.conf")):
            for name, wanted in re.findall(r"^([a-z0-9_.]+) *= *(\S+)", path.read_text(), re.MULTILINE):
                has = run("sysctl", "--values", name).stdout.strip()
                if has != wanted:
                    wrong[name] = f"{has or 'missing'}, wanted {wanted}"
        return wrong

    def _json(self, path: str) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads((self.root / path).read_text())
            return found
        return {}


def _end(path: Path) -> Iterator[str]:
    """Yield the end of the first certificate in a file, if there is one."""
    done = run("openssl", "x509", "-noout", "-enddate", "-in", str(path))
    if done.returncode == 0 and "=" in done.stdout:
        yield done.stdout.partition("=")[2].strip()
