"""What the client recorded and what the hosts wrote down, laid out as a round's recordings."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from evergate.drill.recording import InvalidRecording

PACKED = "recordings.tar.gz"
_CONTROLLER = "controller.jsonl"
_EVENT = '{"at"'
_POST = '{"server"'


def collect(directory: Path, told: Mapping[str, str], nodes: Iterable[str]) -> None:
    """Unpack the client's recordings in `directory`, and write beside them what the hosts `told`.

    A line of JSON is an event or a POST that a server executed; the others tell which addresses a node had.
    What the controller itself wrote into `controller.jsonl` follows the hosts' events.
    Raise InvalidRecording if the client's recordings are missing or damaged.
    """
    try:
        with tarfile.open(directory / PACKED) as packed:
            # By its own name and nowhere else; extractall's filters are younger than Debian 12's Python.
            for member in packed:
                if (content := packed.extractfile(member)) is not None:
                    (directory / Path(member.name).name).write_bytes(content.read())
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise InvalidRecording(f"{directory / PACKED}: {error}") from error
    lines = {host: text.splitlines() for host, text in told.items()}
    for node in nodes:
        _write(directory / f"address-{node}.txt", (line for line in lines[node] if line[:1] != "{"))
    every = [line for each in lines.values() for line in each]
    own = directory / _CONTROLLER
    every += own.read_text().splitlines() if own.exists() else []
    _write(directory / "events.jsonl", (line for line in every if line.startswith(_EVENT)))
    if (directory / "post.jsonl").exists():
        _write(directory / "posts.jsonl", (line for line in every if line.startswith(_POST)))


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))
