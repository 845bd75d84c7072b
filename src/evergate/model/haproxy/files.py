"""Files beside haproxy.cfg: maps, lists, certificates, authorities and error pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from evergate import values
from evergate.errors import Problem, quoted, refused
from evergate.model.haproxy.word import file_path
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import Parser, each, mapping

# The statuses HAProxy answers with itself (its manual, section 3.8, and both daemons).
STATUSES = (200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504)
# An answer of HAProxy's own has to fit into one buffer of 16,384 bytes, with room for headers.
_LARGEST_PAGE = 12_000
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")


def _line(value: object, path: str) -> str:
    """Return a text that is one line of a map or list; a number counts too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = values.text(value, path)
    if found != found.strip() or found.startswith("#"):
        hint = "begin without spaces and without '#', which would make a comment of it"
        raise refused(path, f"{quoted(value)} can't stand in a file of HAProxy's", value, hint)
    return found


def _map_key(value: object, path: str) -> str:
    found = _line(value, path)
    if " " in found:
        raise refused(path, f"the key {quoted(value)} holds a space", value, "write keys without spaces")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFile(Model):
    """A table from keys to values in a file (HAProxy's manual, section 7.3.1, "map")."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this map; the file is C(/etc/haproxy/maps/NAME.map).")
    entries: tuple[tuple[str, str], ...] = required(
        mapping(_map_key, _line), "Keys and their values, such as V(shop.example: shop)."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile(Model):
    """A list of patterns in a file (HAProxy's manual, section 7.1.1, "-f")."""

    identity: ClassVar[str] = "name"

    name: str = required(values.name, "A name for this list; the file is C(/etc/haproxy/lists/NAME.lst).")
    entries: tuple[str, ...] = required(each(_line), "The patterns, such as V(192.0.2.0/24).")


def _pem(*, key: bool) -> Parser[str]:
    """Return a parser of PEM texts, which never shows one; `key` says whether a private key belongs in it."""

    def parse(value: object, path: str) -> str:
        what = "a certificate with its chain and its private key" if key else "certificates alone"
        hint = f"write PEM: {what}"
        if not isinstance(value, str) or _CERTIFICATE not in value:
            raise refused(path, "holds no certificate in PEM", value, hint)
        if not re.fullmatch(r"[\t\r\n -~]*", value):
            raise refused(path, "holds characters that PEM does not have", value, hint)
        if (_KEY.search(value) is not None) != key:
            raise refused(path, f"holds {'no' if key else 'a'} private key", value, hint)
        return value

    return parse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pem(Model):
    """A PEM file: copied from the controller, or given as text."""

    identity: ClassVar[str] = "name"

    def rules(self) -> Iterator[Problem]:
        """Yield a file that comes from nowhere or from two places."""
        if not self.has("source") and not self.has("content"):
            yield self.absent("source", "is missing, and so is 'content'")
        elif self.has("source") and self.has("content"):
            yield self.wrong("source", "stands beside 'content'", "keep either 'source' or 'content'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(_Pem):
    """A certificate with its key, for binds and for this host as a client."""

    name: str = required(
        values.name, "A name for this certificate; the file is C(/etc/haproxy/certificates/NAME.pem)."
    )
    source_: str | None = optional(
        values.text, "Path on the controller of a PEM file: certificate, chain and private key."
    )
    content: str | None = optional(
        _pem(key=True), "The same as text, such as a variable out of a vault.", secret=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority(_Pem):
    """Certificates of authorities, against which servers' and clients' certificates are verified."""

    name: str = required(
        values.name, "A name for this authority; the file is C(/etc/haproxy/authorities/NAME.pem)."
    )
    source_: str | None = optional(values.text, "Path on the controller of a PEM file with the certificates.")
    content: str | None = optional(_pem(key=False), "The same as text.")


def status(value: object, path: str) -> str:
    """Return a status HAProxy may have to answer with itself."""
    number = values.integer(100, 599, "an HTTP status")(value, path)
    if number not in STATUSES:
        hint = f"write one of: {', '.join(map(str, STATUSES))}"
        raise refused(path, f"HAProxy never answers {quoted(value)} itself", value, hint)
    return str(number)


def _page_text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refused(path, f"{quoted(value)} is not a page", value, "write the page's text, as HTML")
    if not re.fullmatch(r"[^\x00-\x08\x0b-\x1f\x7f]*", value):
        raise refused(path, "holds control characters", value, "write lines of text")
    if len(value.encode()) > _LARGEST_PAGE:
        hint = f"write at most {_LARGEST_PAGE} bytes; an answer of HAProxy's own has to fit into one buffer"
        raise refused(path, f"is {len(value.encode())} bytes long", value, hint)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Model):
    """What HAProxy answers when it must itself: a whole HTTP response in a file, or a page's text."""

    file: str | None = optional(file_path, "Path on the hosts of a file that holds a whole HTTP response.")
    content: str | None = optional(
        _page_text, "The page itself; status line and headers are put before it. At most 12,000 bytes."
    )
    content_type: str = defaulted(
        values.matching(
            r"[a-z]+/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?",
            "a media type",
            "write one such as text/html; charset=utf-8",
        ),
        "What kind of page it is.",
        "text/html; charset=utf-8",
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a page that comes from nowhere or from two places."""
        if self.file is None and not self.has("content"):
            yield self.absent("content", "is missing, and so is 'file'")
        elif self.file is not None and self.has("content"):
            yield self.wrong("file", "stands beside 'content'", "keep either 'file' or 'content'")


def _error_page(value: object, path: str) -> ErrorPage:
    """Return an error page; a text alone is the path of its file."""
    if isinstance(value, Mapping):
        return ErrorPage.from_data(value, path)
    return ErrorPage(at=path, file=file_path(value, path))


ErrorPages = tuple[tuple[str, ErrorPage], ...]
error_pages = mapping(status, _error_page)
