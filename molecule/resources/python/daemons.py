"""The real daemons of the lab's release, asked what they think of configurations that are nobody's yet."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping

_SSH = ("ssh", "-F", "/run/evergate-lab/ssh_config", "lb1")
# In a mount namespace of their own, so that the host's configuration stays what it is; and for HAProxy in
# a network where everything seems reachable, or it warns of name servers that the lab has no route to. Names
# are asked of this host, which says at once that it knows none.
_HAPROXY = """
ip link set lo up && ip route add default dev lo && ip -6 route add default dev lo &&
mount -t tmpfs none /mnt && echo nameserver 127.0.0.1 >/mnt/resolv &&
mount --bind /mnt/resolv /etc/resolv.conf &&
mount -t tmpfs none /etc/haproxy && cd /etc/haproxy && tar --extract --file=- && haproxy -c -V -f haproxy.cfg
"""
# Not over /etc/keepalived: Debian 13 has a file there that keepalived does not start without.
_KEEPALIVED = """
mount -t tmpfs none /mnt && cd /mnt && tar --extract --file=- &&
keepalived --config-test --log-console --use-file=/mnt/keepalived.conf
"""
# Not only read: in a network of their own, with interfaces of these names, the unit puts them in force and
# takes them back, after which everything has to be as it was.
_SECOND_CHANCE = r"""
set -e
mount -t tmpfs none /run/evergate/second_chance
mount -t tmpfs none /etc/evergate && cd /etc/evergate && tar --extract --file=-
state() {
    nft list ruleset && ip -oneline address && ip -4 route show table all && ip -6 route show table all
    grep . /proc/sys/net/ipv4/conf/*/arp_*
}
does() { sed -n "s/^Exec$1=-*//p" /etc/systemd/system/evergate-second-chance.service; }
ip link set lo up
for interface in $(sed -n "s,^net/ipv4/conf/\(.*\)/arp_ignore.*,\1,p" second_chance.sysctl); do
    ip link add "$interface" type bridge && ip link set "$interface" addrgenmode none up
done
state >before
nft --check --file second_chance.nft && nft --check --file resume.nft
does Start | sh -e && does Reload | sh -e && does Start | sh -e
test "$(nft list tables | grep -c evergate_second_chance)" = 3
does Stop | sh -e
state >after && diff before after
"""


def complaint(files: Mapping[str, str]) -> str:
    """Return what the daemon says against a configuration, nothing if it takes it without a warning.

    `files` are texts by their names below the directory of haproxy.cfg, keepalived.conf or second_chance.nft,
    which is among them.
    """
    if "second_chance.nft" in files:
        apart, script = "--mount --net", _SECOND_CHANCE
    else:
        apart, script = ("--mount --net", _HAPROXY) if "haproxy.cfg" in files else ("--mount", _KEEPALIVED)
    command = [*_SSH, f"unshare {apart} sh -c '{script}'"]
    done = subprocess.run(command, input=_archive(files), capture_output=True, timeout=60, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    return said if done.returncode != 0 or "warning" in said.lower() else ""


def _archive(files: Mapping[str, str]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()
