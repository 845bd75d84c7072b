"""What differs between the releases of HAProxy and keepalived: the one place that knows.

Debian 12 has HAProxy 2.6 and keepalived 2.2, Debian 13 HAProxy 3.0 and keepalived 2.3.
"""

from __future__ import annotations

import re

from evergate.errors import quoted, refused

Version = tuple[int, int]

NEWEST_HAPROXY: Version = (3, 0)
NEWEST_KEEPALIVED: Version = (2, 3)

_NEW_TUNINGS = """
applet_zero_copy_forwarding events_max_events_at_once h1_zero_copy_fwd_recv h1_zero_copy_fwd_send
h2_be_glitches_threshold h2_be_initial_window_size h2_be_max_concurrent_streams h2_fe_glitches_threshold
h2_fe_initial_window_size h2_fe_max_concurrent_streams h2_fe_max_total_streams h2_zero_copy_fwd_send
listener_default_shards lua_burst_timeout lua_log_loggers lua_log_stderr max_checks_per_thread memory_hot_size
pt_zero_copy_forwarding quic_frontend_conn_tx_buffers_limit quic_frontend_max_idle_timeout
quic_frontend_max_streams_bidi quic_max_frame_loss quic_retry_threshold quic_socket_owner
quic_zero_copy_fwd_send ring_queues stick_counters
"""
# `Model.key`, or `Model.key=word` for one word of a choice: the first version that has it.
HAPROXY_SINCE: dict[str, Version] = {
    "Bind.quic=True": (3, 0),  # Debian 12 builds 2.6 without QUIC
    **{f"{owner}.forwarded": (3, 0) for owner in ("Backend", "Listen")},
    **{f"Compression.{key}": (3, 0) for key in ("direction", "algo_req", "types_req")},
    **{
        f"{owner}.{key}": (3, 0)
        for owner in ("Server", "ServerDefaults", "ServerTemplate")
        for key in ("hash_key", "pool_conn_name", "set_proxy_v2_tlv_fmt")
    },
    "Server.guid": (3, 0),
    **{f"ServerTls.{key}": (3, 0) for key in ("curves", "sigalgs", "client_sigalgs")},
    "Timeouts.client_hs": (3, 0),
    "Tune.listener_multi_queue=fair": (3, 0),
    **{f"Global.{key}": (3, 0) for key in ("key_base", "ssl_security_level")},
    **{f"Tune.{key}": (3, 0) for key in _NEW_TUNINGS.split()},
}
KEEPALIVED_SINCE: dict[str, Version] = {
    "Bfd.multihop": (2, 3),
}


def version(value: object, path: str) -> Version:
    """Return major and minor number of a version such as `3.0` or `2.6.12-1+deb12u1`."""
    match = re.match(r"(?:\d+:)?([0-9]{1,3})\.([0-9]{1,3})(?![0-9])", str(value), re.ASCII)
    if not isinstance(value, (str, float)) or match is None:
        hint = "write major and minor number in quotes, such as '3.0'"
        raise refused(path, f"{quoted(value)} is not a version", value, hint)
    return int(match[1]), int(match[2])


def written(number: Version) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, number))


def origin(daemon: str, number: Version) -> str:
    """Return which Debian release has at least this version of a daemon."""
    newest = NEWEST_HAPROXY if daemon == "HAProxy" else NEWEST_KEEPALIVED
    return (
        f"Debian 13 has {daemon} {written(newest)}"
        if number <= newest
        else f"no Debian release has {daemon} {written(number)} yet"
    )


def finds_system_authorities(haproxy: Version) -> bool:
    """Return whether the system's authorities are found although relative paths have a base."""
    return haproxy >= (3, 0)


def has_fractional_scripts(keepalived: Version) -> bool:
    """Return whether scripts may have intervals of parts of a second."""
    return keepalived >= (2, 3)
