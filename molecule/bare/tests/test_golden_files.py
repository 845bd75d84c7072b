"""The daemons of this release accept every golden configuration without a warning."""

from __future__ import annotations

from pathlib import Path

import beside
import pytest
import yaml
from daemons import complaint
from lab import debian

from evergate.model.haproxy.config import HaproxyConfig

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"
# The release whose daemons alone know all that a case has; the others are for both.
ONLY_ON = {"every_key": "13", "every_key_debian12": "12"}


def cases(daemon_file: str) -> list[str]:
    """Return the cases that have a file of this name."""
    return sorted(path.relative_to(GOLDEN).parts[0] for path in GOLDEN.glob(f"*/{daemon_file}"))


@pytest.fixture(autouse=True)
def _meant_for_this_release(case: str) -> None:
    release = str(debian())
    if ONLY_ON.get(case, release) != release:
        pytest.skip(f"is for Debian {ONLY_ON[case]}")


@pytest.mark.parametrize("case", cases("haproxy.cfg"))
def test_haproxy_accepts_the_golden_files(case: str) -> None:
    data = yaml.safe_load((GOLDEN / case / "input.yml").read_text())["haproxy"]
    assert complaint(beside.with_all(HaproxyConfig.from_data(data), GOLDEN / case / "given")) == ""


@pytest.mark.parametrize("case", cases("keepalived.conf"))
def test_keepalived_accepts_the_golden_file(case: str) -> None:
    assert complaint({"keepalived.conf": (GOLDEN / case / "keepalived.conf").read_text()}) == ""


@pytest.mark.parametrize("interface", ["svc0", "svc0.100"])
@pytest.mark.parametrize("case", cases("evergate/second_chance.nft"))
def test_the_kernel_takes_the_second_chance_and_has_nothing_left_of_it(case: str, interface: str) -> None:
    files = {path.name: path.read_text() for path in (GOLDEN / case / "evergate").iterdir()}
    assert complaint({name: text.replace("svc0", interface) for name, text in files.items()}) == ""
