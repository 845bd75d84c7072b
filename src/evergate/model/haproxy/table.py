"""Stick tables: what is remembered about clients, and shared with the pair's other members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate import values
from evergate.errors import InvalidData, Problem, quoted, refused
from evergate.model.model import Model, defaulted, optional, required
from evergate.reading import each

TYPES = ("ip", "ipv6", "integer", "string", "binary")
_PLAIN = (
    *(
        "server_id",
        "gpc0",
        "gpc1",
        "gpt0",
        "conn_cnt",
        "conn_cur",
        "sess_cnt",
        "http_req_cnt",
        "http_err_cnt",
    ),
    *("http_fail_cnt", "bytes_in_cnt", "bytes_out_cnt"),
)
_RATES = (
    *("gpc0_rate", "gpc1_rate", "conn_rate", "sess_rate", "http_req_rate", "http_err_rate", "http_fail_rate"),
    *("bytes_in_rate", "bytes_out_rate"),
)


def stored(value: object, path: str) -> str:
    """Return a counter to store: a plain one, or a rate with its period as in `http_req_rate(10s)`."""
    text = values.text(value, path)
    counter, _, rest = text.partition("(")
    if counter in _RATES and rest.endswith(")"):
        try:
            values.duration(rest[:-1], path)
        except InvalidData as error:
            raise refused(path, f"{quoted(value)}: {error.problems[0].problem}", value, error.hint) from error
        return text
    if text in _PLAIN:
        return text
    if text in _RATES:
        hint = f"write the period too, as in {text}(10s)"
        raise refused(path, f"{quoted(value)} needs a period", value, hint)
    hint = f"write one of {', '.join(_PLAIN)}, or a rate: {', '.join(_RATES)}"
    raise refused(path, f"{quoted(value)} is nothing a table can store", value, hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class StickTable(Model):
    """A table in memory (HAProxy's manual, section 4.2, "stick-table")."""

    type: str = required(values.choice(*TYPES), "What kind of keys it has.")
    len: int | None = optional(values.integer(1, 4096), "How long keys are, for V(string) and V(binary).")
    size: int = defaulted(values.integer(1, 100_000_000), "How many entries it holds at most.", 100_000)
    expire: str = defaulted(values.duration, "How long an entry is kept after its last use.", "30m")
    nopurge: bool = defaulted(
        values.boolean, "Whether a full table takes no new entries, instead of dropping the oldest.", False
    )
    store: tuple[str, ...] = defaulted(
        each(stored), "What is counted for each key, such as V(http_req_rate(10s\\)).", ()
    )
    peers: bool = defaulted(
        values.boolean, "Whether it is shared with the pair's other members, and survives a reload.", True
    )

    def rules(self) -> Iterator[Problem]:
        """Yield a length that keys of this type don't have."""
        if self.len is not None and self.type not in ("string", "binary"):
            hint = "delete it, or write type: string"
            yield self.wrong("len", f"is nothing that keys of type {quoted(self.type)} have", hint)
        if self.type == "binary" and self.len is None:
            yield self.absent("len", "is missing beside 'type: binary'")
