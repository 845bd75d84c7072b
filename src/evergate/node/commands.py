"""Programs that are run on a node."""

from __future__ import annotations

import subprocess

TIMEOUT = 120  # s; a check may wait for names that no DNS answers for
MISSING = 127  # as of a shell


def run(*command: str, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
    """Return how a program ended and what it said; one that is missing or hangs has failed with 127."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, MISSING, "", f"{command[0]} is not installed here")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, MISSING, "", f"it took more than {timeout:g} s")


def words(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program said of its failure, on one line, each of its lines once."""
    lines = dict.fromkeys(line.strip() for line in (done.stderr or done.stdout).splitlines())
    return "; ".join(line for line in lines if line) or f"it ended with {done.returncode} and without words"
