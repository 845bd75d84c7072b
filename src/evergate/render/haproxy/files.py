"""The files beside haproxy.cfg, and where they lie on the hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from evergate.model.haproxy.backend import Backend
from evergate.model.haproxy.bind import BindTls, Chosen
from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.files import Authority, Certificate, ErrorPage, ErrorPages
from evergate.model.haproxy.frontend import Frontend

DIRECTORY = "/etc/haproxy"
MAPS = f"{DIRECTORY}/maps"
LISTS = f"{DIRECTORY}/lists"
CERTIFICATES = f"{DIRECTORY}/certificates"
AUTHORITIES = f"{DIRECTORY}/authorities"
ERROR_PAGES = f"{DIRECTORY}/errorpages"

File = dict[str, str]


def map_path(name: str) -> str:
    """Return where a map lies."""
    return f"{MAPS}/{name}.map"


def list_path(name: str) -> str:
    """Return where a list lies."""
    return f"{LISTS}/{name}.lst"


def certificate_path(name: str) -> str:
    """Return where a certificate lies."""
    return f"{CERTIFICATES}/{name}.pem"


def authority_path(name: str) -> str:
    """Return where an authority's certificates lie."""
    return f"{AUTHORITIES}/{name}.pem"


def files(config: HaproxyConfig) -> list[File]:
    """Return path, content and mode of every file that holds no secret, in the order of the inventory."""
    sections: tuple[Frontend | Backend, ...] = (*config.frontends, *config.listens, *config.backends)
    return [
        *(
            _file(map_path(each.name), (f"{key} {value}" for key, value in each.entries))
            for each in config.maps
        ),
        *(_file(list_path(each.name), each.entries) for each in config.lists),
        *_pages("defaults", config.defaults.errorfiles),
        *(
            page
            for each in config.http_errors
            for page in _pages(f"http-errors-{each.name}", each.errorfiles)
        ),
        *(page for each in sections for page in _pages(owner(each), each.errorfiles)),
        *_crt_lists(config),
    ]


def _crt_lists(config: HaproxyConfig) -> Iterator[File]:
    """Yield the lists of certificates, one for each bind that has one."""
    for front in (*config.frontends, *config.listens):
        for number, bind in enumerate(front.all_binds, start=1):
            if bind.tls is not None and bind.tls.crt_list:
                yield _file(crt_list_path(f"{front.name}-{number}"), crt_list(bind.tls))


def secrets(config: HaproxyConfig) -> list[File]:
    """Return certificates and authorities: path, mode, and content or source, a path on the controller.

    HAProxy reads them before it gives up being root.
    """
    return [
        *(_pem(certificate_path(each.name), each) for each in config.certificates),
        *(_pem(authority_path(each.name), each) for each in config.authorities),
    ]


def configuration(config: HaproxyConfig, text: str, sources: Mapping[str, str]) -> dict[str, list[File]]:
    """Return `files` and `secrets`, everything that HAProxy reads: path, content and mode of each.

    `text` is that of haproxy.cfg, which comes last; `sources` are the contents of the files on the controller
    that certificates and authorities are taken from, by their paths.
    """
    found = [
        {
            "path": each["path"],
            "content": each["content"] if "content" in each else sources[each["source"]],
            "mode": each["mode"],
        }
        for each in secrets(config)
    ]
    main = {"path": f"{DIRECTORY}/haproxy.cfg", "content": text, "mode": "0640"}
    return {"files": [*files(config), main], "secrets": found}


def _file(path: str, lines: Iterator[str] | tuple[str, ...]) -> File:
    return {"path": path, "content": "".join(f"{line}\n" for line in lines), "mode": "0644"}


def _pem(path: str, pem: Certificate | Authority) -> File:
    origin = {"source": pem.source_} if pem.content is None else {"content": pem.content.rstrip("\n") + "\n"}
    return {
        "path": path,
        "mode": "0600",
        **{key: value for key, value in origin.items() if value is not None},
    }


def owner(section: Frontend | Backend) -> str:
    """Return the word that names a section's own pages: a frontend and a backend may share a name."""
    return f"{type(section).__name__.lower()}-{section.name}"


def errorfile_lines(owner: str, pages: ErrorPages) -> list[str]:
    """Return an `errorfile` line for each page; `owner` is the word that names the files of given texts."""
    return [f"errorfile {status} {page.file or _page_path(owner, status)}" for status, page in pages]


def _pages(owner: str, pages: ErrorPages) -> list[File]:
    return [
        {"path": _page_path(owner, status), "content": _response(status, page), "mode": "0644"}
        for status, page in pages
        if page.content is not None
    ]


def _page_path(owner: str, status: str) -> str:
    return f"{ERROR_PAGES}/{owner}-{status}.http"


def _response(status: str, page: ErrorPage) -> str:
    """Return a whole HTTP response, whose lines of the head end as HTTP wants it."""
    body = page.content or ""
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(int(status)).phrase}",
        f"Content-Type: {page.content_type}",
        f"Content-Length: {len(body.encode())}",
        "Cache-Control: no-store",
    ]
    return "\r\n".join([*head, "", body])


def crt_list_path(place: str) -> str:
    """Return where a bind's list of certificates lies."""
    return f"{DIRECTORY}/crt-lists/{place}.list"


def crt_list(tls: BindTls) -> tuple[str, ...]:
    """Return the lines of a list of certificates, the first of which is for everybody without a match."""
    return tuple(_chosen(each) for each in tls.crt_list)


def _chosen(chosen: Chosen) -> str:
    settings = [
        *([f"alpn {','.join(chosen.alpn)}"] if chosen.alpn else []),
        *([f"ssl-min-ver {chosen.min_ver}"] if chosen.min_ver is not None else []),
        *([f"ca-file {authority_path(chosen.client_ca)}"] if chosen.client_ca is not None else []),
        *([f"verify {chosen.verify or 'required'}"] if chosen.client_ca is not None else []),
    ]
    words = [f"[{' '.join(settings)}]"] if settings else []
    return " ".join([certificate_path(chosen.certificate), *words, *chosen.sni])
