"""An operator's application: what is run on an app server, as whom, and with which environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.model.extra import unit_lines
from evergate.model.model import Model, defaulted, required
from evergate.reading import each

# An application is a user and a unit of its name. These belong to Debian or to Evergate.
_TAKEN = """
root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt nobody sshd ssh
dbus messagebus haproxy keepalived keepalived_script keepalived-script postgres mysql redis nginx apache2
cron rsyslog networking nftables chrony polkit polkitd sudo adm staff users
"""
_application_name = values.matching(
    r"[a-z][a-z0-9_-]{0,30}",
    "an application's name",
    "use up to 31 lower-case letters, digits, '_' and '-', beginning with a letter",
)
_package = values.matching(
    r"[a-z0-9][a-z0-9.+:=~-]*", "a Debian package", "write a package's name, such as gunicorn"
)

Environment = tuple[tuple[str, str], ...]


def _name(value: object, path: str) -> str:
    name = _application_name(value, path)
    if name in _TAKEN.split() or name.startswith("systemd-"):
        raise refused(path, f"{quoted(value)} is a user or service of the system", value, "use another name")
    return name


def release_version(value: object, path: str) -> str:
    if isinstance(value, (int, float)):
        hint = "put the version in quotes, or 1.10 becomes 1.1"
        raise refused(path, f"{quoted(value)} is a number", value, hint)
    return values.matching(
        r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}",
        "a version",
        "use up to 64 letters, digits, '.', '_', '-', '+' and '~', beginning with a letter or digit",
    )(value, path)


def _command(value: object, path: str) -> str:
    """Return a command systemd runs as written: no prefix, no continued line (systemd.service(5))."""
    command = values.text(value, path)
    program = command.split()[0]
    if not re.match(r"[A-Za-z0-9_/]", command) or ("/" in program and not program.startswith("/")):
        hint = "begin with the program's absolute path, or with a name from /usr/bin"
        raise refused(path, f"{quoted(value)} does not begin with a program", value, hint)
    if command.endswith("\\"):
        raise refused(
            path, f"{quoted(value)} ends in a backslash", value, "write the whole command on one line"
        )
    return command


def environment(value: object, path: str = "app_server_environment") -> Environment:
    """Return the variables sorted by name.

    The values are secrets. No problem carries one as its value, nor a name that stands beside one in the
    file: Ansible prints the line a value came from. With None, the reader points at the key `environment`
    itself.
    """
    if not isinstance(value, Mapping):
        raise refused(
            path,
            "is not a mapping of names to values",
            None,
            "write names and values, as in 'LOG_LEVEL: info'",
        )
    problems = [
        Problem(f"{path}.{name}", problem[0], None, problem[1])
        for name, text in value.items()
        if (problem := _environment_problem(name, text))
    ]
    if problems:
        raise InvalidData(problems)
    return tuple(sorted((str(name), str(text)) for name, text in value.items()))


def _environment_problem(name: object, text: object) -> tuple[str, str] | None:
    """Return what is wrong with one variable and what to write instead, or None; neither tells the value."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name, re.ASCII):
        return "is not a variable's name", "use letters, digits and '_', not beginning with a digit"
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        return "is neither a text nor a number", "put the value in quotes"
    if not str(text).isprintable():
        return "holds a line break or another control character", "write one line, or encode it (base64)"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class App(Model):
    """One application. The fields are the role's variables `app_server_<field>`."""

    home: ClassVar[str] = "app_server"
    joint: ClassVar[str] = "_"

    name: str = required(_name, "Name of the application, of its systemd unit and of the user it runs as.")
    version: str = required(
        release_version, "Version of the release; quote it, so that YAML doesn't read V(1.10) as a number."
    )
    source_: str = required(
        values.text,
        "The release, on the controller; an absolute path. A tar archive with the application at its top"
        " level, or a directory whose content is taken.",
    )
    command: str = required(
        _command,
        "What runs, in the foreground, started in the release's directory; as systemd's C(ExecStart).",
    )
    port: int = required(values.port, "TCP port where the application answers.")
    health_path: str = defaulted(
        values.url_path,
        "Asked on this host until it answers 200; only then is the application ready.",
        "/healthz",
    )
    health_retries: int = defaulted(
        values.integer(1, 3600),
        "How often it is asked, a second apart, until the play takes it for one that never becomes ready.",
        30,
    )
    environment: Environment = defaulted(
        environment,
        "Environment variables. They reach the host in a file that root alone can read, and never a log or a"
        " diff.",
        (),
        secret=True,
    )
    packages: tuple[str, ...] = defaulted(
        each(_package), "Packages of the distribution that the application needs.", ()
    )
    stop_timeout: str = defaulted(
        values.duration, "Time to finish what is in flight after SIGTERM; then it is killed.", "30s"
    )
    extra: tuple[str, ...] = defaulted(
        unit_lines, "Further lines for the unit's C([Service]) section, in systemd's own words.", ()
    )
