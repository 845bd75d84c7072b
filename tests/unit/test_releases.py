from __future__ import annotations

import pytest

from evergate import releases
from evergate.errors import InvalidData


@pytest.mark.parametrize(
    ("text", "number"),
    [("3.0", (3, 0)), ("2.6.12-1+deb12u1", (2, 6)), ("1:2.3.3-1", (2, 3)), (3.0, (3, 0)), ("2.10", (2, 10))],
)
def test_a_version_is_its_first_two_numbers(text: object, number: releases.Version) -> None:
    assert releases.version(text, "v") == number


@pytest.mark.parametrize("text", ["3", "new", 3, True, "", "v3.0"])
def test_what_is_no_version_is_refused(text: object) -> None:
    with pytest.raises(InvalidData) as caught:
        releases.version(text, "v")
    assert caught.value.hint.startswith("write major and minor number")


def test_a_hint_names_the_release_that_has_it_if_one_has() -> None:
    assert releases.origin("HAProxy", (3, 0)) == "Debian 13 has HAProxy 3.0"
    assert releases.origin("keepalived", (2, 4)) == "no Debian release has keepalived 2.4 yet"
