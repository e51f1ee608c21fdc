"""The address to which a hospital's program is pointed: a small server on this machine that passes
each request on through the watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from medaid.client import HttpRequest, NoAnswer, Transport

_LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a request: more than the platform takes."""
_NOT_PASSED: Final = frozenset({"host", "connection", "content-length", "accept-encoding"})


@contextmanager
def serving(watch: Transport, target: str, port: int, hold: float) -> Iterator[str]:
    """The address, on 127.0.0.1, while it serves. What is cut off is held for `hold` seconds and
    then closed without an answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self._pass(None)

        def do_POST(self) -> None:  # same
            length = int(self.headers.get("Content-Length") or 0)
            if length > _LONGEST:
                self.send_error(413)
                return
            self._pass(self.rfile.read(length))

        def _pass(self, body: bytes | None) -> None:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in _NOT_PASSED
            }
            try:
                reply = watch(HttpRequest(target + self.path, headers, body))
            except NoAnswer:
                time.sleep(hold)
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # same
            """Nothing: what was seen stands in the table."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
