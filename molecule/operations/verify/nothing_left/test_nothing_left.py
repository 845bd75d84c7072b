"""A retired load balancer is as one that was never set up: as its image, and as the client at run time."""

from __future__ import annotations

import re
import resource
import subprocess
from pathlib import Path

from lab import PROJECT, host

PODMAN = str(PROJECT / "molecule" / "resources" / "podman")
FILES = "find /etc /usr/local /var/lib /srv -xdev -printf '%p\\n'"
# What every host makes for itself, what apt and dpkg remember of any package, and copies of the users' files.
OWN = re.compile(
    r"/etc/(ssh/(ssh_host_|authorized_keys\.d)|machine-id|hostname|hosts|resolv\.conf|mtab|ld\.so\.cache)"
    r"|/etc/([a-z]+-$|\.updated)|/var/lib/(apt|dpkg|systemd|private|dbus|ucf|pam)/|/var/\.updated"
)
KERNEL = (
    "sysctl --all --pattern 'net[.]ipv[46][.](ip_nonlocal_bind|conf[.](all|svc0)[.](arp_|forwarding|rp_))'"
)
# Of each the same on every host: addresses are not.
RUNTIME = {
    "kernel": KERNEL,
    "firewall": "nft list ruleset",
    "rules": "ip rule && ip -6 rule",
    "routes": "ip route show table all proto 218 && ip -6 route show table all proto 218",
    "units": "systemctl list-units --all --plain --no-legend 'evergate-*' 'haproxy*' 'keepalived*'",
    "processes": "ps -eo comm= | grep -E 'haproxy|keepalived' || true",
    "run": "ls -d /run/evergate /run/haproxy* /run/keepalived* /run/vrrp* 2>/dev/null || true",
    "tmp": "find /tmp -mindepth 1 -not -path '*systemd-private*' -not -path '*ansible*'",
}


def bare(command: str) -> list[str]:
    """Return what a command prints in a new host of the retired one's image."""
    form = "--format={{.ImageName}}"
    image = subprocess.run([PODMAN, "inspect", form, "lb2"], check=True, capture_output=True, text=True)
    files, processes = (
        resource.getrlimit(each)[1] for each in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
    )
    most = int(Path("/proc/sys/kernel/pid_max").read_text())
    processes = most if processes == resource.RLIM_INFINITY else min(processes, most)
    limits = (
        f"--ulimit=nofile={files}:{files}",
        f"--ulimit=nproc={processes}:{processes}",
        "--pids-limit=-1",
    )
    words = [
        PODMAN,
        "run",
        "--rm",
        "--privileged",
        "--network=none",
        *limits,
        image.stdout.strip(),
        "sh",
        "-c",
        command,
    ]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()


def test_it_has_the_files_of_a_bare_host() -> None:
    files = {line for line in host("lb2").check_output(FILES).splitlines() if not OWN.search(line)}
    assert files == {line for line in bare(FILES) if not OWN.search(line)}


def test_it_has_the_packages_of_a_bare_host() -> None:
    assert host("lb2").check_output("dpkg --get-selections").splitlines() == bare("dpkg --get-selections")


def test_it_has_the_users_and_groups_of_a_bare_host() -> None:
    for file in ("/etc/passwd", "/etc/group"):
        assert sorted(host("lb2").file(file).content_string.splitlines()) == sorted(bare(f"cat {file}"))


def test_it_runs_what_a_host_runs_that_never_was_a_load_balancer() -> None:
    for command in RUNTIME.values():
        assert host("lb2").check_output(command) == host("client").check_output(command)
