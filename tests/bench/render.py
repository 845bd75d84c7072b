"""`make bench`: seconds and peak memory to render sites of 10 to 10,000 servers.

Each size is rendered in a process of its own through Ansible's template engine, as the role haproxy does it.
The promise stands beside the figures; a miss is exit code 1.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (10, 100, 1_000, 10_000)
REPEATS = 5
PROMISED_SECONDS = 2.0  # at the largest size, median
DOORS = Path(__file__).parents[2] / "filter_plugins"


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


def measure(servers: int) -> dict[str, float]:
    """Return median seconds and the process's peak memory in MiB for one size."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import filter_loader
    from ansible.template import Templar, trust_as_template

    filter_loader.add_directory(str(DOORS))
    templar = Templar(DataLoader(), variables={"data": site(servers)})
    template = trust_as_template("{{ data | haproxy_config }}")
    text = templar.template(template)
    assert text.count("\n    server ") == servers
    taken = seconds(lambda: templar.template(template))
    return {"seconds": taken, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> int:
    """Measure every size in a process of its own and print a table; return 1 if the promise is broken."""
    print(f"{'servers':>8}{'seconds':>10}{'peak MiB':>10}   median of {REPEATS}, one process per size")
    measured = {}
    for size in SIZES:
        command = [sys.executable, __file__, str(size)]
        measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"{size:>8}{measured['seconds']:>10.3f}{measured['mib']:>10.0f}")
    kept = measured["seconds"] <= PROMISED_SECONDS
    print(f"promised: at most {PROMISED_SECONDS} s for {SIZES[-1]} servers: {'kept' if kept else 'BROKEN'}")
    return 0 if kept else 1


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(json.dumps(measure(int(sys.argv[1]))))
        sys.exit(0)
    sys.exit(main())
