"""The picture of a round: one SVG of failures, latency, the VIP's holder and the servers over time.

Colours come from the page's style sheet by class; what a colour says, a shape, a row or a label says too.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from evergate.drill.judgement import Round
from evergate.drill.recording import Request
from evergate.drill.summary import Segment

_LEFT, _RIGHT, _TOP = 36.0, 12.0, 26.0  # the margins, in the picture's own units
_ROW, _LATENCY, _BAND, _HEADING, _AXIS = 30.0, 150.0, 20.0, 18.0, 24.0  # heights
_BIN, _MOST_BINS = 0.1, 300  # s; a server's share is counted over this long, or longer in a long picture
_MANY = 1000  # so many failures of a kind are drawn once per spot
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)  # s between marks of the axis

_NAMED = {"fault": "▼", "recovery": "▲"}  # the events named at the top

# How each kind of failure is drawn, around a point; kinds differ by row and by shape, not by colour.
_SHAPES = {
    "refused": "m-3 -3l6 6m0 -6l-6 6",
    "unreachable": "m-3.5 0h7m-3.5 -3.5v7",
    "reset": "m-3.5 3l3.5 -6.5l3.5 6.5z",
    "closed": "m0 -4l4 4l-4 4l-4 -4z",
    "timeout": "m-3 -3.5h6l-6 7h6z",
    "status": "m-3 -3h6v6h-6z",
    "invalid": "m0 -4v8m-3.5 -6l7 4m0 -4l-7 4",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Which stretch of time (epoch seconds) is drawn, how wide, and which moment counts as zero."""

    start: float
    end: float
    origin: float
    width: float

    @property
    def right(self) -> float:
        return self.width - _RIGHT

    def x(self, at: float) -> float:
        """Return where a time lies, held inside the picture."""
        share = (at - self.start) / (self.end - self.start)
        return _LEFT + min(1.0, max(0.0, share)) * (self.right - _LEFT)

    def shows(self, start: float, end: float) -> bool:
        return start < self.end and end > self.start


@dataclass(frozen=True, slots=True)
class Panel:
    """One strip of the picture: its height and what is drawn, given its top."""

    height: float
    marks: list[str]


def picture(each: Round, frame: Frame) -> str:
    """Return the round between two moments as an SVG element."""
    y, body, bottoms = _TOP, list[str](), list[float]()
    for draw in (_failures, _latency, _holders, _holders_by_nodes, _servers):
        panel = draw(each, frame, y)
        body += panel.marks
        y += panel.height
        bottoms.append(y)
    title = f"{each.fault.title}: {frame.start - frame.origin:.1f} s to {frame.end - frame.origin:.1f} s"
    return "\n".join(
        [
            f'<svg viewBox="0 0 {frame.width:.0f} {y + _AXIS:.0f}" role="img" aria-label="{escape(title)}">',
            *_axis(frame, y),
            *_outage(each, frame, bottoms[1] - 8),
            # Words come last, so that no line runs through them.
            *sorted([*body, *_events(each, frame, y)], key=lambda mark: mark.startswith("<text")),
            "</svg>",
        ]
    )


def _requests(each: Round, frame: Frame) -> Iterator[tuple[str, Request]]:
    for name, run in (("new", each.evidence.new), ("kept", each.evidence.keep_alive)):
        for request in run.requests:
            if frame.start <= request.at <= frame.end:
                yield name, request


def _failures(each: Round, frame: Frame, top: float) -> Panel:
    """Draw one row per kind of failure, and in it every failed request where it was due."""
    rows: dict[str, list[tuple[str, Request]]] = defaultdict(list)
    for name, request in _requests(each, frame):
        if not request.ok:
            rows[request.outcome].append((name, request))
    marks = [] if rows else [_text(_LEFT, top + 12, "heading halo", "No request failed")]
    for number, (kind, failed) in enumerate(sorted(rows.items())):
        y = top + number * _ROW
        signs = [f"M{frame.x(request.at):.1f} {y + 22:.1f}{_SHAPES[kind]}" for _, request in failed]
        path = "".join(signs if len(signs) < _MANY else dict.fromkeys(signs))
        counts = Counter(name for name, _ in failed)
        label = f"Failed, {kind}: " + ", ".join(
            f"{counts[name]} {name}" for name in ("new", "kept") if counts[name]
        )
        marks.append(f'<path class="failure" d="{path}"/>')
        marks.append(_text(_LEFT, y + 12, "heading halo", label))
    return Panel(max(1, len(rows)) * _ROW + 4, marks)


def _latency(each: Round, frame: Frame, top: float) -> Panel:
    """Draw every successful answer over a logarithmic scale; every slow one gets a ring of its own."""
    answers = [(name, request) for name, request in _requests(each, frame) if request.ok]
    runs = (each.evidence.new, each.evidence.keep_alive)
    highest = max([*(run.deadline * 1000 for run in runs), *(request.ms for _, request in answers)])
    low, high = 0.1, 10 ** math.ceil(math.log10(highest) - 1e-9)
    base = top + _HEADING + _LATENCY

    def y(ms: float) -> float:
        return base - _LATENCY * (math.log(max(ms, low) / low) / math.log(high / low))

    marks = [_text(_LEFT, top + 12, "heading halo", "Time to answer, ms (each point a request)")]
    for exponent in range(round(math.log10(low)), round(math.log10(high)) + 1):
        level = y(10.0**exponent)
        marks.append(f'<path class="grid" d="M{_LEFT} {level:.1f}H{frame.right:.1f}"/>')
        marks.append(_text(_LEFT - 5, level + 4, "tick end", f"{10.0**exponent:g}"))
    marks += _points(each, [(name, item, frame.x(item.at), y(item.ms)) for name, item in answers])
    return Panel(_HEADING + _LATENCY + 8, marks)


def _points(each: Round, spots: list[tuple[str, Request, float, float]]) -> Iterator[str]:
    """Draw a point per series and spot of paper, more would look the same, and a ring per slow answer."""
    for series in ("new", "kept"):
        drawn = {(round(x), round(y)) for name, _, x, y in spots if name == series}
        path = "".join(f"M{x} {y}h0" for x, y in sorted(drawn))
        yield f'<path class="points {series}" d="{path}"/>'
    slow = {"new": each.evidence.new.slow * 1000, "kept": each.evidence.keep_alive.slow * 1000}
    for name, request, x, y in spots:
        if request.ms > slow[name]:
            yield f'<circle class="slow" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'


def _holders(each: Round, frame: Frame, top: float) -> Panel:
    """Draw who answered for the VIP as a band; nobody is hatched, two at once are cross-hatched."""
    heading = f"Who answers for {each.evidence.watching.vip}"
    return _band(each, frame, top, heading, each.found.whole.timeline)


def _holders_by_nodes(each: Round, frame: Frame, top: float) -> Panel:
    """Draw who had the VIP by the nodes' own record, if there is one."""
    if each.found.by_nodes is None:
        return Panel(0, [])
    return _band(each, frame, top, "Who has it, as the nodes tell", each.found.by_nodes.timeline)


def _band(each: Round, frame: Frame, top: float, heading: str, timeline: Iterable[Segment]) -> Panel:
    """Draw stretches of time, each with its holders; of those too short to see, one per spot."""
    nodes = sorted({*each.evidence.addresses, *_answering(each)})
    y = top + _HEADING
    marks = [_text(_LEFT, top + 12, "heading halo", heading)]
    drawn: set[tuple[str, int]] = set()
    for segment in timeline:
        if not frame.shows(segment.start, segment.end):
            continue
        who = " and ".join(segment.holders) or "nobody"
        style = f"node{nodes.index(who) % 4}" if who in nodes else "nobody" if who == "nobody" else "both"
        left, right = frame.x(segment.start), frame.x(segment.end)
        if right - left < 1 and (style, round(left)) in drawn:
            continue
        drawn.add((style, round(left)))
        box = f'x="{left:.1f}" y="{y:.1f}" width="{max(1.5, right - left):.1f}" height="{_BAND}"'
        title = f"<title>{escape(who)}, {segment.ms:.0f} ms</title>"
        marks.append(f'<rect class="{style}" {box}>{title}</rect>')
        if right - left > 8 * len(who) + 8:
            marks.append(
                _text((left + right) / 2, y + 14, "inside middle" + ("" if who in nodes else " halo"), who)
            )
    return Panel(_HEADING + _BAND + 6, marks)


def _answering(each: Round) -> set[str]:
    return {holder for sample in each.evidence.watching.samples for holder in sample.holders}


def _servers(each: Round, frame: Frame, top: float) -> Panel:
    """Draw, for a fault that leaves the VIP alone, which servers answered: each one's share over time."""
    if each.promise.vip != "stays":
        return Panel(0, [])
    width = next(step for step in (_BIN, *_STEPS) if (frame.end - frame.start) / step <= _MOST_BINS)
    bins: dict[int, Counter[str]] = defaultdict(Counter)
    for _, request in _requests(each, frame):
        if request.ok and request.server:
            bins[math.floor((request.at - frame.origin) / width)][request.server] += 1
    names = sorted({name for counts in bins.values() for name in counts})
    height = _BAND * len(names)
    marks = [_text(_LEFT, top + 12, "heading halo", f"Which server answered (share per {width * 1000:g} ms)")]
    for row, name in enumerate(names):
        base = top + _HEADING + (row + 1) * _BAND
        path = ""
        for number, counts in sorted(bins.items()):
            left = frame.x(frame.origin + number * width)
            wide = frame.x(frame.origin + (number + 1) * width) - left
            tall = (_BAND - 3) * counts[name] / counts.total()
            path += f"M{left:.1f} {base:.1f}v-{tall:.1f}h{wide:.2f}v{tall:.1f}z" if tall else ""
        marks.append(f'<path class="server" d="{path}"/>')
        marks.append(f'<path class="grid" d="M{_LEFT} {base:.1f}H{frame.right:.1f}"/>')
        marks.append(_text(_LEFT + 4, base - 5, "label halo", name))
    return Panel(_HEADING + height + 6, marks)


def _outage(each: Round, frame: Frame, bottom: float) -> Iterator[str]:
    """Shade the longest stretch in which no new connection was answered, and say how long it was."""
    new = each.found.new
    if not frame.shows(new.outage_start, new.outage_end):
        return
    left, right = frame.x(new.outage_start), frame.x(new.outage_end)
    box = f'x="{left:.1f}" y="{_TOP}" width="{max(1.5, right - left):.1f}" height="{bottom - _TOP:.1f}"'
    yield f'<rect class="outage" {box}><title>no new connection was answered</title></rect>'
    label, fits_right = f"{new.outage_ms:.0f} ms", right < frame.right - 60
    at, side = (right + 5, "") if fits_right else (left - 5, " end")
    yield _text(at, bottom - _LATENCY * 0.8, f"outage-label halo{side}", label)


def _events(each: Round, frame: Frame, bottom: float) -> Iterator[str]:
    """Mark fault, recovery and notes by lines through all panels; the first two are named at the top."""
    for event in each.evidence.events:
        if not frame.start <= event.at <= frame.end:
            continue
        x = frame.x(event.at)
        yield f'<path class="event {event.event}" d="M{x:.1f} {_TOP - 8}V{bottom:.1f}"/>'
        if event.event in _NAMED:
            label = f"{_NAMED[event.event]} {event.event}"
            near_end = x > frame.right - 70
            yield _text(x + (4 if near_end else -4), 13, "event-name" + (" end" if near_end else ""), label)


def _axis(frame: Frame, y: float) -> Iterator[str]:
    """Draw the seconds before and after the fault."""
    most = max(3, (frame.right - _LEFT) / 60)
    step = next((step for step in _STEPS if (frame.end - frame.start) / step <= most), _STEPS[-1])
    first = math.ceil((frame.start - frame.origin) / step)
    last = math.floor((frame.end - frame.origin) / step)
    for number in range(first, last + 1):
        x = frame.x(frame.origin + number * step)
        label = f"{number * step:+g} s" if number else "0"
        yield f'<path class="grid" d="M{x:.1f} {_TOP}V{y:.1f}"/>'
        yield _text(min(max(x, _LEFT - 8), frame.right - 6), y + 16, "tick middle", label)


def _text(x: float, y: float, style: str, text: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def frames(each: Round, width: float) -> Iterable[Frame]:
    """Return what is worth a picture: the whole round, then the moments around its fault."""
    evidence, origin = each.evidence, each.origin
    yield Frame(evidence.started, evidence.ended, origin, width)
    if evidence.first("fault"):
        after = max(1.5, min(each.found.new.outage_end - origin, 5.0) + 0.5)
        yield Frame(origin - 1.5, origin + after, origin, width)
