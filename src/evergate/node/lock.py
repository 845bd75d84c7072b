"""Who is changing this node: one run at a time, from its first connection to its last."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import durable

# In a directory of its own: a drill takes every file of /run/evergate for one that keepalived tracks.
PATH = Path("/run/evergate/change/lock")
LEASE = 300  # s, after which a run that no longer renews it is taken for dead
# Two runs on a busy node may read the clock in one order and come to the lock in the other.
CLOCK_STEP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds the node: `who` (user@controller), which `run`, why, and when (UTC).

    The lease began at `renewed` and ends at `until`. `replaced` are the runs of the same `who` from which it
    was taken over.
    """

    who: str
    run: str
    why: str
    since: datetime
    renewed: datetime
    until: datetime
    replaced: tuple[str, ...] = ()

    def told(self, node: str) -> str:
        """Return a sentence without a full stop for whoever has to wait."""
        since, until = f"{self.since:%H:%M:%S}", f"{self.until:%H:%M:%S}"
        return (
            f"{node} is being changed by {self.who} since {since} UTC ({self.why}); "
            f"wait until it is done, or at most until {until} UTC"
        )

    def live(self, now: datetime) -> bool:
        """Return whether the lease holds: it has not ended, and it did not begin in the future."""
        return now < self.until and max(self.since, self.renewed) <= now + CLOCK_STEP


def take(run: str, who: str, why: str, now: datetime, path: Path = PATH, lease: int = LEASE) -> Held | None:
    """Take the lock for a run, or renew its lease, for `lease` seconds; return None, or who holds it instead.

    It can be had if it is free, if its lease is over, and by the same run. Another run of the same `who` can
    have it as well: that is an interrupted run begun again; should the first still live, it is refused from
    then on. `now` is this node's clock. Raises OSError if the lock cannot be written.
    """
    now = now.astimezone(UTC)
    mine = Held(who, run, why, now, now, now + timedelta(seconds=lease))
    with _guarded(path):
        held = _read(path)
        if held is not None and held.live(now):
            if held.run == run:
                mine = replace(mine, since=held.since, replaced=held.replaced)
            elif held.who == who and run not in held.replaced:
                mine = replace(mine, replaced=(*held.replaced, held.run))
            else:
                return held
        _write(path, mine)
    return None


def release(run: str, path: Path = PATH) -> bool:
    """Give the lock back if this run holds it; return whether it did. Raises OSError."""
    with _guarded(path):
        held = _read(path)
        if held is None or held.run != run:
            return False
        durable.remove(path)
    return True


@contextlib.contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Let one process at a time look at the lock and change it; the kernel frees it from one that dies.

    The file beside it stays: were it removed, two could lock two files of the same name.
    """
    durable.make_directories(path.parent, 0o755)
    guard = os.open(path.with_name(f".{path.name}.guard"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        os.close(guard)


def _read(path: Path) -> Held | None:
    """Return who holds the lock; None if nobody does or if the file is not what `_write` writes."""
    try:
        data = json.loads(path.read_bytes())
        who, run, why = (str(data[key]) for key in ("who", "run", "why"))
        since, renewed, until = (
            datetime.fromisoformat(data[key]).astimezone(UTC) for key in ("since", "renewed", "until")
        )
        return Held(who, run, why, since, renewed, until, tuple(map(str, data["replaced"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _write(path: Path, held: Held) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    durable.create(
        new, json.dumps(asdict(held), indent=2, default=datetime.isoformat).encode() + b"\n", 0o644
    )
    durable.replace(new, path)
