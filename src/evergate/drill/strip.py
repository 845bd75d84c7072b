"""All rounds of a fault in one small picture: a dot per round beside what is promised."""

from __future__ import annotations

from collections import Counter
from html import escape

from evergate.drill.judgement import Drill
from evergate.drill.measure import Measure, measure

_WIDTH, _HEIGHT, _MIDDLE, _SIDE, _RADIUS = 180.0, 24.0, 12.0, 6.0, 3.8
_BEYOND = 1.15  # how far the axis goes beyond the largest figure or limit
_STACK = 2.6  # how far dots on the same spot are moved apart


def strip(drill: Drill) -> str:
    """Return an SVG: the allowed stretch shaded, a tick at each limit, a dot per round, hollow if broken."""
    shown = measure(drill)
    end = max(*shown.values, shown.most, 1.0) * _BEYOND
    limit = _x(shown.most, end)
    rounds = zip(drill.rounds, shown.values, strict=True)
    words = ", ".join(f"round {each.number}: {value:.0f}" for each, value in rounds)
    label = escape(f"{shown.unit}, {words}; {shown.promised}")
    return "".join(
        [
            f'<svg class="strip" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{label}">',
            f'<rect class="allowed" x="0" y="{_MIDDLE - 4}" width="{limit:.1f}" height="8" rx="2"/>',
            f'<path class="axis" d="M{limit:.1f} {_MIDDLE}H{_WIDTH:.0f}"/>',
            *([] if shown.median is None else [_tick(_x(shown.median, end), "median")]),
            _tick(limit, "most"),
            *_dots(drill, shown, end),
            "</svg>",
        ]
    )


def _dots(drill: Drill, shown: Measure, end: float) -> list[str]:
    """Return the dots from left to right; those on one spot lie beside each other, one above, one below."""
    dots: list[str] = []
    taken: Counter[int] = Counter()
    for each, value in zip(drill.rounds, shown.values, strict=True):
        x = _x(value, end)
        number = taken[round(x / 2)]
        taken[round(x / 2)] += 1
        y = _MIDDLE + (-1) ** number * ((number + 1) // 2) * _STACK
        title = f"<title>round {each.number}: {value:.0f} {escape(shown.unit)}</title>"
        style = "round" if each.kept else "round missed"
        dots.append(f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}">{title}</circle>')
    return dots


def _x(value: float, end: float) -> float:
    return _SIDE + (_WIDTH - 2 * _SIDE) * value / end


def _tick(x: float, style: str) -> str:
    return f'<path class="tick {style}" d="M{x:.1f} {_MIDDLE - 9}v18"/>'
