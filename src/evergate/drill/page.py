"""The report as one self-contained page: the verdicts, the table, and each drill's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template

from evergate.drill.promises import Drill
from evergate.drill.summary import Summary
from evergate.drill.timeline import frames, picture

_WIDE, _NARROW = 1000.0, 380.0  # the pictures' widths, for a screen and for a phone
_KEY = (
    ("M4 8h0M10 5h0M16 9h0", "points new", "answer, new connection"),
    ("M4 8h0M10 5h0M16 9h0", "points kept", "answer, kept connection"),
    ("M10 3.5a4 4 0 1 0 .1 0z", "slow", "slow answer"),
    ("M6 3l7 7m0 -7l-7 7", "failure", "failed request (one shape per kind)"),
    ("M3 1h14v12h-14z", "outage", "longest outage of new connections"),
    ("M1 2h18v10h-18z", "nobody", "nobody holds the VIP"),
    ("M1 2h18v10h-18z", "both", "two nodes hold it"),
)


def page(drills: Sequence[Drill], made: datetime) -> str:
    """Return the report as an HTML document that needs no other file; `made` is when it was made."""
    template = Template(files("evergate.drill").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        headline=escape(headline(drills)),
        about=escape(_about(drills, made)),
        cards="\n".join(_card(drill) for drill in drills),
        table=_table(drills),
        sections="\n".join(_section(drill) for drill in drills),
    )


def headline(drills: Sequence[Drill]) -> str:
    """Return the outcome of all drills in a few words."""
    broken = sum(not drill.kept for drill in drills)
    if broken:
        return f"{broken} of {len(drills)} drills broke a promise"
    return (
        f"All {len(drills)} drills kept their promises" if len(drills) > 1 else "The drill kept its promises"
    )


def _about(drills: Sequence[Drill], made: datetime) -> str:
    """Return when and for how long it was measured, and how."""
    evidence = drills[0].evidence
    new, kept = evidence.new, evidence.keep_alive
    first = datetime.fromtimestamp(evidence.started, UTC)
    seconds = sum(drill.evidence.ended - drill.evidence.started for drill in drills)
    return (
        f"Drills of {first:%-d %B %Y, %H:%M:%S} UTC, {seconds:.0f} s of load in all; "
        f"report made {made:%-d %B %Y, %H:%M:%S} UTC. "
        f"{new.rate:g} requests/s to {new.url}, each on a new connection, and {kept.rate:g}/s "
        f"on kept ones; deadline {new.deadline:g} s, slow from {new.slow:g} s. "
        f"The holder of {evidence.watching.vip} was asked for every {evidence.watching.interval * 1000:g} ms."
    )


def _verdict(drill: Drill) -> str:
    return (
        '<span class="verdict kept">✓ kept</span>'
        if drill.kept
        else '<span class="verdict broken">✕ BROKEN</span>'
    )


def _card(drill: Drill) -> str:
    """Return the figure the drill's promise is about, large."""
    found, promise = drill.found, drill.promise
    if promise.outage_ms is not None:
        figure, unit, limit = (
            f"{found.new.outage_ms:.0f}",
            "ms outage",
            f"promised ≤ {promise.outage_ms:.0f} ms",
        )
    else:
        figure, unit = str(found.new.failed + found.keep_alive.failed), "requests failed"
        limit = f"of {_count(found.new.requests + found.keep_alive.requests)}, promised {promise.failed}"
    return (
        f'<a class="card" href="#{escape(drill.evidence.fault)}"><strong>{escape(promise.title)}</strong>'
        f'<span class="figure">{figure} <small>{unit}</small></span>'
        f'<p class="aside">{limit}</p>{_verdict(drill)}</a>'
    )


def _table(drills: Sequence[Drill]) -> str:
    names = ("Fault", "Node", "Outage", "Requests", "Failed", "Slow", "Holder", "VIP unheld", "Verdict")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>'
        + "".join(_row(drill, names[1:]) for drill in drills)
        + "</tbody></table></div>"
    )


def _row(drill: Drill, names: Sequence[str]) -> str:
    new, kept, during = drill.found.new, drill.found.keep_alive, drill.found.during
    cells = (
        escape(drill.node or "none"),
        f"{new.outage_ms:.0f} ms",
        _count(new.requests + kept.requests),
        _count(new.failed + kept.failed),
        _count(new.slow + kept.slow),
        escape(f"{during.before or 'nobody'} → {during.after or 'nobody'}"),
        f"{drill.found.whole.none_ms:.0f} ms",
        _verdict(drill),
    )
    data = "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in zip(names, cells, strict=True))
    return f'<tr><th scope="row">{escape(drill.promise.title)}</th>{data}</tr>'


def _section(drill: Drill) -> str:
    """Return one drill: what broke, what happened in words, its pictures and its events."""
    why = "".join(f"<li>{escape(reason)}</li>" for reason in drill.broken)
    return "\n".join(
        [
            f'<section id="{escape(drill.evidence.fault)}">',
            f"<header><h2>{escape(drill.promise.title)}</h2>{_verdict(drill)}</header>",
            f'<ul class="why broken">{why}</ul>' if why else "",
            _story(drill),
            _pictures(drill),
            _key(drill),
            _events(drill),
            "</section>",
        ]
    )


def _story(drill: Drill) -> str:
    """Return the drill's figures as sentences, the requests' as a list."""
    found, during = drill.found, drill.found.during
    before, after = during.before or "nobody", during.after or "nobody"
    held = f"stayed with {before}" if before == after else f"passed from {before} to {after}"
    none_ms = found.whole.none_ms
    unheld = f"nobody held it for {none_ms:.0f} ms at most" if none_ms else "it was held at every sample"
    text = (
        f"The longest stretch without an answer on a new connection was {found.new.outage_ms:.0f} ms. "
        f"The VIP {held}; {unheld}."
    )
    series = (("New connections", found.new), ("Kept connections", found.keep_alive))
    items = "".join(f"<li><b>{name}</b> {escape(_fared(summary))}</li>" for name, summary in series)
    return f'<p>{escape(text)}</p><ul class="facts">{items}</ul>'


def _fared(summary: Summary) -> str:
    kinds = ", ".join(f"{_count(count)} {kind}" for kind, count in summary.failed_by_kind.items())
    return (
        f"{_count(summary.failed)} of {_count(summary.requests)} failed{f' ({kinds})' if kinds else ''}, "
        f"outage {summary.outage_ms:.0f} ms, median {summary.median_ms:.1f} ms, "
        f"slowest {summary.max_ms:.0f} ms, prober's own delay at most {summary.late_ms:.1f} ms"
    )


def _pictures(drill: Drill) -> str:
    parts = []
    for kind, width in (("wide", _WIDE), ("narrow", _NARROW)):
        for title, frame in zip(("The whole drill", "Around the fault"), frames(drill, width), strict=False):
            parts.append(f'<div class="{kind}"><h3>{title}</h3>{picture(drill, frame)}</div>')
    return "\n".join(parts)


def _key(drill: Drill) -> str:
    shown = [entry for entry in _KEY if entry[1] != "both" or drill.found.whole.two_samples]
    items = (
        f'<li><svg viewBox="0 0 20 14"><path class="{style}" d="{path}"/></svg>{words}</li>'
        for path, style, words in shown
    )
    return f'<ul class="key" aria-label="Key">{"".join(items)}</ul>'


def _events(drill: Drill) -> str:
    items = (
        f"<li><b>{event.at - drill.origin:+.2f} s</b> {escape(event.text)}</li>"
        for event in drill.evidence.events
    )
    return f'<ul class="events">{"".join(items)}</ul>'


def _count(number: int) -> str:
    """Return the number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u2009")
