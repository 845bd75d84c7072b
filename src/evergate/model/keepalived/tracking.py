"""What makes a node unfit to be active: files, scripts, processes and neighbours that keepalived watches.

Whatever fails puts the instances that track it into FAULT: there is no weight anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, quoted
from evergate.model.extra import keepalived_lines
from evergate.model.keepalived import words
from evergate.model.model import Model, defaulted, optional, required

_NO_WEIGHT = "Refused, unless 0: a failure puts the node into FAULT, it never merely lowers a priority."
_EXTRA = "Further lines for this block, in keepalived's own words."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker(Model):
    """What all of them have in common; their names are keepalived's, for its log and for the instances."""

    identity: ClassVar[str | None] = "name"

    name: str = required(values.name, "How instances and keepalived's log call it.")
    weight: int = defaulted(words.no_weight, _NO_WEIGHT, 0)
    extra: tuple[str, ...] = defaulted(keepalived_lines, _EXTRA, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFile(Tracker):
    """A file that holds 0 while this node may be active; anything else in it is FAULT."""

    path: str = required(words.file_path, "Absolute path of the file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(Tracker):
    """A command that is run over and over; it exits with 0 while this node may be active."""

    script: str = required(
        words.command,
        "What to run: an absolute path, and arguments that need no quotes; only root may write it.",
    )
    interval: float = defaulted(
        words.decimal(0.01, 4294, 3, "seconds"),
        "Seconds between two runs; parts of a second need keepalived 2.3.",
        1.0,
    )
    timeout: float | None = optional(
        words.decimal(0.01, 4294, 3, "seconds"),
        "Seconds after which a run has failed; O(interval) unless given.",
    )
    fall: int = defaulted(values.integer(1, 100), "Failures in a row that make the node unfit.", 2)
    rise: int = defaulted(values.integer(1, 100), "Successes in a row that make it fit again.", 2)
    user: str | None = optional(
        words.user, "User, and group if one follows, that runs it; O(keepalived_script_user) unless given."
    )
    init_fail: bool = defaulted(
        values.boolean, "Whether the node is unfit until the script has succeeded.", False
    )

    @property
    def patience(self) -> float:
        """Return the seconds a single run may take."""
        return self.interval if self.timeout is None else self.timeout

    def rules(self) -> Iterator[Problem]:
        """Yield what makes a failure be noticed later than the interval says."""
        if self.timeout is not None and self.timeout > self.interval:
            hint = f"write at most {self.interval:g}, or a longer interval"
            yield self.wrong("timeout", f"is longer than the interval of {self.interval:g} seconds", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Tracker):
    """A process of this host that must run. The kernel tells of its end, without any polling."""

    process: str = required(
        words.process,
        "Its name as C(ps -o comm) shows it, and its arguments if they matter. keepalived learns of processes"
        " from the kernel's process connector, which containers mostly lack.",
    )
    full_command: bool = defaulted(values.boolean, "Whether to compare the whole command line.", False)
    param_match: str | None = optional(
        values.choice("initial", "partial"),
        "Whether the arguments given are only the first ones, or beginnings.",
    )
    quorum: int = defaulted(values.integer(1, 65535), "How many of them must run.", 1)
    quorum_max: int | None = optional(values.integer(1, 65535), "How many of them may run.")
    fork_delay: float | None = optional(
        words.decimal(0, 3600, 3, "seconds"), "Seconds until a new process counts."
    )
    terminate_delay: float | None = optional(
        words.decimal(0, 3600, 3, "seconds"),
        "Seconds until the end of a process counts: time for its restart.",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a range of numbers that holds none."""
        if self.quorum_max is not None and self.quorum_max < self.quorum:
            hint = f"write {self.quorum} or more, or a smaller quorum"
            yield self.wrong("quorum_max", f"{quoted(self.quorum_max)} is less than quorum", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bfd(Tracker):
    """A neighbour that answers BFD (RFC 5880), such as the router; without it this node is unfit.

    Intervals are milliseconds, as in keepalived's manual.
    """

    neighbor_ip: values.Address = required(values.address, "Address of the neighbour, such as the router.")
    source_ip: values.Address | None = optional(
        values.address, "Address to speak from; it differs between the members, so write it for each host."
    )
    min_rx: float = defaulted(
        words.decimal(1, 60000, 3, "milliseconds"), "Milliseconds between packets that we can hear.", 50.0
    )
    min_tx: float = defaulted(
        words.decimal(1, 60000, 3, "milliseconds"), "Milliseconds between packets that we want to send.", 50.0
    )
    idle_tx: float = defaulted(
        words.decimal(1, 60000, 3, "milliseconds"), "The same while there is no session.", 1000.0
    )
    multiplier: int = defaulted(values.integer(1, 255), "Packets missed until the neighbour is lost.", 3)
    passive: bool = defaulted(values.boolean, "Whether to wait for the neighbour's first packet.", False)
    max_hops: int | None = optional(
        values.integer(0, 255), "Routers that a packet may have passed; 0 in keepalived."
    )
    multihop: bool | None = optional(
        values.boolean,
        "Whether to use the port for neighbours behind a router (RFC 5883); needs O(max_hops).",
    )

    @property
    def patience(self) -> float:
        """Return the seconds until a silent neighbour is lost (RFC 5880, 6.8.4)."""
        return self.multiplier * max(self.min_rx, self.min_tx) / 1000

    def rules(self) -> Iterator[Problem]:
        """Yield what keepalived would refuse or could not use."""
        if self.multihop and not self.max_hops:
            yield self.absent("max_hops", "is needed beside multihop")
        if self.source_ip is not None and self.source_ip.version != self.neighbor_ip.version:
            hint = f"write an IPv{self.neighbor_ip.version} address of this host"
            yield self.wrong("source_ip", f"'{self.source_ip}' is of another family than neighbor_ip", hint)
