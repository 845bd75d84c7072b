"""The VRRP instances of a keepalived.conf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from .keepalived_text import Block

Address = IPv4Address | IPv6Address

_PRIORITY, _ADVERTS = 100, 3  # keepalived's own choices
_VMAC = ("use_vmac", "use_vmac_addr", "use_ipvlan", "vmac_addr")


@dataclass(frozen=True, slots=True)
class Instance:
    """A VRRP instance. Its VIPs come with their lines, which tell how they are put on an interface."""

    name: str
    interface: str
    router_id: str
    priority: int
    preempts: bool
    version: str
    advert_int: float  # s
    missed: int  # adverts until another node takes over
    source: str
    is_unicast: bool
    auth: Block
    vmac: tuple[tuple[str, ...], ...]
    advertised: dict[Address, tuple[str, ...]]
    excluded: dict[Address, tuple[str, ...]]

    @property
    def vips(self) -> dict[Address, tuple[str, ...]]:
        """Return all that moves with it."""
        return {**self.advertised, **self.excluded}

    @property
    def family(self) -> int:
        """Return 4 or 6: that of its first VIP."""
        return next((each.version for each in self.advertised), 4)

    @property
    def identity(self) -> dict[str, object]:
        """Return by what a reload knows it again, whatever its name; another one begins anew as BACKUP."""
        return {
            "interface": self.interface,
            "virtual_router_id": self.router_id,
            "address family": self.family,
            "unicast_peer": self.is_unicast,
            "source address": self.source,
        }


def instances(config: Block) -> tuple[Instance, ...]:
    """Return the instances in the order of the file; what cannot be read of one is left out."""
    version = config.block("global_defs").value("vrrp_version") or "2"
    return tuple(_instance(block, version) for block in config.blocks if block.words[0] == "vrrp_instance")


def _instance(block: Block, version: str) -> Instance:
    advertised = dict(_vips(block.block("virtual_ipaddress")))
    excluded = dict(_vips(block.block("virtual_ipaddress_excluded")))
    sources = [block.value(keyword) for keyword in ("unicast_src_ip", "mcast_src_ip")]
    return Instance(
        name=" ".join(block.words[1:]),
        interface=block.value("interface") or "",
        router_id=block.value("virtual_router_id") or "",
        priority=int(_number(block.value("priority"), _PRIORITY)),
        preempts=block.value("nopreempt") is None,
        version=block.value("version") or version,
        advert_int=_number(block.value("advert_int"), 1),
        missed=int(_number(block.value("down_timer_adverts"), _ADVERTS)),
        source=next((source for source in sources if source), ""),
        is_unicast=block.block("unicast_peer") != Block(),
        auth=block.block("authentication"),
        vmac=tuple(line for line in block.lines if line[0] in _VMAC),
        advertised=advertised,
        excluded=excluded,
    )


def _vips(block: Block) -> Iterator[tuple[Address, tuple[str, ...]]]:
    for line in block.lines:
        try:
            yield ip_address(line[0].partition("/")[0]), line
        except ValueError:
            continue  # a sequence or a variable: the file is not plain


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text is not None else default
    except ValueError:
        return default
