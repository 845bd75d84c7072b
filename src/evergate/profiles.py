"""Named sets of timings: one word says how soon a failure is noticed, and what is no failure yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evergate import values


@dataclass(frozen=True, slots=True)
class Watch:
    """How HAProxy is asked whether it answers; `interval` and `deadline` are seconds, the others counts."""

    interval: float
    deadline: float
    fall: int
    rise: int

    @property
    def options(self) -> str:
        """Return the command line of the watcher (roles/haproxy/files/haproxy_watch.py)."""
        seconds = f"--interval {self.interval:g} --deadline {self.deadline:g}"
        return f"{seconds} --fall {self.fall} --rise {self.rise}"


@dataclass(frozen=True, slots=True)
class Profile:
    """Timings that fit each other: seconds between adverts, how many may be missed, and the watch."""

    name: str
    advert_int: float
    down_timer_adverts: int
    watch: Watch


# Many short adverts rather than few long ones: the same silence is noticed, and on a network that loses a
# fifth of all packets, ten in a row are lost once in ten million.
_ALL = (
    Profile("standard", 0.03, 10, Watch(interval=0.05, deadline=0.08, fall=2, rise=3)),
    Profile("fast", 0.01, 8, Watch(interval=0.02, deadline=0.04, fall=2, rise=5)),
    Profile("wan", 0.2, 10, Watch(interval=0.2, deadline=0.5, fall=3, rise=3)),
)
PROFILES: Mapping[str, Profile] = {each.name: each for each in _ALL}
DEFAULT = _ALL[0].name
FASTEST = min(_ALL, key=lambda each: each.advert_int * each.down_timer_adverts).name

name = values.choice(*PROFILES)


def watch_options(profile: object) -> str:
    """Return the watcher's command line for a profile's name, or raise `InvalidData`."""
    return PROFILES[name(profile, "keepalived_profile")].watch.options
