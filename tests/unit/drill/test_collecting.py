from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from evergate.drill.collecting import PACKED, collect
from evergate.drill.recording import InvalidRecording

MADE = '{"at": 2, "event": "made"}'
SPLIT = '{"at": 1, "event": "note"}'
POST = '{"server": "app1", "id": "7"}'
TOLD = {"lb1": f"2: svc0 inet 198.51.100.200\n{MADE}", "lb2": SPLIT, "app1": POST}


def pack(directory: Path, *names: str) -> None:
    with tarfile.open(directory / PACKED, "w:gz") as packed:
        for name in names:
            packed.addfile(tarfile.TarInfo(name), io.BytesIO())


def test_addresses_and_events_are_told_apart(tmp_path: Path) -> None:
    pack(tmp_path, "new.jsonl")
    collect(tmp_path, TOLD, ["lb1", "lb2"])
    assert (tmp_path / "address-lb1.txt").read_text() == "2: svc0 inet 198.51.100.200\n"
    assert (tmp_path / "address-lb2.txt").read_text() == ""
    assert (tmp_path / "events.jsonl").read_text() == f"{MADE}\n{SPLIT}\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".jsonl") == [
        "events.jsonl",
        "new.jsonl",
    ]


def test_what_the_controller_did_follows(tmp_path: Path) -> None:
    pack(tmp_path)
    (tmp_path / "controller.jsonl").write_text(f"{MADE}\n")
    collect(tmp_path, {"lb1": SPLIT}, ["lb1"])
    assert (tmp_path / "events.jsonl").read_text() == f"{SPLIT}\n{MADE}\n"


def test_posts_are_written_where_some_were_sent(tmp_path: Path) -> None:
    pack(tmp_path, "post.jsonl")
    collect(tmp_path, TOLD, ["lb1", "lb2"])
    assert (tmp_path / "posts.jsonl").read_text() == f"{POST}\n"


def test_without_the_clients_recordings_there_is_nothing_to_judge(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecording, match=r"recordings\.tar\.gz"):
        collect(tmp_path, {}, [])
