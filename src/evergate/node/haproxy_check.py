"""HAProxy's own check of files that are not in their places yet, with the words it would use if they were."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .files import File
from .haproxy_words import reason, said
from .overlay import seeing
from .service import Refused

# The check reads the states of the running HAProxy's servers too, which tells nothing about the files; and
# our own file of them is made before every start.
_OF_STATES = ("changed from server-state", "server state file '/var/lib/haproxy/evergate.state'")


def check(wanted: Sequence[File], root: Path, config: str) -> list[str]:
    """Check the wanted files, which lie below `root`, as the unit would at their own paths.

    Without `-q`, which the unit has: HAProxy would be silent about what it refuses too. Returns its warnings;
    raises Refused with its alerts.
    """
    done = seeing(wanted, root, ["haproxy", "-Ws", "-c", "-f", config])
    if done.returncode:
        words = reason(done.stderr) or f"its check ended with {done.returncode} and without words"
        raise Refused(words)
    return [words for words in said(done.stderr, "WARNING") if not any(each in words for each in _OF_STATES)]
