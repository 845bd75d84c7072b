"""Ask HAProxy over and over whether it answers, and write 0 (yes) or 1 (no) to a file that keepalived tracks.

A process that hangs is alive to systemd and to every pid check; only a question with a deadline finds it out.
The question goes to a `monitor-uri` of the same process that serves the VIP, on a new connection each time,
and never reaches a backend (HAProxy configuration manual, section 4.2, monitor-uri). Standard library only.
"""

from __future__ import annotations

import argparse
import socket
import time
from pathlib import Path

QUESTION = b"GET / HTTP/1.1\r\nHost: watch\r\nConnection: close\r\n\r\n"


def answers(port: int, deadline: float) -> bool:
    """Whether HAProxy on 127.0.0.1:`port` says 200 within `deadline` seconds, connecting included."""
    try:
        until = time.monotonic() + deadline
        with socket.create_connection(("127.0.0.1", port), timeout=deadline) as connection:
            connection.settimeout(max(until - time.monotonic(), 0.001))
            connection.sendall(QUESTION)
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


class Verdict:
    """What is believed of HAProxy: it changes after `fall` failures or `rise` successes in a row."""

    def __init__(self, well: bool, fall: int, rise: int) -> None:
        self.well = well
        self._needed = {False: fall, True: rise}
        self._against = 0

    def hear(self, answered: bool) -> bool:
        """Take one answer into account; whether the verdict changed."""
        self._against = 0 if answered == self.well else self._against + 1
        if self._against < self._needed[answered]:
            return False
        self.well, self._against = answered, 0
        return True


def watch(port: int, file: Path, interval: float, deadline: float, verdict: Verdict) -> None:
    """Ask every `interval` seconds, for ever; write the verdict whenever it changes."""
    while True:
        started = time.monotonic()
        if verdict.hear(answers(port, deadline)):
            file.write_text("0\n" if verdict.well else "1\n")
            print("HAProxy answers" if verdict.well else "HAProxy does not answer", flush=True)
        time.sleep(max(0.0, started + interval - time.monotonic()))


def main() -> None:
    """Read the command line and watch."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--port", type=int, required=True, help="where HAProxy's monitor-uri listens on 127.0.0.1"
    )
    parser.add_argument("--file", type=Path, required=True, help="the file that keepalived tracks")
    parser.add_argument("--interval", type=float, default=0.05, help="seconds between questions")
    parser.add_argument(
        "--deadline", type=float, default=0.2, help="seconds in which an answer must be there"
    )
    parser.add_argument("--fall", type=int, default=2, help="failures in a row that make it ill")
    parser.add_argument("--rise", type=int, default=3, help="answers in a row that make it well")
    options = parser.parse_args()
    # A watcher that was restarted goes on where it left off: its own restart is no fault of HAProxy's.
    verdict = Verdict(options.file.read_text().strip() == "0", options.fall, options.rise)
    watch(options.port, options.file, options.interval, options.deadline, verdict)


if __name__ == "__main__":
    main()
