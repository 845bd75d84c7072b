"""What is generated from the models and the argument specs is as it would be generated now."""

from __future__ import annotations

from pathlib import Path

import pytest

from evergate.reference import written

ROOT = Path(__file__).parents[2]
FILES = written(ROOT)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_file_is_fresh(path: Path) -> None:
    assert path.read_text() == FILES[path], "run: make reference"
