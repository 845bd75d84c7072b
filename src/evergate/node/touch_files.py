"""Differences between the files beside haproxy.cfg: maps, lists and certificates go without a reload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .haproxy_text import Section
from .touch import VERSION, Change, Command, taking_reload

_BUFFER = 16_384  # bytes of a command with its payload, unless tune.bufsize says otherwise
_MOST_ENTRIES = 10_000  # of a list, each a command of its own: about a second
_ENTRY = re.compile(r"[^\x00-\x1f\x7f<]+")
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n.*?\n-----END \1-----", re.DOTALL)
_USES = {
    "map": r"(?<![\w-])map(?:_\w+)?\({}(?=[,)])",
    "acl": r"(?<!\S)-f\s+{}(?!\S)",
    "crt": r"(?<!\S)crt\s+{}(?!\S)",
    # Rules that change a map or a list while HAProxy runs: what they did is lost, as after a reload.
    "": r"(?:set-map|del-map|add-acl|del-acl)\({}(?=\))",
}

Files = Mapping[str, str]


def changes(before: Files, after: Files, config: str, sections: Sequence[Section]) -> Iterator[Change]:
    """Yield the differences between all files but haproxy.cfg itself, whose new sections are given."""
    lines = [line for section in sections for line in section.lines]
    crt_lists = {path for line in lines for path in re.findall(r"(?<!\S)crt-list\s+(\S+)", line)}
    lines += [f"crt {words[0]}" for path in crt_lists for words in _split(after.get(path, ""))]
    for path in sorted({*before, *after} - {config}):
        if path not in before or path not in after:
            yield taking_reload(f"the file {path} is {'new' if path in after else 'gone'}")
        elif before[path] != after[path]:
            yield from _changed(path, before, after, lines)


def _changed(path: str, before: Files, after: Files, lines: Sequence[str]) -> Iterator[Change]:
    use = _use(path, lines)
    room = _room(lines)
    if use == "map":
        yield from _map(path, before[path], after[path], room)
    elif use == "acl":
        yield from _list(path, before[path], after[path])
    elif use == "crt":
        beside = [other for other in after if other.startswith(f"{path}.")]
        yield from _certificate(path, before[path], after[path], room, alone=not beside)
    else:
        yield taking_reload(f"the file {path} differs")


def _use(path: str, lines: Iterable[str]) -> str:
    """Return what a file is to HAProxy: a map, an acl, or a crt; nothing if also or only something else."""
    text = "\n".join(lines)
    counts = {use: len(re.findall(form.format(re.escape(path)), text)) for use, form in _USES.items()}
    mentioned = len(re.findall(rf"(?<![\w./-]){re.escape(path)}(?![\w./-])", text))
    found = [use for use, count in counts.items() if use and count]
    return found[0] if len(found) == 1 and sum(counts.values()) == mentioned else ""


def _room(lines: Iterable[str]) -> int:
    """Return how many bytes a payload may have (configuration manual, "tune.bufsize")."""
    sizes = [line.split()[1] for line in lines if re.fullmatch(r"tune\.bufsize [0-9]+", line)]
    return (int(sizes[-1]) if sizes else _BUFFER) * 3 // 4


def _split(text: str) -> list[list[str]]:
    """Return first word and rest of each line that is neither blank nor a comment (manual, section 7.1.1)."""
    lines = [line.lstrip(" \t") for line in text.split("\n")]
    return [
        re.split(r"[ \t]+", line.rstrip(" \t"), maxsplit=1) for line in lines if line[:1] not in ("", "#")
    ]


def _map(path: str, before: str, after: str, room: int) -> Iterator[Change]:
    """Yield how a map becomes another: as a whole and at once, for the order of its entries may matter.

    See the management guide, "prepare map". "add map" checks neither the version's other entries nor a key
    that is there already, of which only the first would be found.
    """
    entries = _split(after)
    if entries == _split(before):
        return
    keys = [words[0] for words in entries]
    lines = [" ".join(words) for words in entries]
    if len({*keys}) < len(keys) or any(len(words) < 2 for words in entries):
        yield taking_reload(f"the map {path} differs, and has a key twice or without a value")
    elif not all(_ENTRY.fullmatch(line) and len(line.encode()) < room // 2 for line in lines):
        yield taking_reload(f"the map {path} differs, and has an unusual entry")
    else:
        added = [Command(f"add map {VERSION} {path}", payload) for payload in _batches(lines, room // 2)]
        yield _transaction("map", path, added)


def _batches(lines: Iterable[str], room: int) -> Iterator[str]:
    """Yield the lines joined to texts of at most so many bytes."""
    batch: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode()) + 1
        if batch and size + length > room:
            yield "\n".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += length
    if batch:
        yield "\n".join(batch)


def _transaction(kind: str, path: str, added: Sequence[Command]) -> Change:
    commands = (Command(f"prepare {kind} {path}"), *added, Command(f"commit {kind} {VERSION} {path}"))
    return Change(f"the {'map' if kind == 'map' else 'list'} {path} differs", commands)


def _list(path: str, before: str, after: str) -> Iterator[Change]:
    """Yield how a list becomes another, at once; "add acl" takes one entry (management guide)."""
    old, new = _entries(before), _entries(after)
    if old == new:
        return
    if len(new) > _MOST_ENTRIES or not all(_ENTRY.fullmatch(each) and each == each.rstrip() for each in new):
        yield taking_reload(f"the list {path} differs, and is long or has an unusual entry")
    else:
        # Blanks, semicolons and the like would end an argument (management guide, section 9.3).
        words = [re.sub(r"([\\ ;#])", r"\\\1", entry) for entry in new]
        yield _transaction("acl", path, [Command(f"add acl {VERSION} {path} {word}") for word in words])


def _entries(text: str) -> list[str]:
    """Return the entries of a list; blanks behind one belong to it."""
    lines = [line.lstrip(" \t") for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def _certificate(path: str, before: str, after: str, room: int, *, alone: bool) -> Iterator[Change]:
    """Yield how a certificate takes another's place (management guide, "set ssl cert").

    An empty line would end it too early, so only its blocks are sent.
    """
    blocks = [match[0] for match in _BLOCK.finditer(after)]
    if blocks == [match[0] for match in _BLOCK.finditer(before)]:
        return
    payload = "\n".join(line for block in blocks for line in block.split("\n") if line.strip())
    whole = "-----BEGIN CERTIFICATE-----" in payload and "PRIVATE KEY-----" in payload
    if not whole or not alone:
        yield taking_reload(f"the certificate {path} differs, and is spread over several files")
    elif len(payload.encode()) > room:
        yield taking_reload(f"the certificate {path} differs, and is too long for a command")
    else:
        commands = (Command(f"set ssl cert {path}", payload), Command(f"commit ssl cert {path}"))
        yield Change(f"the certificate {path} differs", commands)
