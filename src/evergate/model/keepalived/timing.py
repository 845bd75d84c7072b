"""VRRP's clock: how priorities and intervals become seconds (RFC 9568 and RFC 5798, 6.1; RFC 3768, 6.1)."""

from __future__ import annotations

HIGHEST_PRIORITY = 254  # 255 is for the owner of an address, which no member of a pair is (RFC 9568, 5.2.4)

ADVERTS_MISSED = 3  # until the active node counts as lost, unless down_timer_adverts says otherwise
OLD_ADVERT_INT = 1.0  # VRRPv2's default


def skew(priority: int, advert_int: float, version: int) -> float:
    """Return the seconds by which a standby of this priority waits longer than the best one would.

    VRRPv3 scales it with the interval; VRRPv2 has it as a part of a whole second.
    """
    return (256 - priority) / 256 * (advert_int if version == 3 else 1.0)


def master_down(priority: int, advert_int: float, version: int, missed: int = ADVERTS_MISSED) -> float:
    """Return the seconds of silence after which a standby of this priority becomes active."""
    return missed * advert_int + skew(priority, advert_int, version)
