"""Sections in the operator's own words."""

from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig


def sections(config: HaproxyConfig) -> list[list[str]]:
    """Return the raw sections in the order of the inventory."""
    return [[each.header, *each.lines] for each in config.sections]
