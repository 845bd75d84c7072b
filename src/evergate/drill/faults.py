"""The catalogue: every fault a drill can make, how, and what is promised for it.

The commands are for /bin/sh on the host that `where` names. In them stand NODE for the host hit (its name in
the inventory), INTERFACE for its interface with the VIP, VIP, PEERS for the addresses of the pair's other
members with blanks between them, APP_SERVICE and APP_PORT for the application, SECONDS for how long the
fault lasts. `heal` runs however `inflict` ended, in the same shell, and has its variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from evergate import values
from evergate.drill import promises
from evergate.drill.promises import Promise
from evergate.errors import InvalidData, Problem, nearest, quoted, refused

PLACES = ("active", "standby", "nodes", "app_server", "app_servers", "controller")
_OWN_KEYS = ("where", "text", "inflict", "heal")
_OWN_HINT = "say in drill_own_faults how your machines make it and heal it: inflict and heal, shell commands"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    title: it in words. where: `active` (the node that holds the VIP), `standby`, `nodes` (every load balancer
    at once), `app_server` (the first), `app_servers` (all), or `controller`, on behalf of the active node.
    text: what happened to the host, for the report. inflict, heal: the commands; None for what can't be made
    from inside a machine. lasts: as long as a fault, or as long as a stress that must change nothing.
    fills_time: `inflict` itself lasts for SECONDS. stops_node: the node's own records stop with it.
    reboots: and what it had is gone. seconds: how long it needs, where that is not the drill's to choose;
    it is made once, whatever the rounds are.
    """

    name: str
    title: str
    where: str
    text: str
    promise: Promise
    inflict: str | None = None
    heal: str | None = None
    lasts: Literal["fault", "stress"] = "fault"
    fills_time: bool = False
    stops_node: bool = False
    reboots: bool = False
    seconds: int | None = None

    @property
    def once(self) -> bool:
        """Whether one round is enough: it lasts long, or repeats itself."""
        return self.lasts == "stress" or self.seconds is not None


_NODES = (
    Fault(
        name="node_frozen",
        title="Node frozen",
        where="controller",
        text="frozen",
        promise=promises.NODE_LOST,
        stops_node=True,
    ),
    Fault(
        name="node_powered_off",
        title="Node powered off",
        where="controller",
        text="powered off",
        promise=promises.NODE_RETURNS,
        stops_node=True,
        reboots=True,
    ),
    Fault(
        name="node_cut_off",
        title="Node cut off",
        where="active",
        text="cut off from the service network",
        promise=promises.NODE_LOST,
        inflict="""\
nft 'table netdev evergate_drill {
chain in { type filter hook ingress device INTERFACE priority 0; policy drop; };
chain out { type filter hook egress device INTERFACE priority 0; policy drop; }; }'
""",
        heal="nft delete table netdev evergate_drill",
    ),
)

_MAIN_PID = '"$(systemctl show --property=MainPID --value haproxy.service)"'

_HAPROXY = (
    Fault(
        name="haproxy_killed",
        title="HAProxy killed",
        where="active",
        text="HAProxy killed (SIGKILL)",
        promise=promises.HAPROXY_KILLED,
        inflict="systemctl kill --signal=KILL haproxy.service",
        heal="systemctl start haproxy.service",  # which systemd has restarted long since
    ),
    Fault(
        name="haproxy_worker_killed",
        title="HAProxy's worker killed",
        where="active",
        text="HAProxy's worker killed (SIGKILL)",
        promise=promises.HAPROXY_CRIPPLED,
        inflict=f"pkill -KILL -P {_MAIN_PID}",
        heal="systemctl start haproxy.service",
    ),
    Fault(
        name="haproxy_master_killed",
        title="HAProxy's master killed",
        where="active",
        text="HAProxy's master killed (SIGKILL)",
        promise=promises.HAPROXY_CRIPPLED,
        inflict=f"kill -KILL {_MAIN_PID}",
        heal="systemctl start haproxy.service",
    ),
    Fault(
        name="haproxy_hung",
        title="HAProxy hung",
        where="active",
        text="HAProxy hung (SIGSTOP)",
        promise=promises.HAPROXY_HUNG,
        inflict="systemctl kill --signal=STOP haproxy.service",
        heal="systemctl kill --signal=CONT haproxy.service",
    ),
    Fault(
        name="haproxy_worker_hung",
        title="HAProxy's worker hung",
        where="active",
        text="HAProxy's worker hung (SIGSTOP)",
        promise=promises.HAPROXY_HUNG,
        inflict=f"pkill -STOP -P {_MAIN_PID}",
        heal=f"pkill -CONT -P {_MAIN_PID}",
    ),
    Fault(
        name="haproxy_exhausted",
        title="HAProxy exhausted",
        where="active",
        text="HAProxy accepts and answers nobody (maxconn 1)",
        promise=promises.HAPROXY_HUNG,
        inflict="""\
ask() {
python3 -c 'import socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect("/run/haproxy/admin.sock")
link.sendall(sys.argv[1].encode() + b"\\n")
while part := link.recv(65536):
    sys.stdout.write(part.decode())' "$1"
}
maxconn=$(ask 'show info' | sed -n 's/^Maxconn: //p')
ask 'set maxconn global 1'
""",
        heal='test -z "${maxconn:-}" || ask "set maxconn global $maxconn"',
    ),
    Fault(
        name="haproxy_reloaded",
        title="HAProxy reloaded 100 times",
        where="active",
        text="HAProxy reloaded 100 times",
        promise=promises.RELOAD,
        inflict="""\
for _ in $(seq 100); do
systemctl reload haproxy.service
sleep 0.1
done
""",
        heal="systemctl start haproxy.service",
        fills_time=True,
        seconds=30,  # a hundred rounds in one
    ),
)

_KEEPALIVED = (
    Fault(
        name="keepalived_killed",
        title="keepalived killed",
        where="active",
        text="keepalived killed (SIGKILL)",
        promise=promises.KEEPALIVED_LOST,
        inflict="systemctl kill --signal=KILL keepalived.service",
        heal="systemctl start keepalived.service",  # which systemd has restarted long since
    ),
    Fault(
        name="keepalived_hung",
        title="keepalived hung",
        where="active",
        text="keepalived hung (SIGSTOP)",
        promise=promises.KEEPALIVED_LOST,
        inflict="systemctl kill --signal=STOP keepalived.service",
        heal="systemctl kill --signal=CONT keepalived.service",
    ),
    Fault(
        name="keepalived_stopped",
        title="keepalived stopped",
        where="active",
        text="keepalived stopped",
        promise=promises.KEEPALIVED_STOPPED,
        inflict="systemctl stop keepalived.service",
        heal="systemctl start keepalived.service",
    ),
    Fault(
        name="switchover",
        title="Planned switchover",
        where="active",
        text="put into maintenance",
        promise=promises.SWITCHOVER,
        inflict="echo 1 1<>/run/evergate/maintenance",  # in place, so that it is never empty
        heal="echo 0 1<>/run/evergate/maintenance",
    ),
)

_APP_SERVERS = (
    Fault(
        name="app_server_killed",
        title="App server killed",
        where="app_server",
        text="application killed (SIGKILL)",
        promise=promises.APP_SERVER,
        inflict="systemctl kill --signal=KILL APP_SERVICE.service",
        heal="systemctl start APP_SERVICE.service",  # which systemd has restarted long since
    ),
    Fault(
        name="app_server_hung",
        title="App server hung",
        where="app_server",
        text="application hung (SIGSTOP)",
        promise=promises.APP_SERVER,
        inflict="systemctl kill --signal=STOP APP_SERVICE.service",
        heal="systemctl kill --signal=CONT APP_SERVICE.service",
    ),
    Fault(
        name="app_server_refusing",
        title="App server refusing",
        where="app_server",
        text="connections to the application are refused",
        promise=promises.APP_SERVER,
        inflict="""\
nft 'table inet evergate_drill {
chain in { type filter hook input priority -10; tcp dport APP_PORT reject with tcp reset; }; }'
""",
        heal="nft delete table inet evergate_drill",
    ),
    Fault(
        name="app_server_erring",
        title="App server answering 500",
        where="app_server",
        text="application answers everything with 500",
        promise=promises.APP_SERVER,
    ),
    Fault(
        name="app_server_slow",
        title="App server slow",
        where="app_server",
        text="application answers after seconds",
        promise=promises.APP_SERVER,
    ),
    Fault(
        name="app_servers_gone",
        title="All app servers gone",
        where="app_servers",
        text="application killed and kept down",
        promise=promises.APP_SERVERS,
        # Stopping what was killed keeps systemd from restarting it.
        inflict="""\
systemctl kill --signal=KILL APP_SERVICE.service
systemctl stop APP_SERVICE.service
""",
        heal="systemctl start APP_SERVICE.service",
    ),
)

_NETWORK = (
    Fault(
        name="split_brain",
        title="Pair split",
        where="nodes",
        text="cut off from the pair's other members",
        promise=promises.SPLIT_BRAIN,
        inflict="""\
macs=
for peer in PEERS; do
ip neigh show to "$peer" dev INTERFACE | grep -q lladdr || ping -c 1 -W 1 "$peer"
macs="$macs, $(ip neigh show to "$peer" dev INTERFACE | sed -n 's/.*lladdr \\([^ ]*\\).*/\\1/p')"
done
nft "table netdev evergate_drill {
chain in { type filter hook ingress device INTERFACE priority 0; ether saddr { ${macs#, } } drop; }; }"
""",
        heal="nft delete table netdev evergate_drill",
    ),
)


# Whatever leaves by INTERFACE is led into one of a pair of links. A program takes it from the other, loses
# a share, and sends the rest late, marked so that it is not led there again: what the kernel's emulator does,
# which not every kernel has. It goes before all else on its processor, lest it be what makes packets late.
_LINE = """\
ip link add name evergate_in type veth peer name evergate_out
for link in evergate_in evergate_out; do
ip link set "$link" addrgenmode none arp off up
done
python3 -c 'import heapq, os, random, select, socket, time
def opened(link, protocol):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    packets.setsockopt(263, 15, 1)  # SOL_PACKET, PACKET_VNET_HDR: packets not yet cut nor summed stay so
    packets.bind((link, protocol))
    return packets
source, sink = opened("evergate_out", 3), opened("INTERFACE", 0)  # ETH_P_ALL; receives nothing
sink.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0xE7E)
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
due = []
while True:
    wait = max(0, due[0][0] - time.monotonic()) if due else None
    if select.select([source], [], [], wait)[0]:
        packet = source.recv(1 << 17)
        if random.random() >= {lost}:
            heapq.heappush(due, (time.monotonic() + random.uniform(0, {late}), packet))
    while due and due[0][0] <= time.monotonic():
        try:
            sink.send(heapq.heappop(due)[1])
        except OSError:
            pass  # no room: lost, as it would be anywhere' &
line=$!
sleep 0.5
kill -0 "$line"
nft 'table netdev evergate_drill {{
chain out {{ type filter hook egress device INTERFACE priority 0;
meta mark 0xe7e accept; fwd to evergate_in; }};
chain in {{ type filter hook ingress device evergate_out priority 0; policy drop; }}; }}'
"""
_NO_LINE = """\
nft delete table netdev evergate_drill
kill "${line:-}"
ip link delete evergate_in
"""


def _packets(name: str, title: str, text: str, lost: float = 0, late: float = 0) -> Fault:
    """Return a fault of the active node's link: the share `lost`, the rest up to `late` seconds late."""
    return Fault(
        name=name,
        title=title,
        where="active",
        text=text,
        promise=promises.POOR_LINE,
        inflict=_LINE.format(lost=lost, late=late),
        heal=_NO_LINE,
        lasts="stress",
    )


_LOOPS = """\
for _ in $(seq 32); do
timeout SECONDS sh -c 'while :; do :; done' &
loops="${loops:-} $!"
done
wait $loops || true
"""
_NO_LOOPS = "kill ${loops:-} || true\n"  # which are over unless the drill was broken off

_STRESS = (
    Fault(
        name="cpu_starved",
        title="CPU starved",
        where="active",
        text="32 busy loops",
        promise=promises.STRESS,
        inflict=_LOOPS,
        heal=_NO_LOOPS,
        lasts="stress",
        fills_time=True,
    ),
    _packets("packet_loss_1", "1 % of packets lost", "loses 1 % of what it sends", lost=0.01),
    _packets("packet_loss_5", "5 % of packets lost", "loses 5 % of what it sends", lost=0.05),
    _packets("packet_loss_20", "20 % of packets lost", "loses 20 % of what it sends", lost=0.2),
    _packets("packets_jittered", "Packets jittered", "sends everything 0 to 20 ms late", late=0.02),
    Fault(
        name="stressed",
        title="CPU starved, packets lost and jittered",
        where="active",
        text="32 busy loops, loses 20 % of what it sends, and sends the rest 0 to 20 ms late",
        promise=promises.POOR_LINE,
        inflict=_LINE.format(lost=0.2, late=0.02) + _LOOPS,
        heal=_NO_LOOPS + _NO_LINE,
        lasts="stress",
        fills_time=True,
    ),
    Fault(
        name="clock_stepped",
        title="Clock stepped",
        where="active",
        text="clock one hour ahead",
        promise=promises.STRESS,
        inflict="""\
stepped=1
date --set='+1 hour'
""",
        # `at` is when the recovery began, which only the clock set right can tell.
        heal="""\
test -z "${stepped:-}" || date --set='-1 hour'
at=$(date +%s.%N)
""",
        lasts="stress",
    ),
    Fault(
        name="disk_full",
        title="Disk full",
        where="active",
        text="nothing left on /var and /run",
        promise=promises.STRESS,
        inflict="""\
for place in /var /run; do
fallocate --length "$(df --output=avail --block-size=1 "$place" | tail -n 1)" "$place/evergate-drill-full"
done
""",
        heal="rm -f /var/evergate-drill-full /run/evergate-drill-full",
        lasts="stress",
    ),
    Fault(
        name="memory_pressed",
        title="Memory pressed",
        where="active",
        text="seven tenths of the free memory taken",
        promise=promises.STRESS,
        inflict="""\
python3 -c 'import re, time
free = int(re.search(r"MemAvailable: +([0-9]+) kB", open("/proc/meminfo").read())[1])
taken = bytearray(free * 1024 * 7 // 10)
taken[::4096] = b"x" * len(taken[::4096])
time.sleep(SECONDS)' &
taker=$!
wait "$taker"
""",
        heal='kill "${taker:-}" || true',  # which is over unless the drill was broken off
        lasts="stress",
        fills_time=True,
    ),
)

FAULTS = {
    fault.name: fault for fault in (*_NODES, *_HAPROXY, *_KEEPALIVED, *_APP_SERVERS, *_NETWORK, *_STRESS)
}


def catalogue(own: object, path: str = "drill_own_faults") -> dict[str, Fault]:
    """Return every fault by name, those in `own` with the inventory's commands; raise InvalidData.

    `own` maps names to `inflict`, `heal`, and if they differ from the catalogue's `where` and `text`.
    """
    if not isinstance(own, Mapping):
        raise refused(path, f"{quoted(own)} is not a mapping", own, "write names of faults, each a mapping")
    found, problems = dict(FAULTS), list[Problem]()
    for name, data in own.items():
        try:
            found[str(name)] = _overridden(known(name, path), data, f"{path}.{name}")
        except InvalidData as error:
            problems += error.problems
    if problems:
        raise InvalidData(problems, found)
    return found


def known(name: object, path: str) -> Fault:
    """Return the catalogue's fault of that name; raise InvalidData with the nearest one."""
    if not isinstance(name, str) or name not in FAULTS:
        hint = nearest(name, FAULTS, f"write one of: {', '.join(FAULTS)}")
        raise refused(path, f"{quoted(name)} is not a fault", name, hint)
    return FAULTS[name]


def commands(fault: Fault, path: str, value: object) -> tuple[str, str]:
    """Return what inflicts and what heals the fault; raise InvalidData if nothing says how to make it."""
    if fault.inflict is None or fault.heal is None:
        raise refused(path, f"'{fault.name}' can't be made from inside a machine", value, _OWN_HINT)
    return fault.inflict, fault.heal


def _overridden(fault: Fault, data: object, path: str) -> Fault:
    if not isinstance(data, Mapping):
        raise refused(path, f"{quoted(data)} is not a mapping", data, _OWN_HINT)
    problems = [
        Problem(f"{path}.{key}", "is not known here", key, nearest(key, _OWN_KEYS, "leave it out"))
        for key in data
        if key not in _OWN_KEYS
    ]
    changes: dict[str, str] = {}
    for key in _OWN_KEYS:
        try:
            if key in data or key in ("inflict", "heal"):
                changes[key] = _own(key, data.get(key), data, f"{path}.{key}")
        except InvalidData as error:
            problems += error.problems
    if problems:
        raise InvalidData(problems)
    return replace(
        fault,
        where=changes.get("where", fault.where),
        text=changes.get("text", fault.text),
        inflict=changes["inflict"],
        heal=changes["heal"],
        fills_time=False,
    )


def _own(key: str, value: object, data: object, path: str) -> str:
    if value is None:
        raise refused(path, "is missing", data, _OWN_HINT)
    if key == "where":
        return values.choice(*PLACES)(value, path)
    if key == "text":
        return values.text(value, path)
    if not isinstance(value, str) or not value.strip():
        raise refused(path, f"{quoted(value)} is not a command", value, "write commands for /bin/sh")
    return value
