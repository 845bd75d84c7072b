"""Keep what is known of HAProxy's servers over a reload, and what an operator wants of them over anything.

HAProxy reads the file that `server-state-file` names whenever it starts or reloads (its management guide,
"show servers state"). This writes it: `save` before a reload or a stop, `start` before a start, and `set`.

HAProxy believes more of the file than is good: the port there overrides the configured one, TLS there the
configured TLS, and a server that was down stays down if the new configuration no longer checks it. So only
what fits the configuration is written: ports are the configured ones, all behind the field `srvrecord` is
left out, and a server is down only where a check can bring it back. What a start finds may be days old, after
a crash: it keeps who is in drain or maintenance and the weights, and takes everyone for well. Standard
library only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Where the fields of a line stand (version 1 of the format), and how many of them are kept.
OP_STATE, ADMIN_STATE, CHANGED, STATUS, RESULT, HEALTH = 5, 6, 9, 10, 11, 12
CHECK_STATE, AGENT_STATE, PORT, SRV_RECORD, KEPT = 13, 14, 18, 19, 20
RUNNING = "2"
FORCED_MAINT, CONFIGURED_MAINT, FORCED_DRAIN = 1, 4, 8
CHECK_CONFIGURED, CHECK_ENABLED = 2, 4
STATES = {"ready": "ready", "drain": "drained", "maint": "in maintenance"}
TIMEOUT = 2  # s, for one answer: who restarts a HAProxy that hangs shall not wait for it long

Names = tuple[str, str]  # of a backend and of a server in it


class Refused(Exception):
    """It cannot be done; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration says of a server: its port where it has one, and whether its health is asked."""

    port: str | None
    checked: bool


@dataclass(frozen=True, slots=True)
class Configuration:
    """What haproxy.cfg says of the state file and of the servers."""

    file: Path | None
    servers: Mapping[Names, Configured]

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Read the lines that matter; of servers those that `server` and `server-template` declare."""
        file, section = None, ""
        servers: dict[Names, Configured] = {}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            words = line.split()
            if words and not line[0].isspace():
                section = words[1] if words[0] in ("backend", "listen") and len(words) > 1 else ""
            elif words[:1] == ["server-state-file"]:
                file = Path(words[1])
            elif section:
                servers |= {(section, name): found for name, found in _declared(words)}
        return cls(file, servers)


def _declared(words: list[str]) -> Iterator[tuple[str, Configured]]:
    """Yield the servers of a line by their names."""
    if words[:1] == ["server"] and len(words) > 2:
        names, address, rest = [words[1]], words[2], words[3:]
    elif words[:1] == ["server-template"] and len(words) > 3:
        first, _, last = words[2].rpartition("-")
        names = [f"{words[1]}{number}" for number in range(int(first or 1), int(last) + 1)]
        address, rest = words[3], words[4:]
    else:
        return
    port = address.rpartition(":")[2]
    checked = not {"check", "track", "agent-check"}.isdisjoint(rest)
    yield from ((name, Configured(port if port.isdigit() else None, checked)) for name in names)


def fitted(states: str, configuration: Configuration, *, intent_only: bool = True) -> str:
    """Return the states as the configuration lets HAProxy believe them, without servers that it has not."""
    lines = []
    for fields in parsed(states):
        server = configuration.servers.get((fields[1], fields[3]))
        if server is None:
            continue
        kept = fields[:KEPT]
        # Not what is inherited or comes from DNS, which HAProxy finds out itself, nor what a check is at.
        kept[ADMIN_STATE] = _masked(kept[ADMIN_STATE], FORCED_MAINT | CONFIGURED_MAINT | FORCED_DRAIN)
        for field in (CHECK_STATE, AGENT_STATE):
            kept[field] = _masked(kept[field], CHECK_CONFIGURED | CHECK_ENABLED)
        if server.port is not None and kept[SRV_RECORD] == "-":
            kept[PORT] = server.port
        if intent_only or not server.checked:
            kept[OP_STATE], kept[CHANGED] = RUNNING, "0"
            kept[STATUS], kept[RESULT], kept[HEALTH] = "1", "0", "2"  # as after a start without a file
        lines.append(" ".join(kept))
    return "\n".join(["1", *lines]) + "\n"


def _masked(number: str, mask: int) -> str:
    return str(int(number) & mask)


def parsed(states: str) -> list[list[str]]:
    """Return the fields of each server's line; nothing of a file of another version, no line that is none."""
    first, _, rest = states.partition("\n")
    lines = [line.split() for line in rest.splitlines() if not line.startswith("#")] if first == "1" else []
    numbers = (ADMIN_STATE, CHECK_STATE, AGENT_STATE)
    return [each for each in lines if len(each) >= KEPT and all(each[field].isdigit() for field in numbers)]


def wanted(fields: list[str]) -> str:
    """Return what is wanted of a server: ready, drain or maint."""
    admin = int(fields[ADMIN_STATE])
    return "maint" if admin & FORCED_MAINT else "drain" if admin & FORCED_DRAIN else "ready"


def write(file: Path, text: str) -> None:
    """Replace the file at once or not at all, whatever happens meanwhile."""
    new = file.with_name(f"{file.name}.new")
    with open(new, "w", encoding="utf-8") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    os.replace(new, file)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def ask(path: Path, command: str) -> str:
    """Return HAProxy's answer to a command (its management guide, section 9.3)."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(str(path))
        connection.sendall(f"{command}\n".encode())
        answer = bytearray()
        while data := connection.recv(65536):
            answer += data
    return answer.decode(errors="replace")


def running(path: Path) -> str:
    """Return the states in the form of the file; HAProxy ends its answer with an empty line."""
    return ask(path, "show servers state").rstrip("\n") + "\n"


def save(path: Path, configuration: Configuration) -> None:
    """Save the states of the running HAProxy; if it does not tell them, leave what was wanted before.

    What is wanted of servers that it does not have and the configuration has stays in the file: they come
    back with a change that is taken back.
    """
    try:
        states = running(path)
        if not states.startswith("1\n"):
            raise Refused(f"HAProxy does not tell its servers' states: {states.strip()[:200]}")
    except (Refused, OSError):
        start(configuration)
        raise
    if configuration.file is not None:
        text = fitted(states, configuration, intent_only=False)
        write(configuration.file, text + _returning(text, fitted(_saved(configuration.file), configuration)))


def _returning(now: str, before: str) -> str:
    """Return the lines of servers that only the second of two texts has."""
    known = {(fields[1], fields[3]) for fields in parsed(now)}
    lines = [fields for fields in parsed(before) if (fields[1], fields[3]) not in known]
    return "".join(" ".join(fields) + "\n" for fields in lines)


def _saved(file: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="utf-8", errors="replace")
    return ""


def start(configuration: Configuration) -> None:
    """Leave in the file what is wanted of the servers, and make it if it is missing."""
    if configuration.file is not None:
        states = _saved(configuration.file)
        text = fitted(states, configuration)
        if text != states:
            write(configuration.file, text)


def set_state(
    path: Path, configuration: Configuration, server: str, state: str, *, check: bool
) -> list[tuple[str, str]]:
    """Give a server its state in each backend that has it, or in one; return these with their states before.

    Saved even if nothing changed: the state may have been set by hand. With `check` nothing is touched.
    """
    found = {f"{fields[1]}/{fields[3]}": wanted(fields) for fields in parsed(running(path))}
    chosen = [name for name in found if server in (name, name.partition("/")[2])]
    if not chosen:
        raise Refused(f"HAProxy has no server {server}; there are: {', '.join(sorted(found)) or 'none'}")
    if not check:
        for name in (name for name in chosen if found[name] != state):
            if answer := ask(path, f"set server {name} state {state}").strip():
                raise Refused(f"HAProxy does not set {name} to {state}: {answer}")
        save(path, configuration)
    return [(name, found[name]) for name in chosen]


def told(name: str, before: str, state: str, *, check: bool) -> str:
    """Return in words what has become of a server, or would."""
    if before == state:
        return f"{name} is {STATES[state]} already"
    would = "would be" if check else "is now"
    return f"{name} {would} {STATES[state]}; it {'is' if check else 'was'} {STATES[before]}"


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--socket", type=Path, default=Path("/run/haproxy/admin.sock"))
    parser.add_argument("--config", type=Path, default=Path("/etc/haproxy/haproxy.cfg"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("save", help="before a reload or a stop")
    commands.add_parser("start", help="before a start")
    setting = commands.add_parser("set", help="what is wanted of a server from now on")
    setting.add_argument("server", help="BACKEND/SERVER, or SERVER for all backends that have it")
    setting.add_argument("state", choices=list(STATES))
    setting.add_argument("--check", action="store_true", help="only say what would change")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Do it; return 0, or 1 after one sentence on the standard error."""
    arguments = _arguments(words)
    try:
        configuration = Configuration.read(arguments.config)
        if arguments.command == "save":
            save(arguments.socket, configuration)
        elif arguments.command == "start":
            start(configuration)
        else:
            for name, before in set_state(
                arguments.socket, configuration, arguments.server, arguments.state, check=arguments.check
            ):
                print(told(name, before, arguments.state, check=arguments.check))
    except (Refused, OSError) as error:
        print(f"server_state: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
