"""Every wrong inventory of `tests/corpus` is refused at its place, with what is wrong and what to write."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from sites import refusal

CORPUS = Path(__file__).parents[1] / "corpus"
MARK = "⟪"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['case']}")
    for path in sorted(CORPUS.glob("*.yml"))
    for case in yaml.safe_load(path.read_text())
]


def laid_out(case: dict[str, Any], inventory: Path) -> list[str]:
    """Write the case's files without their marks into a copy of the base; return the marks' places."""
    shutil.copytree(CORPUS / "base", inventory)
    files = dict(case.get("files", {}))
    if "text" in case:
        files["group_vars/load_balancers/case.yml"] = case["text"]
    places = []
    for name in sorted(files):
        path = inventory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name].replace(MARK, ""))
        if not files[name]:
            path.unlink()
        places += marked(files[name], path)
    return places


def marked(text: str, path: Path) -> list[str]:
    """Return `file:line:column` of every mark, counted in the text without the marks."""
    places = []
    for number, line in enumerate(text.splitlines(), start=1):
        before, *rest = line.split(MARK)
        for each in rest:
            places.append(f"{path}:{number}:{len(before) + 1}")
            before += each
    return places


def test_the_base_of_the_corpus_is_in_order(tmp_path: Path) -> None:
    assert refusal(Path(shutil.copytree(CORPUS / "base", tmp_path / "site"))) is None


def test_the_corpus_is_large_and_every_case_is_told_once() -> None:
    assert len(CASES) >= 120
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_inventory_is_refused_at_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    places = laid_out(case, tmp_path / "site")
    count, *told = (refusal(tmp_path / "site") or "accepted").split("\n\n")
    expected = [
        f"{place}\n  {problem}\n  {hint}"
        for place, problem, hint in zip(places, case["says"], case["hints"], strict=True)
    ]
    assert told == expected
    assert count.startswith(f"{len(expected)} problem")
