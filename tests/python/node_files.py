"""A small configuration as files of a node, and what a tree of files holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evergate.node.files import File, differences, shown

MAP = File("/etc/haproxy/maps/hosts.map", "shop.example shop\n", 0o644, False)
KEY = File("/etc/haproxy/certs/shop.pem", "PRIVATE-one\n", 0o640, True)
CONFIG = File("/etc/haproxy/haproxy.cfg", "global\n", 0o640, False)
WANTED = (MAP, KEY, CONFIG)
OTHERS = tuple(File(each.path, each.content * 2, each.mode, each.secret) for each in WANTED)


def tree(root: Path) -> dict[str, tuple[str, str]]:
    """Return the mode and the content of every file."""
    found = [each for each in sorted(root.rglob("*")) if each.is_symlink() or not each.is_dir()]
    return {
        f"/{each.relative_to(root)}": (oct(each.stat().st_mode & 0o7777), each.read_text()) for each in found
    }


def expected(wanted: Sequence[File]) -> dict[str, tuple[str, str]]:
    return {each.path: (oct(each.mode), each.content) for each in sorted(wanted, key=lambda each: each.path)}


def paths(wanted: Sequence[File]) -> list[str]:
    return [each.path for each in wanted]


def seen(wanted: Sequence[File], former: Sequence[str], root: Path, **more: Any) -> list[dict[str, str]]:
    return shown(differences(wanted, former, root, **more))
