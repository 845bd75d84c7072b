"""Answer slowly: /download sends a kilobyte each tenth of a second, as long as asked; all else takes 2 s.

usage: slow.py PORT
"""

from __future__ import annotations

import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SLOW = 2.0  # s
STEP = 0.1  # s
CHUNK = b"." * 1023 + b"\n"


class Slow(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Be healthy at once, and slow otherwise."""
        asked = urlsplit(self.path)
        if asked.path == "/download":
            steps = int(float(parse_qs(asked.query)["seconds"][0]) / STEP)
            self.head(steps * len(CHUNK))
            for _ in range(steps):
                self.wfile.write(CHUNK)
                time.sleep(STEP)
            return
        if asked.path != "/healthz":
            time.sleep(SLOW)
        self.head(3)
        self.wfile.write(b"ok\n")

    def head(self, length: int) -> None:
        """Send all but the body."""
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.send_header("X-Served-By", socket.gethostname())
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: health checks come often."""


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("", int(sys.argv[1])), Slow).serve_forever()
