"""HAProxy's small languages: expressions, log formats and conditions, kept where they were written for.

What is read here is HAProxy's second level of syntax, after its quotes (its manual, section 2.2): every text
is one argument, which the renderer quotes when it needs to. `$`, `#` and backslashes have no power in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from evergate import values
from evergate.errors import nearest, quoted, refused
from evergate.reading import Parser

# HAProxy takes 64 words a line (its manual, section 2); the rest of the line needs some too.
MOST_WORDS = 48

PREDEFINED = (
    "FALSE", "HTTP", "HTTP_1.0", "HTTP_1.1", "HTTP_2.0", "HTTP_CONTENT", "HTTP_URL_ABS", "HTTP_URL_SLASH",
    "HTTP_URL_STAR", "LOCALHOST", "METH_CONNECT", "METH_DELETE", "METH_GET", "METH_HEAD", "METH_OPTIONS",
    "METH_POST", "METH_PUT", "METH_TRACE", "RDP_COOKIE", "REQ_CONTENT", "TRUE", "WAIT_END",
)  # fmt: skip

_OR = ("or", "OR", "||")
_NO_WORDS_OF_ITS = ("and", "AND", "&&", "not", "NOT")
_ACL_OR_CRITERION = "write an ACL's name, or a criterion in braces such as '{ path_beg /admin }'"

acl_name = values.matching(
    r"(?!(?:or|OR)$)[A-Za-z0-9_][A-Za-z0-9_.:-]{0,62}",
    "an ACL's name",
    "use up to 63 letters, digits, '_', '-', '.' and ':', beginning with a letter, a digit or '_'",
)
header_name = values.matching(
    r"[A-Za-z0-9!#$&'*+.^_`|~-]{1,128}", "a header's name", "write a name such as X-Request-Id"
)
variable = values.matching(
    r"(?:proc|sess|txn|req|res|check)\.[A-Za-z0-9_.]{1,63}",
    "a variable",
    "write its scope and a name, such as txn.client or req.tenant",
)
media_type = values.matching(
    r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[a-z]+=[A-Za-z0-9_.-]+)?",
    "a media type",
    "write one such as text/plain or application/json",
)
file_path = values.matching(
    r"/[A-Za-z0-9/_.@:+-]{1,254}", "a file's path", "write a path that begins with '/', without spaces"
)


def expression(value: object, path: str) -> str:
    """Return a text in one of HAProxy's languages that becomes a single argument."""
    return values.text(value, path)


def sample(value: object, path: str) -> str:
    """Return an expression: a fetch and its converters (HAProxy's manual, section 7.3).

    Raises `InvalidData` when it isn't one of names, each with its arguments in parentheses, between commas.
    """
    words = values.text(value, path)
    end = _sample_end(words, 0)
    if end != len(words):
        hint = "write a fetch and its converters, such as req.hdr(host),field(1,:),lower"
        raise refused(path, f"{quoted(value)} is not an expression", value, hint)
    return words


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*", re.ASCII)


def _sample_end(words: str, start: int) -> int:
    """Return where the expression that starts there ends, or -1 when none does."""
    while True:
        name = _NAME.match(words, start)
        if name is None:
            return -1
        end = _arguments_end(words, name.end()) if words[name.end() :][:1] == "(" else name.end()
        if end < 0 or words[end : end + 1] != ",":
            return end
        start = end + 1


def _arguments_end(words: str, start: int) -> int:
    """Return where the parentheses opened there are closed; quotes hide those inside them."""
    depth, quote = 0, ""
    for index in range(start, len(words)):
        letter = words[index]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return index + 1
    return -1


_ALIAS = re.compile(r"%(?:\([A-Za-z0-9_-]*(?::[a-z]+)?\))?(?:\{[A-Za-z0-9+,_-]*\})?([A-Za-z]{1,4}|\[|(?=%))?")


def log_format(value: object, path: str) -> str:
    """Return a log format: a text with `%alias` and `%[expression]` (HAProxy's manual, section 8.2.6)."""
    words = values.text(value, path)
    position = words.find("%")
    while position >= 0:
        end = _item_end(words, position)
        if end < 0:
            hint = "write '%%' for a percent sign, or %[expression], its quotes and parentheses closed"
            raise refused(path, f"{quoted(value)} has a '%' that begins nothing", value, hint)
        position = words.find("%", end)
    return words


def _item_end(words: str, start: int) -> int:
    if words[start : start + 2] == "%%":
        return start + 2
    match = _ALIAS.match(words, start)
    if match is None or not match[1]:
        return -1
    if match[1] != "[":
        return match.end()
    end = _sample_end(words, match.end())
    return end + 1 if end > 0 and words[end : end + 1] == "]" else -1


def fetches(text: str) -> tuple[str, ...]:
    """Return the expressions inside a log format."""
    return tuple(text[start + 2 : _sample_end(text, start + 2)] for start in _starts(text))


def _starts(text: str) -> Iterator[int]:
    position = text.find("%")
    while position >= 0:
        end = _item_end(text, position)
        start = text.find("[", position, end)
        if start >= 0 and text[position : position + 2] != "%%":
            yield start - 1
        position = text.find("%", end)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule is applied: ACLs by name or `{ in braces }`, `!` before one, `or` between groups of them.

    `words` are HAProxy's, without the quotes they were written in; `source` is the text they were read from.
    """

    words: tuple[str, ...]
    source: object = field(compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the ACLs it uses, without HAProxy's predefined ones."""
        found = dict.fromkeys(word for kind, word in _terms(self.words) if kind == "name")
        return tuple(name for name in found if name not in PREDEFINED)

    @property
    def groups(self) -> int:
        """Return how many groups of ACLs it has, one of which must be true."""
        return 1 + sum(kind == "or" for kind, _ in _terms(self.words))

    @property
    def criteria(self) -> tuple[str, ...]:
        """Return the expressions of its unnamed ACLs."""
        return tuple(word for kind, word in _terms(self.words) if kind == "criterion")


def _terms(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    inside = False
    for before, word in zip(("", *words), words, strict=False):
        if inside:
            if before.lstrip("!") == "{":
                yield "criterion", word
            inside = word != "}"
        elif word.lstrip("!") == "{":
            inside = True
        elif word in _OR:
            yield "or", word
        elif word.strip("!"):
            yield "name", word.lstrip("!")


def condition(value: object, path: str) -> Condition:
    """Return a condition (HAProxy's manual, section 7.2); raises `InvalidData` when it isn't one."""
    if isinstance(value, bool):
        raise refused(path, f"{quoted(value)} is not a condition", value, _ACL_OR_CRITERION)
    words = tuple(_negations_joined(_split(value, path)))
    if len(words) > MOST_WORDS:
        hint = "declare ACLs for its parts and name them here"
        raise refused(path, f"has more than {MOST_WORDS} words", value, hint)
    for problem, hint in _grammar(words):
        raise refused(path, f"{quoted(value)} {problem}", value, hint)
    return Condition(words, value)


def _negations_joined(words: Iterable[str]) -> Iterator[str]:
    """Yield the words with each `!` right before what it negates, and none where two cancel out."""
    before, inside = "", False
    for word in words:
        if inside:
            inside = word != "}"
        else:
            word = before + word
            if word and not word.strip("!"):
                before = word
                continue
            bare = word.lstrip("!")
            word, before = ("!" if (len(word) - len(bare)) % 2 else "") + bare, ""
            inside = bare == "{"
        yield word
    if before:
        yield "!"


_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+""")
_PART = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)""")


def _split(value: object, path: str) -> Iterator[str]:
    """Yield the words of a text, without their quotes and backslashes."""
    words, position = values.text(value, path).strip(), 0
    while position < len(words):
        match = _WORD.match(words, position)
        if match is None or words[match.end() : match.end() + 1] not in ("", " "):
            raise refused(path, f"{quoted(value)} has a quote that is not closed", value, "close the quote")
        yield "".join(
            strong or re.sub(r"\\(.)", r"\1", weak) or escaped or plain
            for strong, weak, escaped, plain in _PART.findall(match[0])
        )
        position = match.end()
        while words[position : position + 1] == " ":
            position += 1


def _grammar(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a condition's words and what to write instead, the first first."""
    term = False  # whether one stands before the next 'or', or before the end
    rest = iter(words)
    for word in rest:
        if word in _OR:
            if not term:
                yield "has an 'or' with nothing before it", "write an ACL on both sides of 'or'"
            term = False
        elif word in _NO_WORDS_OF_ITS:
            yield f"has {quoted(word)} in it", "ACLs beside each other must all be true; '!' negates one"
        elif word.lstrip("!") == "{":
            yield from _criterion(rest)
            term = True
        else:
            term = word != "!"
            if term and not re.fullmatch(r"!*[A-Za-z0-9_.:-]+", word, re.ASCII):
                yield f"has {quoted(word)} where an ACL belongs", _ACL_OR_CRITERION
    if not term:
        yield "ends where an ACL belongs", _ACL_OR_CRITERION


def _criterion(rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Take the words up to the closing brace; yield what is wrong with them."""
    inside = []
    for word in rest:
        if word == "}":
            break
        inside.append(word)
    else:
        yield "has a brace that is not closed", "write '}' as a word of its own, with a space before it"
    if not inside:
        yield "has braces with nothing in them", "write a criterion, such as '{ path_beg /admin }'"
    elif _sample_end(inside[0], 0) != len(inside[0]):
        hint = "begin with a fetch, as in '{ src 192.0.2.0/24 }'"
        yield f"has {quoted(inside[0])} where a fetch belongs", hint


def suggestion(name: str, known: tuple[str, ...]) -> str:
    """Return what to write instead of the name of an ACL that isn't declared."""
    names = ", ".join(known)
    return nearest(name, (*known, *PREDEFINED), f"write one of: {names}" if names else "declare it in acls")


def words(most: int) -> Parser[str]:
    """Return a parser of texts of at most this many characters."""

    def parse(value: object, path: str) -> str:
        text = values.text(value, path)
        if len(text) > most:
            raise refused(path, f"is longer than {most} characters", value, "write a shorter text")
        return text

    return parse
