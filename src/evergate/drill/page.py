"""The report as one self-contained page: the verdicts, the table, and each drill's pictures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template

from evergate.drill.judgement import Drill, Round
from evergate.drill.measure import measure
from evergate.drill.promises import Terms
from evergate.drill.strip import strip
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


def page(drills: Sequence[Drill], made: datetime, terms: Terms) -> str:
    """Return the report as an HTML document that needs no other file; `made` is when it was made."""
    template = Template(files("evergate.drill").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        headline=escape(headline(drills)),
        terms=escape(_terms(terms)),
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


def _terms(terms: Terms) -> str:
    """Return under what the drills are judged."""
    tolerance = "" if terms.tolerance == 1 else f", times {terms.tolerance:g} times as long tolerated"
    return f"profile {terms.profile}{tolerance}"


def _about(drills: Sequence[Drill], made: datetime) -> str:
    """Return when and for how long it was measured, and how."""
    rounds = [each.evidence for drill in drills for each in drill.rounds]
    evidence = drills[0].rounds[0].evidence
    new, kept = evidence.new, evidence.keep_alive
    first = datetime.fromtimestamp(evidence.started, UTC)
    seconds = sum(each.ended - each.started for each in rounds)
    return (
        f"{len(rounds)} rounds from {first:%-d %B %Y, %H:%M:%S} UTC, {seconds:.0f} s of load in all; "
        f"report made {made:%-d %B %Y, %H:%M:%S} UTC. "
        f"{new.rate:g} requests/s to {new.url}, each on a new connection, and {kept.rate:g}/s "
        f"on kept ones; deadline {new.deadline:g} s, slow from {new.slow:g} s. "
        f"The holder of {evidence.watching.vip} was asked for every {evidence.watching.interval * 1000:g} ms."
    )


def _verdict(kept: bool) -> str:
    return (
        '<span class="verdict kept">✓ kept</span>' if kept else '<span class="verdict broken">✕ BROKEN</span>'
    )


def _card(drill: Drill) -> str:
    """Return the figure the drill's promise is about, large, and all rounds beside what is promised."""
    shown = measure(drill)
    missed = "" if drill.kept else " missed"
    return (
        f'<a class="card{missed}" href="#{escape(drill.fault.name)}">'
        f"<strong>{escape(drill.fault.title)}</strong>"
        f'<span class="figure">{max(shown.values):.0f} <small>{escape(shown.unit)}</small></span>'
        f'{strip(drill)}<span class="aside">{escape(shown.promised)}</span>{_verdict(drill.kept)}</a>'
    )


def _table(drills: Sequence[Drill]) -> str:
    names = ("Fault", "Rounds", "Outage", "Promised", "Failed", "VIP moves", "Unheld / two", "Verdict")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>'
        + "".join(_row(drill, names[1:]) for drill in drills)
        + "</tbody></table></div>"
    )


def _row(drill: Drill, names: Sequence[str]) -> str:
    """Return a drill's line of the table; two figures are the median of the rounds and their maximum."""
    limit, found = drill.promise.outage, [each.found.whole for each in drill.rounds]
    cells = (
        str(len(drill.rounds)),
        f"{statistics.median(drill.outages):.0f} / {max(drill.outages):.0f} ms",
        f"{limit.median_ms:.0f} / {limit.max_ms:.0f} ms" if limit else "none",
        f"{statistics.median(drill.failed):g} / {_count(max(drill.failed))}",
        str(max(each.moves for each in found)),
        f"{max(each.none_ms for each in found):.0f} / {max(each.two_ms for each in found):.0f} ms",
        _verdict(drill.kept),
    )
    data = "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in zip(names, cells, strict=True))
    link = f'<a href="#{escape(drill.fault.name)}">{escape(drill.fault.title)}</a>'
    return f'<tr><th scope="row">{link}</th>{data}</tr>'


def _section(drill: Drill) -> str:
    """Return one drill: what broke, its rounds, then the worst one in words, its pictures and its events."""
    why = "".join(f"<li>{escape(reason)}</li>" for reason in drill.broken)
    worst = drill.worst
    return "\n".join(
        [
            f'<section id="{escape(drill.fault.name)}">',
            f"<header><h2>{escape(drill.fault.title)}</h2>{_verdict(drill.kept)}"
            f'<a class="up" href="#top" aria-label="To the top">↑</a></header>',
            f'<ul class="why broken">{why}</ul>' if why else "",
            _rounds(drill),
            _story(worst),
            _pictures(worst),
            _key(worst),
            _events(worst),
            "</section>",
        ]
    )


def _rounds(drill: Drill) -> str:
    """Return all rounds as a strip and a list, in which the one that is shown is named."""
    shown, worst = measure(drill), drill.worst
    items = "".join(
        f'<li class="{"kept" if each.kept else "broken"}"{" aria-current=true" if each is worst else ""}>'
        f"<b>{each.number}</b> {value:.0f} {'✓' if each.kept else '✕'}</li>"
        for each, value in zip(drill.rounds, shown.values, strict=True)
    )
    several = f", here round {worst.number}" if len(drill.rounds) > 1 else ""
    words = f"Rounds, {shown.unit} ({shown.promised}){several}"
    return f'<div class="rounds"><div><h3>{escape(words)}</h3><ul>{items}</ul></div>{strip(drill)}</div>'


def _story(each: Round) -> str:
    """Return the round's figures as sentences, the requests' as a list."""
    found, during = each.found, each.found.during
    before, after = during.before or "nobody", during.after or "nobody"
    held = f"stayed with {before}" if before == after else f"passed from {before} to {after}"
    none_ms = found.whole.none_ms
    unheld = f"nobody held it for {none_ms:.0f} ms at most" if none_ms else "it was held at every sample"
    own = found.by_nodes
    told = (
        f" By their own record two nodes had it for {own.two_ms:.0f} ms, none for {own.none_ms:.0f} ms."
        if own
        else ""
    )
    text = (
        f"The longest stretch without an answer on a new connection was {found.new.outage_ms:.0f} ms. "
        f"The VIP {held}; {unheld}.{told}"
    )
    series = (("New connections", found.new), ("Kept connections", found.keep_alive), ("POSTs", found.post))
    items = "".join(
        f"<li><b>{name}</b> {escape(_fared(summary))}</li>" for name, summary in series if summary
    )
    return f'<p>{escape(text)}</p><ul class="facts">{items}</ul>'


def _fared(summary: Summary) -> str:
    kinds = ", ".join(f"{_count(count)} {kind}" for kind, count in summary.failed_by_kind.items())
    return (
        f"{_count(summary.failed)} of {_count(summary.requests)} failed{f' ({kinds})' if kinds else ''}, "
        f"outage {summary.outage_ms:.0f} ms, median {summary.median_ms:.1f} ms, "
        f"slowest {summary.max_ms:.0f} ms, prober's own delay at most {summary.late_ms:.1f} ms"
    )


def _pictures(each: Round) -> str:
    parts = []
    for kind, width in (("wide", _WIDE), ("narrow", _NARROW)):
        for title, frame in zip(("The whole round", "Around the fault"), frames(each, width), strict=False):
            parts.append(f'<div class="{kind}"><h3>{title}</h3>{picture(each, frame)}</div>')
    return "\n".join(parts)


def _key(each: Round) -> str:
    shown = [entry for entry in _KEY if entry[1] != "both" or each.found.whole.two_samples]
    items = (
        f'<li><svg viewBox="0 0 20 14"><path class="{style}" d="{path}"/></svg>{words}</li>'
        for path, style, words in shown
    )
    return f'<ul class="key" aria-label="Key">{"".join(items)}</ul>'


def _events(each: Round) -> str:
    items = (
        f"<li><b>{event.at - each.origin:+.2f} s</b> {escape(event.text)}</li>"
        for event in each.evidence.events
    )
    return f'<ul class="events">{"".join(items)}</ul>'


def _count(number: int) -> str:
    """Return the number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u2009")
