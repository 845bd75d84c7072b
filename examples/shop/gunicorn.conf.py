"""How gunicorn (20.1 or later) runs the shop: `gunicorn` in this directory needs no option.

On SIGTERM the server first says that it is about to stop and goes on serving, so that a load balancer takes
it out of rotation by its health check; only then does gunicorn's own graceful stop begin. Hooks and settings:
https://docs.gunicorn.org/en/stable/settings.html
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from shop.draining import DRAIN
from shop.settings import Settings, SettingsError
from shop.whole_answers import send_answers_whole

try:
    _settings = Settings.from_environ(os.environ)
except SettingsError as error:
    sys.exit(f"shop: {error}")

send_answers_whole()

wsgi_app = "shop:create_app()"
bind = _settings.bind
workers = _settings.workers
worker_class = "gthread"
threads = 8

# Long, so that under traffic it is hardly ever the server that closes a connection the load balancer keeps.
keepalive = 75
# How long requests in flight may take after the drain. The service manager must wait for the drain and this.
graceful_timeout = 20

# The file system is read-only to the service. The heartbeat files are best kept in memory (gunicorn's FAQ,
# "How do I avoid Gunicorn excessively blocking in os.fchmod?").
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# gunicorn 25 and later would put a control socket into the working directory; earlier ones ignore this.
control_socket_disable = True

# The load balancer logs requests. Errors and life-cycle messages go to stderr, hence to the journal.
accesslog = None
errorlog = "-"


def when_ready(server: Any) -> None:
    """Put the drain in front of gunicorn's own answer to SIGTERM, in the master.

    A second SIGTERM ends the drain at once; so does SIGINT or SIGQUIT, gunicorn's quick shutdown.
    """
    master = os.getpid()
    stop = signal.getsignal(signal.SIGTERM)
    assert callable(stop), "gunicorn installs its signal handlers before it calls when_ready"

    def stop_now(_signum: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        stop(signal.SIGTERM, frame)

    def drain_then_stop(signum: int, frame: FrameType | None) -> None:
        # A worker just forked has this handler until it installs its own: it must not speak for the server.
        if os.getpid() != master or DRAIN.begun or _settings.drain_seconds == 0:
            stop_now(signum, frame)
        else:
            DRAIN.begin()
            signal.setitimer(signal.ITIMER_REAL, _settings.drain_seconds)

    signal.signal(signal.SIGALRM, stop_now)
    signal.signal(signal.SIGTERM, drain_then_stop)


def pre_request(_worker: Any, request: Any) -> None:
    """Answer with `Connection: close` during the drain, so that no kept connection is left when it ends."""
    if DRAIN.begun:
        request.force_close()
