"""Listens: a frontend's lines with those of its only backend around the rules they share."""

from __future__ import annotations

from evergate.model.haproxy.config import HaproxyConfig
from evergate.model.haproxy.listen import Listen
from evergate.render.haproxy import acl, backend, frontend


def lines(listen: Listen, config: HaproxyConfig) -> list[str]:
    """Return the body of a listen's section; what both parts would write is written once."""
    head = [*frontend.head(listen, config), *backend.before_rules(listen, config)]
    return [
        *dict.fromkeys(head),
        *acl.lines(listen.acls),
        *frontend.connection_rules(listen),
        *backend.safe_retries(listen),
        *frontend.rules(listen),
        *backend.cache_and_answers(listen),
        *listen.extra,
        *frontend.tail(listen),
        *backend.after_rules(listen, config),
    ]
