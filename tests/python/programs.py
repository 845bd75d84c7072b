"""Programs of a node that are none: what each prints, by how its command line begins."""

from __future__ import annotations

from subprocess import CompletedProcess
from typing import Any

import pytest

MODULES = ("evergate.node.apt", "evergate.node.absence", "evergate.node.packages")


class Programs:
    """All that is run is kept in `calls`; what is not known succeeds and prints nothing."""

    def __init__(self, **answers: str) -> None:
        self.answers: dict[str, str | int] = dict(answers)
        self.calls: list[str] = []

    def run(self, *command: str, **_: Any) -> CompletedProcess[str]:
        """Answer with the longest beginning that is known; a number is an exit code."""
        noise = ("LC_ALL", "DEBIAN_", "NEEDRESTART", "--showf")
        words = [each for each in command if not each.startswith(noise)]
        line = " ".join(words).removeprefix("env ")
        self.calls.append(line)
        known = [each for each in self.answers if line.startswith(each) or f" {each}" in line]
        answer = self.answers[max(known, key=len)] if known else ""
        if isinstance(answer, int):
            return CompletedProcess(command, answer, "", "E: it cannot be done")
        return CompletedProcess(command, 0, answer, "")

    def instead(self, monkeypatch: pytest.MonkeyPatch) -> Programs:
        """Take the place of the real ones."""
        for module in MODULES:
            monkeypatch.setattr(f"{module}.run", self.run)
        return self
