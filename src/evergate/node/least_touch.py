"""The least that brings a running HAProxy from one set of files to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from . import touch_files, touch_servers
from .backend import Backend
from .haproxy_text import Section, defaults_of, sections
from .server_line import is_server
from .touch import Change, Touch, taking_reload, touch

_WITH_SERVERS = ("backend", "listen")


def least_touch(
    before: Mapping[str, str], after: Mapping[str, str], config: str = "/etc/haproxy/haproxy.cfg"
) -> Touch:
    """Return what HAProxy needs when its files, path to text, were `before` and are `after`.

    What surely comes to the same as a reload goes through the runtime API of HAProxy 2.6 and 3.0 (management
    guide, section 9.3): servers, their weights, addresses and `disabled`; maps, lists of ACLs, certificates.
    Everything else is a reload, which then does it all. `before` has to be what HAProxy runs. Nothing raises.
    """
    old, new = sections(before.get(config, "")), sections(after.get(config, ""))
    # The files first: of them HAProxy is the most likely to refuse something.
    found = [*touch_files.changes(before, after, config, new), *_sections(old, new)]
    if found and any(line.startswith(".") for each in (*old, *new) for line in (each.head, *each.lines)):
        # A line may not hold at all (configuration manual, section 2.4, "conditional blocks").
        found.append(taking_reload("haproxy.cfg has conditions"))
    return touch(found)


def _sections(old: Sequence[Section], new: Sequence[Section]) -> Iterator[Change]:
    heads, wanted = [each.head for each in old], [each.head for each in new]
    if heads != wanted:
        gone, come = Counter(heads) - Counter(wanted), Counter(wanted) - Counter(heads)
        yield from (taking_reload(f"{head} is new") for head in come)
        yield from (taking_reload(f"{head} is gone") for head in gone)
        if not come and not gone:
            yield taking_reload("the order of the sections differs")
        return
    for place, (before, after) in enumerate(zip(old, new, strict=True)):
        yield from _lines(before, after)
        if after.kind in _WITH_SERVERS:
            pair = Backend(before, defaults_of(old, place)), Backend(after, defaults_of(new, place))
            yield from touch_servers.changes(*pair)


def _lines(before: Section, after: Section) -> Iterator[Change]:
    """Yield a reload for each kind of line that differs, all but those of servers."""
    served = after.kind in _WITH_SERVERS
    old, new = ([line for line in each.lines if not (served and is_server(line))] for each in (before, after))
    if old == new:
        return
    differing = (Counter(old) - Counter(new)) + (Counter(new) - Counter(old))
    keywords = sorted({line.split()[0] for line in differing})
    yield from (taking_reload(f"{after.head}: a line '{keyword}' differs") for keyword in keywords)
    if not keywords:
        yield taking_reload(f"{after.head}: the order of its lines differs")
