"""What the tests of the models and of the site have in common."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evergate.errors import InvalidData


@pytest.fixture
def told() -> Callable[..., list[tuple[str, str, str]]]:
    """Return a function that calls another and returns path, problem and hint of all it refuses."""

    def problems(call: Callable[..., object], *arguments: object) -> list[tuple[str, str, str]]:
        with pytest.raises(InvalidData) as caught:
            call(*arguments)
        return [(each.path, each.problem, each.hint) for each in caught.value.problems]

    return problems
