"""Whatever the models accept, HAProxy of this release accepts without a warning."""

from __future__ import annotations

from pathlib import Path

import beside
import strategies
from daemons import complaint
from hypothesis import HealthCheck, Phase, given, settings
from lab import debian

from evergate.model.haproxy.config import HaproxyConfig

GIVEN = Path(__file__).parents[3] / "tests" / "golden" / "every_key_debian12" / "given"
_VERSIONS = {12: "2.6", 13: "3.0"}


def test_haproxy_accepts_what_the_models_accept() -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.configs(_VERSIONS[debian()]))
    def accepted(data: strategies.Data) -> None:
        assert complaint(beside.with_all(HaproxyConfig.from_data(data), GIVEN)) == ""

    accepted()
