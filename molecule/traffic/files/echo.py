"""Answer every request with what reached this server: a page of JSON, or one of a few texts.

usage: echo.py PORT PROXIED_PORT     (to PROXIED_PORT only who begins with a PROXY protocol header, version 2)
"""

from __future__ import annotations

import json
import socket
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import count
from threading import Thread
from urllib.parse import urlsplit

# The PROXY protocol, 2.2: this signature, version and command, family, the length of what follows.
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
ADDRESS_BYTES = {0x11: 4, 0x21: 16}
NAME = socket.gethostname()
visits = count(1)


class Echo(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    claimed: str | None = None

    def do_GET(self) -> None:
        """Tell what was asked, or serve the text of that path."""
        path = urlsplit(self.path).path
        if path == "/healthz":
            self.answer("ok", "text/plain")
        elif path == "/long":
            self.answer("Whatever repeats itself is soon packed.\n" * 400, "text/plain")
        elif path.startswith("/cacheable"):
            self.answer(f"visit {next(visits)} of {NAME}", "text/plain", "max-age=60")
        else:
            self.answer(json.dumps(self.seen()), "application/json")

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def seen(self) -> dict[str, object]:
        """Return what reached this server."""
        return {
            "server": NAME,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "peer": plain(self.client_address[0]),
            "claimed": self.claimed,
        }

    def answer(self, text: str, kind: str, cache: str = "no-store") -> None:
        """Send 200 and the text, after whatever the client sends with its request."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", cache)
        self.send_header("X-Served-By", NAME)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: health checks come often."""


class ProxiedEcho(Echo):
    """One connection that begins with a PROXY protocol header; without one it is closed."""

    def handle(self) -> None:
        """Read the header, then answer requests."""
        if self.rfile.read(12) != SIGNATURE:
            return
        command, family, length = struct.unpack("!BBH", self.rfile.read(4))
        addresses = self.rfile.read(length)
        if command == 0x21 and family in ADDRESS_BYTES:  # else a check of the load balancer itself
            self.claimed = plain(str(ip_address(addresses[: ADDRESS_BYTES[family]])))
        super().handle()


class Server(ThreadingHTTPServer):
    """A server for both address families."""

    address_family = socket.AF_INET6
    request_queue_size = 128
    daemon_threads = True

    def server_bind(self) -> None:
        """Listen to IPv4 as well; don't ask DNS for this host's name, as the base class does."""
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = NAME, self.server_address[1]


def plain(address: str) -> str:
    """Return an address without the prefix that makes an IPv4 address an IPv6 one."""
    return address.removeprefix("::ffff:")


if __name__ == "__main__":
    port, proxied_port = map(int, sys.argv[1:])
    Thread(target=Server(("::", proxied_port), ProxiedEcho).serve_forever, daemon=True).start()
    Server(("::", port), Echo).serve_forever()
