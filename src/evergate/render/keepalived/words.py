"""keepalived's syntax: blocks in braces, one keyword to a line."""

from __future__ import annotations

from evergate.model.keepalived.hooks import Notify

Block = list[str]

_INDENT = "    "


def block(head: str, lines: Block) -> Block:
    """Return a block with its lines indented."""
    return [f"{head} {{", *(_INDENT + line for line in lines), "}"]


def given(keyword: str, value: object) -> Block:
    """Return the line `keyword value`, or none when there is no value."""
    return [] if value is None else [f"{keyword} {number(value) if isinstance(value, float) else value}"]


def number(value: float) -> str:
    """Return a number with as many digits as it needs and no exponent, which keepalived can't read."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def notifications(notify: Notify | None) -> Block:
    """Return the commands for changes of state; the model holds only ones that quotes keep together."""
    if notify is None:
        return []
    user = f" {notify.user}" if notify.user else ""
    states = ("master", "backup", "fault", "stop")
    commands = [(f"notify_{state}", getattr(notify, state)) for state in states] + [("notify", notify.any)]
    return [f'{keyword} "{command}"{user}' for keyword, command in commands if command is not None]
