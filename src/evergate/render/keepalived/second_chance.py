"""The second chance as files: connections that the new holder of a VIP does not know go on where they are.

When a VIP has moved, packets of connections made before the move reach a node that never saw them. Its
kernel would reset them. Instead it passes them to the member that has just handed the VIP over, or from which
it took it, and that one answers the clients itself until they are done. New connections are never passed on:
only packets other than the first of a connection are, and only by the node that holds the VIP, so that they
cannot go round.

The rules are in tables of their own (nft(8)); nothing in them names an operator's table.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from evergate.model.keepalived.config import KeepalivedConfig
from evergate.model.keepalived.instance import Instance
from evergate.model.member import Member
from evergate.render.keepalived.words import Block, block
from evergate.values import Address, Vip

DIRECTORY = "/etc/evergate"
TABLE = "evergate_second_chance"

_HEAD = "# Ansible managed"

# A member that hands a VIP over says so by an advert of priority 0 (RFC 9568, 5.2.4). It is given connections
# for as long as it is heard of: its HAProxy greets ours every 3 s. One that crashed is silent, and gets none.
HEARD_WITHIN = "10s"
# One from which the VIP is taken, because ours is the higher priority, says nothing, but was just heard of:
# in this share of the time after which it would be held for lost, so that one that was lost gets nothing.
ALIVE_WITHIN = 0.5
# HAProxy answers the watcher within this or hangs; its connections are then reset rather than left hanging.
ANSWERS_WITHIN = "1s"

_VRRP = 112  # by number: a host without netbase has no /etc/protocols to look the name up in
_TCP = 6  # a set needs something to hold: the protocol that is passed on
_MARK = 0x65766731  # of packets on their way to the next table, which drops them
_ROUTES = 218  # the protocol number by which our routes are known
# Half a minute of TIME_WAIT at thousands of connections a second would fill the kernel's table.
_BRIEF = "policy = { time_wait: 2, close: 1 }"


def files(config: KeepalivedConfig) -> list[dict[str, str]]:
    """Return `path` and `content` of each file; none if the pair has no second chance.

    second_chance.nft: the rules. resume.nft: the same after a reload, for connections on their way.
    second_chance.ip: for `ip -batch`, what lets a node answer for a VIP that has left it.
    second_chance.sysctl: what keeps it from claiming such a VIP (the kernel's ip-sysctl, arp_ignore).
    no_second_chance.*: what takes the last two back.
    """
    if not is_possible(config):
        return []
    contents = {
        "second_chance.nft": _rules(config),
        "resume.nft": [
            f'include "{DIRECTORY}/second_chance.nft"',
            *(f"add element inet {TABLE} {_leaving(number)} {{ {_TCP} }}" for number, _ in _numbered(config)),
        ],
        "second_chance.ip": _routes(config),
        "second_chance.sysctl": _settings(config, 1, 2),
        "no_second_chance.ip": _own_addresses(config, "del"),
        "no_second_chance.sysctl": _settings(config, 0, 0),
    }
    return [
        {"path": f"{DIRECTORY}/{name}", "content": "".join(f"{line}\n" for line in (_HEAD, *lines))}
        for name, lines in contents.items()
    ]


def is_possible(config: KeepalivedConfig) -> bool:
    """Return whether there is a member to pass on to, and one alone, and the operator wants it."""
    return config.second_chance and len(config.members) == 2 and bool(_instances(config))


def _rules(config: KeepalivedConfig) -> Block:
    families = {"ip": 4, "ip6": 6}
    return [
        line
        for table in (f"inet {TABLE}", *(f"{family} {TABLE}" for family in families))
        for line in (f"table {table}", f"delete table {table}")
    ] + [
        *block(f"table inet {TABLE}", _judging(config)),
        *(
            line
            for family, version in families.items()
            for line in block(f"table {family} {TABLE}", _passing(config, version))
        ),
    ]


def _judging(config: KeepalivedConfig) -> Block:
    """Return the table that decides which packets are another member's."""
    chains = [line for number, each in _numbered(config) for line in _instance(config, number, each)]
    return [
        *block("ct timeout brief4", ["protocol tcp", "l3proto ip", _BRIEF]),
        *block("ct timeout brief6", ["protocol tcp", "l3proto ip6", _BRIEF]),
        *block("set answers", ["type inet_proto", "flags timeout,dynamic"]),
        *(
            line
            for number, each in _numbered(config)
            for name, within in (
                (_leaving(number), HEARD_WITHIN),
                (_alive(number), _alive_within(config, each)),
            )
            for line in block(
                f"set {name}", ["type inet_proto", "flags timeout,dynamic", f"timeout {within}"]
            )
        ),
        *block("chain brief", _brief()),
        *block(
            "chain handed_over",
            # HAProxy may be the reason why the VIP left: what it does not answer is ended here.
            ["meta l4proto @answers accept", "reject with tcp reset"],
        ),
        *chains,
        *block(
            "chain prerouting",
            [
                "type filter hook prerouting priority mangle - 1; policy accept;",
                f'iifname "lo" tcp sport {config.probe_port} tcp flags & psh == psh'
                f" update @answers {{ {_TCP} timeout {ANSWERS_WITHIN} }} accept",
                *(line for number, each in _numbered(config) for line in _ways_in(config, number, each)),
            ],
        ),
        *block(
            "chain output",
            [
                "type filter hook output priority filter; policy accept;",
                *(
                    f'oifname "{each.interface}" {_adverts(config, each)} meta l4proto @{_alive(number)}'
                    f" update @{_leaving(number)} {{ {_TCP} timeout {HEARD_WITHIN} }}"
                    for number, each in _numbered(config)
                ),
            ],
        ),
    ]


def _brief() -> Block:
    return [
        "meta nfproto ipv4 ct state new ct timeout set brief4",
        "meta nfproto ipv6 ct state new ct timeout set brief6",
    ]


def _ways_in(config: KeepalivedConfig, number: int, instance: Instance) -> Iterator[str]:
    """Yield what sends the peer's packets and those for the VIPs to the instance's chains."""
    interface = f'iifname "{instance.interface}"'
    peer = _peer(config)
    speaks = config.address(instance, peer.name)
    yield f"{interface} {_family(speaks)} saddr {speaks} jump peer_{number}"
    if peer.address != speaks:  # HAProxy greets from the member's own address, which may be elsewhere
        yield f"{_family(peer.address)} saddr {peer.address} meta l4proto tcp jump peer_{number}"
    for family, version in (("ip", 4), ("ip6", 6)):
        vips = [str(vip.address) for vip in _vips(instance, version)]
        if vips:
            yield (f"{interface} {family} daddr {{ {', '.join(vips)} }} meta l4proto tcp jump vip_{number}")


def _instance(config: KeepalivedConfig, number: int, instance: Instance) -> Block:
    """Return the chains of an instance: what the peer says, and whose a connection is."""
    leaving, vrrp = _leaving(number), _adverts(config, instance)
    return [
        *block(
            f"chain peer_{number}",
            [
                f"{vrrp} @th,16,8 0 update @{leaving} {{ {_TCP} timeout {HEARD_WITHIN} }} return",
                f"{vrrp} update @{_alive(number)} {{ {_VRRP} }}",
                f"{vrrp} delete @{leaving} {{ {_TCP} }} return",
                f"meta l4proto @{leaving} update @{leaving} {{ {_TCP} timeout {HEARD_WITHIN} }}",
            ],
        ),
        *block(f"chain unknown_{number}", [f"meta l4proto @{leaving} counter meta mark set {_MARK}"]),
        *block(
            f"chain vip_{number}",
            [
                # The VIP is not on this interface: it has left, and what still comes was handed over.
                "fib daddr . iif type != local goto handed_over",
                f"tcp flags & (syn | ack) != syn ct state {{ new, invalid }} goto unknown_{number}",
                "jump brief",
            ],
        ),
    ]


def _passing(config: KeepalivedConfig, version: int) -> Block:
    """Return the table of one family that passes marked packets on; only there `dup` can be written."""
    lines = ["type filter hook prerouting priority mangle; policy accept;"]
    for instance in _instances(config):
        vips = [str(vip.address) for vip in _vips(instance, version)]
        via = _reached(config.address(instance, _peer(config).name), version)
        if vips and via is not None:
            # `dup` counts the hops down, but goes on at 0: two nodes that both hold the VIP, and each take
            # the other for its former holder, would pass a packet to and fro for ever.
            family, hops = ("ip", "ip ttl") if version == 4 else ("ip6", "ip6 hoplimit")
            lines.append(
                f"meta mark {_MARK} {hops} > 1 {family} daddr {{ {', '.join(vips)} }}"
                f' dup to {via} device "{instance.interface}" drop'
            )
    # Where the peer has no address of this family the client learns at once that its connection is gone.
    return block("chain prerouting", [*lines, f"meta mark {_MARK} meta mark set 0"])


def _routes(config: KeepalivedConfig) -> Block:
    """Return what makes the kernel take packets for the VIPs as its own, on this node or not.

    They are not on an interface, so nobody is told that they are here. The metric ranks them behind the
    kernel's own route of a VIP that is held. A member is reached in IPv6 by an address made of its IPv4 one.
    """
    return [
        *(
            f"route replace local {vip.address} dev lo table local proto {_ROUTES} metric 1024"
            for instance in _instances(config)
            for vip in _vips(instance, 4) + _vips(instance, 6)
        ),
        *_own_addresses(config, "replace"),
    ]


def _own_addresses(config: KeepalivedConfig, verb: str) -> Block:
    own = [
        (each.interface, config.address(each, config.node)) for each in _instances(config) if _vips(each, 6)
    ]
    return [
        f"address {verb} {_link_local(address)}/64 dev {interface}{' nodad' if verb == 'replace' else ''}"
        for interface, address in dict.fromkeys(own)
        if isinstance(address, IPv4Address)
    ]


def _settings(config: KeepalivedConfig, ignore: int, announce: int) -> Block:
    # Written with slashes from the first separator on, so that a VLAN's dot stays one (sysctl.d(5)).
    interfaces = {each.interface for each in _instances(config)}
    return [
        f"net/ipv4/conf/{interface}/{name} = {value}"
        for interface in sorted(interfaces)
        for name, value in (("arp_ignore", ignore), ("arp_announce", announce))
    ]


def _instances(config: KeepalivedConfig) -> list[Instance]:
    """Return the instances whose VIPs are on an interface that is known here, not on a virtual MAC's own."""
    return [each for each in config.instances if not each.use_vmac]


def _numbered(config: KeepalivedConfig) -> Iterator[tuple[int, Instance]]:
    """Yield each instance with the number that stands for its name, which nft might not take."""
    return enumerate(_instances(config), start=1)


def _peer(config: KeepalivedConfig) -> Member:
    (other,) = (each for each in config.members if each.name != config.node)
    return other


def _reached(peer: Address, version: int) -> Address | None:
    """Return the peer's address in a family, None if it has none that is known here."""
    if peer.version == version:
        return peer
    return _link_local(peer) if isinstance(peer, IPv4Address) else None


def _link_local(address: IPv4Address) -> IPv6Address:
    """Return the link-local address that each member gives itself: `fe80::65:7667:` and its IPv4 address."""
    return IPv6Address(int(IPv6Address("fe80::65:7667:0:0")) + int(address))


def _vips(instance: Instance, version: int) -> list[Vip]:
    return [vip for vip in (*instance.vips, *instance.vips_excluded) if vip.address.version == version]


def _family(address: Address) -> str:
    return "ip" if address.version == 4 else "ip6"


def _leaving(number: int) -> str:
    return f"leaving_{number}"


def _alive(number: int) -> str:
    return f"alive_{number}"


def _alive_within(config: KeepalivedConfig, instance: Instance) -> str:
    return f"{round(ALIVE_WITHIN * config.interval(instance) * config.missed(instance) * 1000)}ms"


def _adverts(config: KeepalivedConfig, instance: Instance) -> str:
    return f"meta l4proto {_VRRP} @th,8,8 {config.router_id(instance)}"
