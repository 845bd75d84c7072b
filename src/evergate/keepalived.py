"""keepalived's configuration as text, written from the model alone and in the order of the file."""

from __future__ import annotations

from evergate.model.keepalived import HIGHEST_PRIORITY, Instance, KeepalivedConfig
from evergate.values import Vip

_INDENT = "    "
_Block = list[str]


def render(config: KeepalivedConfig) -> str:
    """Return the whole keepalived.conf of `config.node`, ending in a newline.

    A newline in it is never the data's: the model holds only texts of one line.
    """
    blocks = [
        _block("global_defs", _global(config)),
        *(
            _block(f"track_file {each.name}", [f"file {each.path}", "weight 0"])
            for each in config.track_files
        ),
        *(_block(f"vrrp_instance {each.name}", _instance(config, each)) for each in config.instances),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _global(config: KeepalivedConfig) -> _Block:
    return [
        f"router_id {config.node}",
        "vrrp_version 3",
        # A loaded machine must not look like a dead one. Real-time scheduling is the unit's to give: after a
        # reload without CAP_SYS_RESOURCE, keepalived's own (vrrp_rt_priority) leaves the child a processor
        # time of 0, and the kernel kills it.
        "vrrp_no_swap",
        # A neighbour may miss the announcement of a move: it is repeated, and refreshed ever after.
        "vrrp_garp_master_delay 1",
        "vrrp_garp_master_refresh 10",
        # A node that was cut off comes back as active, without a word to the neighbours, who know its
        # successor. The successor's last advert makes it announce itself anew.
        "vrrp_higher_prio_send_advert true",
        *config.global_extra,
    ]


def _instance(config: KeepalivedConfig, instance: Instance) -> _Block:
    own = next(member for member in config.members if member.name == config.node)
    peers = [str(member.address) for member in config.members if member is not own]
    return [
        # Even the preferred node starts as BACKUP: nopreempt and preempt_delay need it.
        "state BACKUP",
        f"interface {instance.interface}",
        f"virtual_router_id {instance.virtual_router_id}",
        f"priority {_priority(config, instance)}",
        f"advert_int {instance.advert_int:g}",
        *_preemption(instance),
        f"unicast_src_ip {own.address}",
        *_block("unicast_peer", peers),
        *_addresses("virtual_ipaddress", instance.vips, instance.interface),
        *_addresses("virtual_ipaddress_excluded", instance.vips_excluded, instance.interface),
        *_tracked(config),
        *instance.extra,
    ]


def _priority(config: KeepalivedConfig, instance: Instance) -> int:
    """Return the node's priority: the preferred member's is the highest, the others follow in their order."""
    others = [member.name for member in config.members if member.name != instance.preferred]
    return HIGHEST_PRIORITY - [instance.preferred, *others].index(config.node)


def _preemption(instance: Instance) -> _Block:
    if not instance.preempt:
        return ["nopreempt"]
    return [f"preempt_delay {instance.preempt_delay:g}"] if instance.preempt_delay else []


def _tracked(config: KeepalivedConfig) -> _Block:
    # Their weight is 0: a failure is FAULT, which gives the VIPs up whatever the priorities are.
    return _block("track_file", [each.name for each in config.track_files]) if config.track_files else []


def _addresses(keyword: str, vips: tuple[Vip, ...], interface: str) -> _Block:
    return _block(keyword, [f"{vip.interface} dev {interface}" for vip in vips]) if vips else []


def _block(head: str, lines: _Block) -> _Block:
    return [f"{head} {{", *(_INDENT + line for line in lines), "}"]
