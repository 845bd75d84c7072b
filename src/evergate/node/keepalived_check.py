"""keepalived's own check, and nft's, of files that are not in their places yet."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import durable
from .commands import words
from .files import File
from .keepalived_plan import CONFIG
from .overlay import seeing
from .service import Refused

# keepalived 2.2 ends its own test with SIGTERM when a script has a user (acassen/keepalived#2587).
_KEEPALIVED = ("env", "--ignore-signal=TERM", "keepalived", "--config-test", f"--use-file={CONFIG}")
_NFT = ("nft", "--check", "--file")


# keepalived 2.3 crashes, here too, if the directory of a file that it tracks is missing.
_TRACKED = re.compile(r'^\s*file\s+"?(/[^"\s]+)/', re.MULTILINE)


def check(wanted: Sequence[File], root: Path) -> list[str]:
    """Check the wanted files, which lie below `root`, as if they were at their own paths.

    keepalived.conf is read by keepalived, what ends in .nft by nft. Returns what keepalived says and accepts;
    raises Refused with what either does not accept.
    """
    said = []
    for file in wanted:
        if file.path == CONFIG:
            with _tracked(file.content):
                said = _checked(wanted, root, _KEEPALIVED)
    for file in wanted:
        if file.path.endswith(".nft"):
            _checked(wanted, root, (*_NFT, file.path))
    return said


@contextlib.contextmanager
def _tracked(text: str) -> Iterator[None]:
    """Let the directories of tracked files exist meanwhile."""
    with contextlib.ExitStack() as stack:
        for place in sorted(set(_TRACKED.findall(text))):
            for made in durable.make_directories(Path(place), 0o755):
                stack.callback(durable.remove_empty, made)
        yield


def _checked(wanted: Sequence[File], root: Path, command: Sequence[str]) -> list[str]:
    done = seeing(wanted, root, command)
    if done.returncode:
        raise Refused(re.sub(rf"\({re.escape(CONFIG)}: (Line \d+\))", r"(\1", words(done)))
    return [line for line in dict.fromkeys(done.stderr.splitlines()) if line.strip()]
