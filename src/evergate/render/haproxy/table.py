"""Stick tables."""

from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.table import StickTable


def line(table: StickTable, config: HaproxyConfig) -> str:
    """Return the line of a table; the pair's members share it unless told otherwise."""
    words = [f"stick-table type {table.type}", *([f"len {table.len}"] if table.len is not None else [])]
    words += [f"size {table.size} expire {table.expire}", *(["nopurge"] if table.nopurge else [])]
    words += [f"store {','.join(table.store)}"] if table.store else []
    words += ["peers evergate"] if table.peers and config.members else []
    return " ".join(words)
