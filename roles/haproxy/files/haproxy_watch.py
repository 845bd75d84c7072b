"""Ask HAProxy over and over whether it answers, and write 0 (yes) or 1 (no) to a file that keepalived tracks.

A process that hangs is alive to systemd and to every pid check; only a question with a deadline finds it out.
The question goes to a `monitor-uri` of the same process that serves the VIP, on a new connection each time: a
kept one would not see that HAProxy takes no further ones. It never reaches a backend (HAProxy configuration
manual, section 4.2, monitor-uri). Standard library only.
"""

from __future__ import annotations

import argparse
import enum
import os
import socket
import struct
import time

QUESTION = b"GET / HTTP/1.1\r\nHost: watch\r\nConnection: close\r\n\r\n"
ANSWER = b"HTTP/1.1 200 "
NO_LINGER = struct.pack("ii", 1, 0)  # else each question leaves a port in TIME-WAIT for a minute


class Heard(enum.Enum):
    """What came of a question: a good answer, none in time or another one, or nobody who listens."""

    ANSWER = enum.auto()
    SILENCE = enum.auto()
    REFUSAL = enum.auto()


def ask(port: int, deadline: float) -> Heard:
    """Ask HAProxy on 127.0.0.1:`port`, which has `deadline` seconds to answer, connecting included."""
    until = time.monotonic() + deadline
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            connection.settimeout(deadline)
            try:
                connection.connect(("127.0.0.1", port))
            except ConnectionRefusedError:
                return Heard.REFUSAL
            connection.sendall(QUESTION)
            connection.settimeout(max(until - time.monotonic(), 0.001))
            return Heard.ANSWER if connection.recv(64).startswith(ANSWER) else Heard.SILENCE
    except OSError:
        return Heard.SILENCE


class Verdict:
    """What is believed of HAProxy.

    It changes after `fall` failures or `rise` answers in a row, and at once when nobody listens: a reload
    hands the listening sockets over, so that a refusal is a death.
    """

    def __init__(self, well: bool, fall: int, rise: int) -> None:
        self.well = well
        self._needed = {False: fall, True: rise}
        self._against = 0

    def hear(self, heard: Heard) -> bool:
        """Take what came of one question into account; whether the verdict changed."""
        answered = heard is Heard.ANSWER
        self._against = 0 if answered == self.well else self._against + 1
        enough = 1 if heard is Heard.REFUSAL else self._needed[answered]
        if self._against < enough:
            return False
        self.well, self._against = answered, 0
        return True


def write(file: str, well: bool) -> None:
    """Write the verdict over the last one. keepalived reads it when the file is closed.

    The file is never empty, which keepalived would take for 0, and needs no room on a full disk.
    """
    opened = os.open(file, os.O_WRONLY)
    try:
        os.pwrite(opened, b"0\n" if well else b"1\n", 0)
    finally:
        os.close(opened)


def watch(port: int, file: str, interval: float, deadline: float, verdict: Verdict) -> None:
    """Ask every `interval` seconds, for ever; write the verdict whenever it changes."""
    while True:
        started = time.monotonic()
        if verdict.hear(ask(port, deadline)):
            write(file, verdict.well)
            print("HAProxy answers" if verdict.well else "HAProxy does not answer", flush=True)
        time.sleep(max(0.0, started + interval - time.monotonic()))


def main() -> None:
    """Read the command line and watch."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options: dict[str, tuple[type, str]] = {
        "port": (int, "where HAProxy's monitor-uri listens on 127.0.0.1"),
        "file": (str, "the file that keepalived tracks"),
        "interval": (float, "seconds between questions"),
        "deadline": (float, "seconds in which an answer must be there"),
        "fall": (int, "failures in a row that make it ill"),
        "rise": (int, "answers in a row that make it well"),
    }
    for name, (kind, meaning) in options.items():
        parser.add_argument(f"--{name}", type=kind, required=True, help=meaning)
    given = parser.parse_args()
    # A watcher that was restarted goes on where it left off: its own restart is no fault of HAProxy's.
    with open(given.file) as file:
        verdict = Verdict(file.read().strip() == "0", given.fall, given.rise)
    watch(given.port, given.file, given.interval, given.deadline, verdict)


if __name__ == "__main__":
    main()
