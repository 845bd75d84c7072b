"""Commands that keepalived runs when an instance or a sync group changes its state."""

from __future__ import annotations

from dataclasses import dataclass

from evergate.model.keepalived import words
from evergate.model.model import Model, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Model):
    """Commands for changes of state; keepalived runs them and does not wait for them."""

    master: str | None = optional(words.command, "Runs when this node becomes active (C(notify_master)).")
    backup: str | None = optional(words.command, "Runs when this node becomes standby (C(notify_backup)).")
    fault: str | None = optional(words.command, "Runs when this node becomes unfit (C(notify_fault)).")
    stop: str | None = optional(words.command, "Runs when keepalived stops (C(notify_stop)).")
    any: str | None = optional(
        words.command,
        "Runs at every change, after the others (C(notify)); kind, name, state and priority are added to its"
        " arguments.",
    )
    user: str | None = optional(
        words.user, "User, and group if one follows, that runs them; O(keepalived_script_user) unless given."
    )
