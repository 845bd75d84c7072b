"""The module node_configuration: a door into evergate.node, which changes a daemon on a node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped]
from ansible.module_utils.evergate.node import (  # type: ignore[import-untyped]
    files,
    haproxy,
    journal,
    keepalived,
    lock,
    outcome,
    revisions,
    service,
    signals,
    transaction,
    units,
)

DOCUMENTATION = """
module: node_configuration
author: The Evergate authors
short_description: The configuration of HAProxy or keepalived on a running node
description:
  - Has the daemon check the files, writes them, applies them by the least touch, and proves that it serves no
    less than before. What fails is taken back at once, and the message says what failed.
  - The last ten good configurations are kept below C(/var/lib/evergate/revisions).
  - Where the daemon does not run the files are checked and written, and it is started, as all O(units).
options:
  service:
    description: The daemon.
    type: str
    choices: [haproxy, keepalived]
    required: true
  state:
    description: Only C(present); a file that is no longer named goes.
    type: str
    choices: [present]
    default: present
  files:
    description: All files of the configuration that hold no secret; what refers to others comes last.
    type: list
    elements: dict
    default: []
    suboptions: &file
      path:
        description: Where it lies.
        type: str
        required: true
      content:
        description: All of its text.
        type: str
        required: true
      mode:
        description: Its permissions, as a text in octal.
        type: str
        default: "0644"
  secrets:
    description: All others; they are written first, and no difference shows them.
    type: list
    elements: dict
    default: []
    suboptions: *file
  rules:
    description:
      - What follows from a change of which path.
      - Lists of C(sysusers), C(sysctl), C(tmpfiles), C(unit) and C(restart UNIT).
    type: dict
    default: {}
  units:
    description: What runs from then on, and at boot, in the order in which it is started.
    type: list
    elements: str
    default: []
  revision:
    description: The number of a kept configuration to roll back to, instead of O(files) and O(secrets).
    type: int
  who:
    description: Who changes it, as user@controller.
    type: str
    required: true
  why:
    description: Why, such as the play's name.
    type: str
    required: true
  run:
    description: What is the same for all tasks of one run, by which it holds the lock of the node.
    type: str
    required: true
  lease:
    description: Seconds for which the run holds the lock from now on.
    type: int
    default: 300
  deadline:
    description: Seconds which the proof may take.
    type: int
    default: 60
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
"""

EXAMPLES = """
- name: Change HAProxy
  node_configuration:
    service: haproxy
    files: "{{ __haproxy_files }}"
    secrets: "{{ __haproxy_secrets }}"
    who: anna@admin1
    why: site.yml
    run: 0b6c1f9e

- name: Go back to what was good yesterday
  node_configuration:
    service: haproxy
    revision: 7
    who: anna@admin1
    why: the new checkout is slow
    run: 0b6c1f9e
"""

RETURN = """
kind:
  description: How the daemon took it, or would; C(start) where it does not run.
  type: str
  returned: success
  sample: runtime
before:
  description: The number of the configuration that was there before, for O(revision); none on a bare host.
  type: int
  returned: success
reasons:
  description: Why in this way.
  type: list
  returned: success
words:
  description: What happened in one sentence.
  type: str
  returned: always
notes:
  description: What is worth knowing of a change that went well; also given as warnings.
  type: list
  returned: always
"""

FILE = {
    "path": {"type": "str", "required": True},
    "content": {"type": "str", "required": True},
    "mode": {"type": "str", "default": "0644"},
}
SECRET = {**FILE, "content": {"type": "str", "required": True, "no_log": True}}
OPTIONS = {
    "service": {"type": "str", "choices": ["haproxy", "keepalived"], "required": True},
    "state": {"type": "str", "choices": ["present"], "default": "present"},
    "files": {"type": "list", "elements": "dict", "default": [], "options": FILE},
    # Not as a whole: paths and modes would become stars wherever they appear.
    "secrets": {"type": "list", "elements": "dict", "default": [], "options": SECRET, "no_log": False},
    "rules": {"type": "dict", "default": {}},
    "units": {"type": "list", "elements": "str", "default": []},
    "revision": {"type": "int"},
    "who": {"type": "str", "required": True},
    "why": {"type": "str", "required": True},
    "run": {"type": "str", "required": True},
    "lease": {"type": "int", "default": 300},
    "deadline": {"type": "int", "default": 60},
}
SERVICES: dict[str, Callable[[], Any]] = {"haproxy": haproxy.HAProxy, "keepalived": keepalived.Keepalived}
HARMLESS = (
    *(service.Refused, files.NotWritten, revisions.NoSuchRevision, journal.Busy, signals.Stopped),
    *(ValueError, OSError),
)


class Unwell(Exception):
    """The change is made, but not all of it is well; `before` is the number of what was there."""

    def __init__(self, words: str, before: int | None) -> None:
        """Keep the number."""
        super().__init__(words)
        self.before = before


@dataclass(frozen=True)
class Door:
    """One call of the module."""

    module: Any
    daemon: Any

    @property
    def kept(self) -> Any:
        """Return the revisions of the daemon."""
        return revisions.Revisions(revisions.DIRECTORY / self.daemon.name)

    def run(self) -> dict[str, Any]:
        """Do it and return the result; raise what the core raises."""
        given = self.module.params
        if self.module.check_mode:
            would = transaction.preview(self.daemon, self.wanted(), self.kept)
            return self._result(would, units.sleeping(given["units"]), "would be ", self.kept.newest())
        reason = outcome.Reason(given["who"], given["why"], datetime.now(UTC))
        held = lock.take(given["run"], reason.who, reason.why, reason.now, lease=given["lease"])
        if held is not None:
            raise journal.Busy(held.told("this node"))
        before = self.kept.newest()
        done = self._change(reason)
        if before is None:  # what a first change finds in place is kept as well
            before = next(iter(self.kept.all()[1:]), None)
        sleeping = units.sleeping(given["units"])
        try:
            units.awaken(sleeping)
        except service.Refused as error:
            raise Unwell(str(error), before and before.number) from error
        if done.kind == "start":
            self._change(reason)  # which finds nothing to do, and keeps it as good
        return self._result(done, sleeping, "", before)

    def _change(self, reason: Any) -> Any:
        done = transaction.change(
            self.daemon, self.wanted(), self.kept, reason, self.module.params["deadline"]
        )
        if done.kind == "start":
            units.carry_out(units.effects(done.differences, self.module.params["rules"]))
        return done

    def wanted(self) -> tuple[Any, ...]:
        """Return the files, the secrets first; or those of a revision."""
        given = self.module.params
        if given["revision"] is not None:
            return tuple(self.kept.get(given["revision"]).files)
        if not given["files"]:
            raise ValueError("neither files nor a revision is given")  # all that is there would go
        return tuple(
            files.File(each["path"], each["content"], int(each["mode"], 8), secret)
            for secret, option in ((True, "secrets"), (False, "files"))
            for each in given[option]
        )

    def _result(self, found: Any, sleeping: tuple[str, ...], would: str, before: Any) -> dict[str, Any]:
        why = f": {'; '.join(found.reasons)}" if found.reasons else ""
        usual = f"{would}changed by {found.kind}{why}"
        unusual = {
            "nothing": f"needs nothing but its files{why}" if found.differences else "is as it should be",
            "start": f"does not run here; its files {would or 'are '}written",
        }
        result = {
            "changed": bool(found.differences or found.cut_off or sleeping),
            "kind": found.kind,
            "before": before and before.number,
            "reasons": list(found.reasons),
            "words": "; ".join(
                [
                    f"{self.daemon.name} {unusual.get(found.kind, usual)}",
                    *(f"{unit} {would or 'was '}started" for unit in sleeping),
                ]
            ),
        }
        self.daemon.notes.extend([found.cut_off] if found.cut_off else [])
        # As the module's own: Ansible does not show it unless it is asked for differences.
        return {**result, "diff": files.shown(found.differences)} if self.module._diff else result


def main() -> None:
    """Read what is given, do it, and say what came of it."""
    # Nothing is logged: a content would be.
    module = AnsibleModule(OPTIONS, supports_check_mode=True, no_log=True)
    given = module.params
    plain = SERVICES[given["service"]]()
    daemon = units.WithUnits(plain, given["rules"]) if given["rules"] else plain
    told: dict[str, Any] = {
        "invocation": {"module_args": {key: given[key] for key in OPTIONS if key not in ("files", "secrets")}}
    }
    try:
        result = Door(module, daemon).run()
    except HARMLESS as error:
        words = f"{daemon.name} is as it was: {error}"
    except outcome.Undone as error:
        words = f"{daemon.name} has its previous configuration again: {error}"
    except outcome.Broken as error:
        words = f"{daemon.name} needs you: {error}"
    except Unwell as error:
        words = f"{daemon.name} has its new files, but {error}"
        told |= {"changed": True, "before": error.before}
    else:
        for note in daemon.notes:
            module.warn(note)
        module.exit_json(**result, notes=daemon.notes, **told)
    module.fail_json(msg=words, words=words, notes=daemon.notes, **told)


if __name__ == "__main__":
    main()
