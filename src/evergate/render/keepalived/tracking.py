"""What keepalived watches. A failure is FAULT, whatever the priorities are: all weights are 0 but one.

A node that holds the VIP and hears no witness may be cut off, or the only thing left: it is no failure, but
in a contest it should lose. Its priority is lowered below that of every other member.
"""

from __future__ import annotations

from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance
from evergate.model.keepalived.tracking import Bfd, Process, Script, TrackFile
from evergate.render.keepalived.watch import witnesses
from evergate.render.keepalived.words import Block, block, given

_FAULT = "weight 0"
_LAST = "weight -100"  # and still a priority
_WATCH = "/run/evergate/vrrp"  # where the watcher of keepalived writes


def track_file(each: TrackFile) -> Block:
    """Return the block of a file."""
    return block(f"track_file {each.name}", [f"file {each.path}", _FAULT, *each.extra])


def alone(config: KeepalivedConfig) -> list[Block]:
    """Return the block of each file that says whether the node is alone with an instance."""
    return [
        block(f"track_file {name}", [f"file {_WATCH}/{name}", _LAST])
        for each in config.instances
        for name in alone_name(config, each)
    ]


def alone_name(config: KeepalivedConfig, instance: Instance) -> list[str]:
    """Return the name of that file, if there are witnesses; a sync group takes no weights."""
    grouped = any(instance.name in group.instances for group in config.sync_groups)
    return [f"alone_{instance.name}"] if witnesses(config, instance) and not grouped else []


def script(each: Script) -> Block:
    """Return the block of a script; the model holds only commands that quotes keep together."""
    lines = [
        f'script "{each.script}"',
        *given("interval", each.interval),
        *given("timeout", each.patience),
        *given("fall", each.fall),
        *given("rise", each.rise),
        _FAULT,
        *given("user", each.user),
        *(["init_fail"] if each.init_fail else []),
    ]
    return block(f"vrrp_script {each.name}", [*lines, *each.extra])


def process(each: Process) -> Block:
    """Return the block of a process."""
    lines = [
        f"process {each.process}",
        *given("param_match", each.param_match),
        _FAULT,
        *given("quorum", each.quorum),
        *given("quorum_max", each.quorum_max),
        *given("fork_delay", each.fork_delay),
        *given("terminate_delay", each.terminate_delay),
        *(["full_command"] if each.full_command else []),
    ]
    return block(f"vrrp_track_process {each.name}", [*lines, *each.extra])


def bfd(each: Bfd) -> Block:
    """Return the block of a neighbour that answers BFD."""
    lines = [
        f"neighbor_ip {each.neighbor_ip}",
        *given("source_ip", each.source_ip),
        *given("min_rx", each.min_rx),
        *given("min_tx", each.min_tx),
        *given("idle_tx", each.idle_tx),
        *given("multiplier", each.multiplier),
        *(["passive"] if each.passive else []),
        *given("max_hops", each.max_hops),
        *(["multihop"] if each.multihop else []),
        _FAULT,
    ]
    return block(f"bfd_instance {each.name}", [*lines, *each.extra])
