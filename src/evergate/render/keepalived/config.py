"""keepalived's configuration as text, written from the model alone and in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable

from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import SyncGroup
from evergate.render.keepalived.instance import instance_block
from evergate.render.keepalived.network import address, garp, route, rule
from evergate.render.keepalived.tracking import alone, bfd, process, script, track_file
from evergate.render.keepalived.words import Block, block, notifications


def render(config: KeepalivedConfig) -> str:
    """Return the whole keepalived.conf of `config.node`, ending in a newline.

    A newline in it is never the data's: the model holds only texts of one line.
    """
    blocks = [
        block("global_defs", _global(config)),
        *_listed("static_ipaddress", map(address, config.static_addresses)),
        *_listed("static_routes", map(route, config.static_routes)),
        *_listed("static_rules", map(rule, config.static_rules)),
        *map(track_file, config.track_files),
        *alone(config),
        *map(process, config.processes),
        *map(bfd, config.bfd),
        *map(script, config.scripts),
        *map(_sync_group, config.sync_groups),
        *(instance_block(config, each) for each in config.instances),
        *([list(config.extra)] if config.extra else []),
    ]
    return "\n\n".join("\n".join(each) for each in blocks) + "\n"


def _global(config: KeepalivedConfig) -> Block:
    return [
        f"router_id {config.node}",
        "vrrp_version 3",
        # A loaded machine must not look like a dead one. Real-time scheduling is the unit's to give: after a
        # reload without CAP_SYS_RESOURCE, keepalived's own (vrrp_rt_priority) leaves the child a processor
        # time of 0, and the kernel kills it.
        "vrrp_no_swap",
        # A neighbour may miss the announcement of a move: it is repeated, and refreshed ever after.
        *garp(config.garp, "vrrp_"),
        # A node that was cut off comes back as active, without a word to the neighbours, who know its
        # successor. The successor's last advert makes it announce itself anew.
        "vrrp_higher_prio_send_advert true",
        *_scripting(config),
        *config.global_extra,
    ]


def _scripting(config: KeepalivedConfig) -> Block:
    """Return who runs commands, if there are any; what others than root could change is not run as root."""
    notifies = [each.notify for each in config.instances] + [each.notify for each in config.sync_groups]
    if not config.scripts and not any(notifies):
        return []
    return [f"script_user {config.script_user}", "enable_script_security"]


def _sync_group(group: SyncGroup) -> Block:
    lines = [*block("group", list(group.instances)), *notifications(group.notify), *group.extra]
    return block(f"vrrp_sync_group {group.name}", lines)


def _listed(keyword: str, lines: Iterable[str]) -> list[Block]:
    """Return a block of these lines, or none when there are none."""
    found = list(lines)
    return [block(keyword, found)] if found else []
