"""haproxy.cfg as a whole, written from the model alone and in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator

from evergate.model.haproxy.config import HaproxyConfig
from evergate.render.haproxy import backend, defaults, frontend, limit, listen, logs, lookup, process, raw
from evergate.render.haproxy.words import indented, socket


def render(config: HaproxyConfig) -> str:
    """Return the whole haproxy.cfg, ending in a newline.

    A newline in it is never the data's: the model holds only texts of one line.
    """
    sections = ("\n".join([head, *indented(body)]) for head, *body in _sections(config))
    return "\n\n".join(sections) + "\n"


def _sections(config: HaproxyConfig) -> Iterator[list[str]]:
    """Yield every section, its head first: what others refer to stands before them."""
    yield ["global", *process.lines(config.global_, config)]
    yield ["defaults", *defaults.lines(config.defaults, config)]
    yield ["frontend evergate_stats", *_stats(config)]
    yield ["frontend evergate_probe", *_probe(config)]
    yield from lookup.sections(config)
    yield from logs.sections(config)
    yield from limit.sections(config)
    for front in config.frontends:
        yield [f"frontend {front.name}", *frontend.lines(front, config)]
    for both in config.listens:
        yield [f"listen {both.name}", *listen.lines(both, config)]
    for back in config.backends:
        yield [f"backend {back.name}", *backend.lines(back, config)]
    yield from raw.sections(config)


def _stats(config: HaproxyConfig) -> list[str]:
    return [
        f"bind {socket(config.management_address, config.stats_port)}",
        "http-request use-service prometheus-exporter if { path /metrics }",
        "stats enable",
        "stats uri /",
        "stats refresh 5s",
    ]


def _probe(config: HaproxyConfig) -> list[str]:
    # monitor-uri is answered by HAProxy itself and never logged.
    return [f"bind 127.0.0.1:{config.probe_port}", "monitor-uri /"]
