"""Rules: the line of each action out of its form, and its condition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from evergate.model.haproxy.rule import TCP_REQUEST, Rule, TcpRequestRule
from evergate.render.haproxy.files import list_path, map_path
from evergate.render.haproxy.words import argument

_PARTS = re.compile(
    r"(?P<behind>\(\{\w+\}(?:,\{\w+\})?\)|\.\{\w+\})"
    r"|\[hdr \{headers\}\]"
    r"|\[(?P<word>\S+ )?\{(?P<may>\w+)\}\]"
    r"|\[(?P<flag>[\w-]+)\]"
    r"|\{(?P<key>\w+)\}"
    r"|(?P<text>[^\s\[\]{}]+)"
)


def lines(keyword: str, rules: Sequence[Rule]) -> list[str]:
    """Return the lines of rules of one set, such as `http-request`.

    Rules for connections are applied before those for their content, so they are written in this order.
    """
    if keyword == "tcp-request":
        stages = tuple(TCP_REQUEST)
        rules = sorted(rules, key=lambda rule: stages.index(getattr(rule, "stage", "content")))
    return [" ".join([_head(keyword, rule), *_when(rule)]) for rule in rules]


def _when(rule: Rule) -> list[str]:
    """Return a rule's condition; who is asked for a password is also who has not given one yet."""
    if rule.userlist is None:
        return conditions(rule)
    known = (
        [f"http_auth_group({rule.userlist})", *rule.groups]
        if rule.groups
        else [f"http_auth({rule.userlist})"]
    )
    if rule.unless is not None:
        return [*conditions(rule), "or", "{", *known, "}"]
    return both(rule, ["!{", *known, "}"])


def conditions(model: Any) -> list[str]:
    """Return the words of a rule's condition, from `if` or `unless` on."""
    for keyword, found in (("if", model.if_), ("unless", getattr(model, "unless", None))):
        if found is not None:
            return [keyword, *map(_word, found.words)]
    return []


def both(model: Any, criteria: Sequence[str]) -> list[str]:
    """Return the words of a condition together with criteria that must be true as well.

    A condition is a list of groups between `or`: the criteria join each of them.
    """
    if model.if_ is None:
        return ["if", *criteria] if criteria else []
    words: list[str] = []
    inside = False  # braces, where `or` would be a value
    for word in model.if_.words:
        inside = (inside or word.lstrip("!") == "{") and word != "}"
        words += [*criteria, "or"] if word in ("or", "OR", "||") and not inside else [_word(word)]
    return ["if", *words, *criteria]


def _word(word: str) -> str:
    return word if word in ("{", "}", "!{") else argument(word)


def _head(keyword: str, rule: Rule) -> str:
    moment = f" {rule.stage}" if isinstance(rule, TcpRequestRule) else ""
    if keyword == "tcp-response":
        moment = " content"
    words, behind = _taken(rule)
    return " ".join([f"{keyword}{moment} {rule.action}{behind}", *words])


def _taken(rule: Rule) -> tuple[list[str], str]:
    """Return the words an action takes, and what stands right behind it."""
    words: list[str] = []
    behind = ""
    for part in _PARTS.finditer(rule.form):
        if part["behind"]:
            behind = re.sub(r"\{(\w+)\}", lambda key: _raw(rule, key[1]), part["behind"])
        elif part["key"]:
            words += _given(rule, part["key"])
        elif part["may"]:
            words += (
                [(part["word"] or "").strip(), *_given(rule, part["may"])] if rule.has(part["may"]) else []
            )
        elif part["flag"]:
            words += [part["flag"]] if getattr(rule, part["flag"].replace("-", "_")) else []
        elif part["text"]:
            words.append(part["text"])
        else:
            words += [word for name, value in rule.headers for word in ("hdr", name, argument(value))]
    return [word for word in words if word], behind


def _given(rule: Rule, key: str) -> list[str]:
    value = getattr(rule, key)
    if isinstance(value, bool):
        return ["on" if value else "off"]
    return [argument(each) for each in (value if isinstance(value, tuple) else (value,))]


def _raw(rule: Rule, key: str) -> str:
    value = str(getattr(rule, key))
    return {"map": map_path, "list": list_path}.get(key, str)(value)
