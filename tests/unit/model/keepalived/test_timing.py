from __future__ import annotations

import pytest

from evergate.model.keepalived.timing import master_down, skew


@pytest.mark.parametrize(
    ("priority", "advert_int", "version", "expected"),
    [(254, 1, 3, 2 / 256), (254, 0.1, 3, 0.2 / 256), (100, 1, 3, 156 / 256), (253, 2, 2, 3 / 256)],
)
def test_skew_is_scaled_with_the_interval_from_version_3_on(
    priority: int, advert_int: float, version: int, expected: float
) -> None:
    assert skew(priority, advert_int, version) == pytest.approx(expected)


def test_silence_lasts_three_adverts_unless_told_otherwise() -> None:
    assert master_down(256, 0.1, 3) == pytest.approx(0.3)
    assert master_down(256, 0.1, 3, missed=5) == pytest.approx(0.5)
