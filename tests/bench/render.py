"""`make bench`: seconds and peak memory to render sites of 10 to 10,000 servers, and to check 100 pairs.

Each size is rendered in a process of its own through Ansible's template engine, as the role haproxy does it,
and beside it by a plain Jinja template that writes the same backends and checks nothing. The promises stand
beside the figures; a miss is exit code 1.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

SIZES = (10, 100, 1_000, 10_000)
REPEATS = 5
PROMISED_SECONDS = 2.0  # at the largest size, median
PAIRS = 100
PROMISED_CHECK_SECONDS = 5.0
ROOT = Path(__file__).parents[2]
OURS = "{{ data | haproxy_config }}"
# What a role without a core of its own does: loops over the data, and nothing is checked.
PLAIN = """\
{% for frontend in data.frontends %}
frontend {{ frontend.name }}
{% for vip in data.vips if vip.name == frontend.vip %}{% for address in vip.vips %}
    bind {{ address | split('/') | first }}:{{ frontend.port }}
{% endfor %}{% endfor %}
    option forwardfor
    default_backend {{ frontend.default_backend }}
{% endfor %}
{% for backend in data.backends %}
backend {{ backend.name }}
    balance {{ backend.balance | default('roundrobin') }}
    option httpchk
    http-check send meth GET uri {{ (backend.check | default({})).path | default('/healthz') }}
    http-check expect status {{ (backend.check | default({})).expect | default(200) }}
{% for server in data.groups[backend.group] %}
    server {{ server.name }} {{ server.address }}:{{ backend.port }} check\
{% if server.weight is defined %} weight {{ server.weight }}{% endif %}\
{% if server.backup | default(false) %} backup{% endif %}

{% endfor %}
{% endfor %}
"""


def site(servers: int) -> dict[str, Any]:
    """Return what the role haproxy hands to its template, with backends of up to 50 servers each."""
    per_backend = min(servers, 50)
    groups = {
        f"group{number}": [
            {"name": f"app{number}-{each}", "address": f"2001:db8:{number:x}::{each + 1:x}"}
            for each in range(per_backend)
        ]
        for number in range(servers // per_backend)
    }
    numbers = range(len(groups))
    return {
        "vips": [{"name": "shop", "vips": ["198.51.100.100/24", "2001:db8::100/64"]}],
        "groups": groups,
        "frontends": [
            {"name": f"front{n}", "vip": "shop", "port": 10_000 + n, "default_backend": f"back{n}"}
            for n in numbers
        ],
        "backends": [{"name": f"back{n}", "group": f"group{n}", "port": 8000} for n in numbers],
    }


def seconds(action: Callable[[], object]) -> float:
    """Return the median wall time of a few calls."""
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def measured(servers: int, expression: str) -> dict[str, float]:
    """Return median seconds and the process's peak memory in MiB for one size."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import filter_loader, init_plugin_loader
    from ansible.template import Templar, trust_as_template

    init_plugin_loader([])
    filter_loader.add_directory(str(ROOT / "filter_plugins"))
    templar = Templar(DataLoader(), variables={"data": site(servers)})
    template = trust_as_template(expression)
    text = templar.template(template)
    assert text.count("\n    server ") == servers
    taken = seconds(lambda: templar.template(template))
    return {"seconds": taken, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def checked_pairs() -> dict[str, float]:
    """Return median seconds and peak memory of the check of an inventory of many pairs, read from files."""
    sys.path.insert(0, str(ROOT / "tests" / "python"))
    from sites import checked

    with tempfile.TemporaryDirectory() as directory:
        inventory = many_pairs(Path(directory))
        assert checked(inventory)["pairs"] == PAIRS
        taken = seconds(lambda: checked(inventory))
    return {"seconds": taken, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def many_pairs(inventory: Path) -> Path:
    """Write an inventory of pairs with two app servers each, every pair's variables in a file of its own."""
    (inventory / "group_vars").mkdir()
    balancers, apps = {}, {}
    for number in range(PAIRS):
        hosts = {f"lb{number}-{n}": {"evergate_address": f"2001:db8:{number:x}::{n}"} for n in (1, 2)}
        balancers[f"pair{number}"] = {"hosts": hosts}
        servers = {f"app{number}-{n}": {"evergate_address": f"2001:db8:{number:x}::{n}"} for n in (11, 12)}
        apps[f"servers{number}"] = {"hosts": servers}
        variables = {
            "evergate_pair": f"pair{number}",
            "keepalived_instances": [
                {"name": "shop", "interface": "eth1", "vips": [f"2001:db8:{number:x}::64/64"]}
            ],
            "haproxy_frontends": [{"name": "shop", "vip": "shop", "port": 80, "default_backend": "shop"}],
            "haproxy_backends": [{"name": "shop", "group": f"servers{number}", "port": 8000}],
        }
        (inventory / "group_vars" / f"pair{number}.yml").write_text(yaml.safe_dump(variables))
    groups = {"load_balancers": {"children": balancers}, "servers": {"children": apps}}
    (inventory / "hosts.yml").write_text(yaml.safe_dump(groups))
    return inventory


def apart(*words: object) -> dict[str, float]:
    """Return what this file measures in a process of its own."""
    command = [sys.executable, __file__, *map(str, words)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(found))


def main() -> int:
    """Measure everything, print a table, and return 1 if a promise is broken."""
    print(f"{'servers':>8}{'seconds':>10}{'MiB':>6}{'plain Jinja':>14}{'MiB':>6}   median of {REPEATS}, peak")
    for size in SIZES:
        ours, plain = apart("ours", size), apart("plain", size)
        print(
            f"{size:>8}{ours['seconds']:>10.3f}{ours['mib']:>6.0f}{plain['seconds']:>14.3f}{plain['mib']:>6.0f}"
        )
    pairs = apart("pairs")
    print(f"check of {PAIRS} pairs ({4 * PAIRS} hosts): {pairs['seconds']:.3f} s, {pairs['mib']:.0f} MiB")
    rendered = ours["seconds"] <= PROMISED_SECONDS
    checked = pairs["seconds"] <= PROMISED_CHECK_SECONDS
    print(
        f"promised: {SIZES[-1]} servers in at most {PROMISED_SECONDS} s: {'kept' if rendered else 'BROKEN'}"
    )
    print(f"promised: {PAIRS} pairs in at most {PROMISED_CHECK_SECONDS} s: {'kept' if checked else 'BROKEN'}")
    return 0 if rendered and checked else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(main())
        case ["pairs"]:
            print(json.dumps(checked_pairs()))
        case ["ours", size]:
            print(json.dumps(measured(int(size), OURS)))
        case ["plain", size]:
            print(json.dumps(measured(int(size), PLAIN)))
