"""The recipes of docs/recipes.md, and the inventories they make out of the corpus's base."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "corpus" / "base"
PAGE = ROOT / "docs" / "recipes.md"

_HEADING = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```yaml\n# (\S+\.yml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe: its number and title, and its files' texts by their names in an inventory."""

    number: int
    title: str
    files: dict[str, str]

    def laid_out(self, inventory: Path, **versions: str) -> Path:
        """Write the recipe over a copy of the base and return it; `versions` are further variables."""
        shutil.copytree(BASE, inventory)
        further = "".join(f"{name}: '{value}'\n" for name, value in versions.items())
        for name, text in {**self.files, "group_vars/load_balancers/versions.yml": f"---\n{further}"}.items():
            (inventory / name).parent.mkdir(parents=True, exist_ok=True)
            (inventory / name).write_text(text)
        return inventory


def recipes() -> list[Recipe]:
    """Return the recipes in the order of the page."""
    _, *parts = _HEADING.split(PAGE.read_text())
    found = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [Recipe(int(number), title, dict(_FENCE.findall(text))) for number, title, text in found]
