"""One fault as a script for /bin/sh, which makes it, waits, heals it and writes down when."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping

from evergate import values
from evergate.drill.faults import Fault, catalogue, commands, known
from evergate.errors import InvalidData, Problem, nearest, quoted, refused
from evergate.reading import Parser, each

_PLACEHOLDERS = {
    "NODE": "node",
    "INTERFACE": "interface",
    "VIP": "vip",
    "PEERS": "peers",
    "APP_SERVICE": "app_service",
    "APP_PORT": "app_port",
    "SECONDS": "seconds",
}
_PLACEHOLDER = re.compile(rf"\b({'|'.join(_PLACEHOLDERS)})\b")
_ALWAYS = ("node", "seconds", "log")  # what every script needs; the others as its commands name them
_LONGEST = 3600  # s


def script(name: object, own: object, places: object) -> str:
    """Return the script that makes the fault on the host it befalls; raise InvalidData.

    `places` has node, interface, vip, peers (a list of addresses), app_service, app_port, seconds and log,
    the file that the script truncates and then writes: the events `fault` and `recovery` as JSON lines, and
    `failure` if a command failed, so that the fault was not made as it should be, or not healed.
    Whatever ends the script heals the fault, once, all but SIGKILL; its status is 0 if all went well.
    """
    known(name, "drill_script")
    fault = catalogue(own)[str(name)]
    inflict, heal = commands(fault, "drill_script", name)
    words = _words(places, _needed(f"{inflict}\n{heal}"), fault)
    return "\n".join(
        [
            *_beginning(fault, words["node"], words["log"]),
            *_healing(_filled(heal, words), fault, words["node"]),
            'began=$(date +%s.%N)\nnote "$began" fault ' + shlex.quote(_what(words["node"], fault.text)),
            # Whatever these print would mix with what the drill says.
            "{",
            _filled(inflict, words),
            "} >/dev/null",
            "made=1",
            # A shell heeds a signal in `wait` at once, in `sleep` only after it.
            *([] if fault.fills_time else [f'sleep {words["seconds"]} >/dev/null 2>&1 &\nwait "$!"']),
            "",
        ]
    )


def _beginning(fault: Fault, node: str, log: str) -> list[str]:
    """Return what opens the record: a function that notes an event with its time and the rest of its JSON."""
    return [
        f"# {fault.title} on {node}: made, waited for, healed.",
        "set -eu",
        f": > {log}",
        "note() {",
        f"""printf '{{"at": %s, "event": "%s", %s}}\\n' "$1" "$2" "$3" >> {log}""",
        "}",
    ]


def _healing(heal: str, fault: Fault, node: str) -> list[str]:
    """Return what heals at the end, however it comes; the recovery is as old as the beginning of healing.

    It is noted afterwards: on a full disk there is no room before. One command that fails stops no other.
    """
    return [
        "heal() {",
        "status=$?",
        "trap '' EXIT HUP INT TERM",
        "at=$(date +%s.%N)",
        "{",
        heal,
        "} >/dev/null || healed=",
        f'note "$at" recovery {shlex.quote(_what(node, "well again"))}',
        'if test -z "$made"; then',
        f'note "$at" failure {shlex.quote(_what(node, "the fault was not made: a command failed"))}',
        'elif test -z "$healed"; then',
        f'note "$at" failure {shlex.quote(_what(node, "the fault was not healed: a command failed"))}',
        "status=1",
        "fi",
        'exit "$status"',
        "}",
        "made= healed=1",
        "trap heal EXIT",
        # Broken off it has not failed.
        "trap 'made=1; exit 1' HUP INT TERM",
    ]


def _what(node: str, text: str) -> str:
    """Return node and text of an event as the inside of a JSON object."""
    return json.dumps({"node": node, "text": f"{node}: {text}"})[1:-1]


def _needed(text: str) -> set[str]:
    return {*_ALWAYS, *(_PLACEHOLDERS[word] for word in _PLACEHOLDER.findall(text))}


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Return the commands with every placeholder replaced, in one pass."""
    return _PLACEHOLDER.sub(lambda match: words[_PLACEHOLDERS[match[1]]], text.rstrip("\n"))


def _words(places: object, needed: set[str], fault: Fault) -> dict[str, str]:
    """Return the needed places as plain words of the shell; raise InvalidData with every one that is not."""
    if not isinstance(places, Mapping):
        hint = f"write a mapping with {', '.join(_PARSERS)}"
        raise refused("places", f"{quoted(places)} is not a mapping", places, hint)
    problems = [
        Problem(f"places.{key}", "is not known here", key, nearest(key, _PARSERS, "leave it out"))
        for key in places
        if key not in _PARSERS
    ]
    words: dict[str, str] = {}
    for key in (key for key in _PARSERS if key in needed):
        try:
            words[key] = _word(places.get(key), key, fault, places)
        except InvalidData as error:
            problems += error.problems
    if problems:
        raise InvalidData(problems)
    return words


def _word(value: object, key: str, fault: Fault, places: object) -> str:
    if value is None or value in ("", []):
        problem = "is missing" if value is None else "is empty"
        origin = places if value is None else value
        raise refused(f"places.{key}", problem, origin, f"the fault '{fault.name}' needs it; write it")
    return _PARSERS[key](value, f"places.{key}")


def _as_word(parse: Parser[object]) -> Callable[[object, str], str]:
    """Return a parser whose result is one plain word, which means the same inside quotes and outside."""

    def parsed(value: object, path: str) -> str:
        word = str(parse(value, path))
        if shlex.quote(word) != word:
            hint = "use letters, digits, '_', '-', '.', ':', '@' and '/'"
            raise refused(path, f"{quoted(value)} is not a plain word", value, hint)
        return word

    return parsed


def _peers(value: object, path: str) -> str:
    return " ".join(map(str, each(values.address)(value, path)))


_log = values.matching(r"(/[A-Za-z0-9_.-]+)+", "a plain path", "write an absolute path without blanks")
_unit = values.matching(
    r"[A-Za-z0-9_.@:][A-Za-z0-9_.@:-]*", "a systemd unit's name", "write the unit's name without .service"
)
_PARSERS: dict[str, Callable[[object, str], str]] = {
    "node": _as_word(values.name),
    "interface": _as_word(values.interface_name),
    "vip": _as_word(values.address),
    "peers": _peers,
    "app_service": _as_word(_unit),
    "app_port": _as_word(values.port),
    "seconds": _as_word(values.integer(1, _LONGEST)),
    "log": _as_word(_log),
}
