"""A change of a daemon's configuration: checked, written, applied and proved; or taken back by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic

from . import files
from .candidate import candidate
from .files import ROOT, Difference, File, NotWritten
from .journal import Journal, Pending
from .outcome import Broken, Outcome, Preview, Reason, Undone
from .revisions import Revisions
from .service import Refused, Service, State
from .signals import Stopped, ignore_termination, undisturbed

DEADLINE = 60.0  # s, for a proof
IN_PROGRESS = "in-progress"


def preview(
    service: Service[State], wanted: Sequence[File], revisions: Revisions, root: Path = ROOT
) -> Preview:
    """Return what `change` would do, touching nothing; on a host without the daemon too.

    Where the daemon runs the wanted files are checked by it. Raises Refused, NotWritten, ValueError.
    """
    work = _Work(service, revisions, root, DEADLINE)
    pending = work.journal.pending()
    cut_off = f"{pending.told()} is in progress or was cut off" if pending else ""
    present, changes = work.compared(wanted)
    if not changes:
        return Preview((), "nothing", (), cut_off)
    files.refuse_without_room(changes, root)
    kind, reasons = work.planned(present, wanted)
    if service.runs():
        work.validate(wanted)
    return Preview(changes, kind, reasons, cut_off)


def change(
    service: Service[State],
    wanted: Sequence[File],
    revisions: Revisions,
    reason: Reason,
    deadline: float = DEADLINE,
    root: Path = ROOT,
) -> Outcome:
    """Bring the daemon to the wanted files and return how; the caller holds the lock of the node.

    Where it does not run they are checked and written. If nothing differs nothing is done, but the files are
    kept as good. Without any effect it raises Refused, NotWritten, Busy, Stopped, ValueError, DamagedRevision
    (of the journal); afterwards Undone or Broken.
    """
    work = _Work(service, revisions, root, deadline)
    with undisturbed(), work.journal.exclusive(deadline):
        with undisturbed():
            cut_off = work.finish()
        return replace(work.change(wanted, reason), cut_off=cut_off)


def roll_back(
    service: Service[State],
    number: int,
    revisions: Revisions,
    reason: Reason,
    deadline: float = DEADLINE,
    root: Path = ROOT,
) -> Outcome:
    """Bring the daemon to the files of a revision, by the same road. Also raises NoSuchRevision."""
    return change(service, revisions.get(number).files, revisions, reason, deadline, root)


@dataclass(frozen=True, slots=True)
class _Work(Generic[State]):
    service: Service[State]
    revisions: Revisions
    root: Path
    deadline: float

    @property
    def journal(self) -> Journal:
        return Journal(self.revisions.directory / IN_PROGRESS, self.root)

    def compared(self, wanted: Sequence[File]) -> tuple[tuple[File, ...], tuple[Difference, ...]]:
        """Return the files that are there now, and what would become of them."""
        newest = self.revisions.newest()
        kept = newest.files if newest else ()
        former = [file.path for file in kept]
        secrets = [file.path for file in kept if file.secret]
        changes = files.differences(wanted, former, self.root, secrets=secrets)
        open_paths = {file.path for file in (*kept, *wanted) if not file.secret} - {*secrets}
        there = files.differences((), [*former, *(file.path for file in wanted)], self.root)
        present = [
            File(each.path, each.before or "", each.mode_before, each.path not in open_paths)
            for each in there
            if each.mode_before is not None  # else it is no file
        ]
        return tuple(present), tuple(changes)

    def planned(self, present: Sequence[File], wanted: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        if self.service.runs():
            return self.service.plan(present, wanted)
        return "start", (f"{self.service.name} does not run here",)

    def change(self, wanted: Sequence[File], reason: Reason) -> Outcome:
        present, changes = self.compared(wanted)
        if not changes:
            self._adopt(wanted, reason)
            return Outcome("nothing", (), ())
        self.validate(wanted)
        kind, reasons = self.planned(present, wanted)
        if kind == "start":
            self._write_unused(present, wanted)
            return Outcome(kind, reasons, changes)
        _refuse_links(changes)
        if self.revisions.newest() is None:
            self._adopt(present, reason)
        took = self._transact(present, wanted, reason)
        if took != kind:
            reasons = (*reasons, f"it was to be by {kind}, but took a {took}")
        return Outcome(took, reasons, changes)

    def finish(self) -> str:
        """Take back what was cut off, and tell of it; raise Broken."""
        pending = self.journal.pending()
        if pending is None:
            return ""
        if pending.became(self.revisions.newest()):
            self.journal.end(pending.before)
            return ""
        ignore_termination()
        self._go_back(pending, None, f"{pending.told()} had been cut off")
        return f"{pending.told()} had been cut off; the configuration before it was brought back first"

    def validate(self, wanted: Sequence[File]) -> None:
        """Have the daemon check the files, which lie in a place of their own meanwhile."""
        with candidate(wanted) as place:
            self.service.validate(wanted, place)

    def _adopt(self, present: Sequence[File], reason: Reason) -> None:
        """Keep what runs already as good."""
        if present and self.service.runs():
            self.revisions.keep_good(present, reason.who, f"found in place: {reason.why}", reason.now)

    def _write_unused(self, present: Sequence[File], wanted: Sequence[File]) -> None:
        try:
            self._write(wanted, present)
        except NotWritten as failure:
            if failure.half_done:
                self._write(present, wanted)
            raise

    def _write(self, wanted: Sequence[File], former: Sequence[File]) -> None:
        files.write(wanted, [file.path for file in former], self.root)

    def _transact(self, present: Sequence[File], wanted: Sequence[File], reason: Reason) -> str:
        state = self.service.state()
        self.journal.begin(present, wanted, reason.who, reason.why, reason.now)
        try:
            self._write(wanted, present)
            took = self.service.apply(present, wanted)
            self.service.prove(state, self.deadline)
            ignore_termination()  # it is good, and as good as kept
            self.revisions.keep_good(wanted, reason.who, reason.why, reason.now)
        except BaseException as failure:  # whatever it was, the node does not stay half way
            ignore_termination()
            if isinstance(failure, NotWritten) and not failure.half_done and self._untouched(present, wanted):
                self.journal.end(present)
                raise
            words = _words(failure)
            at = reason.now.isoformat()
            pending = Pending(tuple(present), tuple(wanted), reason.who, reason.why, at)
            self._go_back(pending, state, words)
            raise Undone(words) from failure
        self.journal.end(present)
        return took

    def _untouched(self, present: Sequence[File], wanted: Sequence[File]) -> bool:
        left = files.differences(present, [file.path for file in wanted], self.root)
        return all((each.before, each.mode_before) == (each.after, each.mode_after) for each in left)

    def _go_back(self, pending: Pending, state: State | None, failure: str) -> None:
        """Bring the files before back to the disk and to the daemon; raise Broken if they do not serve."""
        try:
            self._put_back(pending)
            if state is None and not self.service.runs():
                return self.journal.end(pending.before)
            self.service.apply(pending.after, pending.before)
        except Exception as error:
            look = f"the next run tries it again; see journalctl --unit {self.service.name}"
            raise Broken(f"{failure}; and the way back failed: {_words(error)}; {look}") from error
        self.journal.end(pending.before)
        try:
            self.service.prove(self.service.state() if state is None else state, self.deadline)
        except Exception as error:
            back = "the previous configuration is back and in use, but does not serve as before"
            raise Broken(f"{failure}; {back}: {_words(error)}") from error

    def _put_back(self, pending: Pending) -> None:
        try:
            self._write(pending.before, pending.after)
        except NotWritten:
            self.journal.put_back_spares(pending)
            if not self._untouched(pending.before, pending.after):
                raise


def _words(failure: BaseException) -> str:
    if isinstance(failure, Refused | NotWritten | Stopped):
        return str(failure)
    return f"{type(failure).__name__}: {failure}"


def _refuse_links(changes: Sequence[Difference]) -> None:
    """Refuse what could not come back."""
    for each in changes:
        if each.before is not None and each.mode_before is None:
            raise Refused(
                f"{each.path} is no file {each.before.strip()} and could not come back: move it away"
            )
