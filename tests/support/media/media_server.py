"""A scripted server on loopback: a provider's media, or a transcriber, that misbehaves as a test decides."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Answer = Callable[["_Handler"], None]


def give(content: bytes, content_type: str, status: int = 200, **headers: str) -> Answer:
    """A whole answer."""

    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        headers.setdefault("Content_Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def send_on(location: str, status: int = 307) -> Answer:
    """A redirect."""
    return give(b"", "text/plain", status, Location=location)


def endless(start: bytes, content_type: str, size: int) -> Answer:
    """``size`` bytes without saying how many, after ``start``."""

    def answer(handler: _Handler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.end_headers()
        handler.wfile.write(start)
        block = bytes(65_536)
        for _ in range(size // len(block)):
            handler.wfile.write(block)
            handler.server.sent += len(block)  # type: ignore[attr-defined]

    return answer


def drip(start: bytes, content_type: str) -> Answer:
    """A byte now and then, for ever: no single read ever times out."""

    def answer(handler: _Handler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.end_headers()
        handler.wfile.write(start)
        while not handler.server.over.wait(0.05):  # type: ignore[attr-defined]
            handler.wfile.write(b"\0")
            handler.wfile.flush()

    return answer


def hang(handler: _Handler) -> None:
    """Nothing, until the test ends."""
    handler.server.over.wait(20)  # type: ignore[attr-defined]


@dataclass
class MediaServer:
    """Answers by ``script``, one a request, then by ``files`` (path → answer), else 404."""

    script: deque[Answer] = field(default_factory=deque)
    files: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> MediaServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.stand_in, self._server.over, self._server.sent = self, threading.Event(), 0  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.over.set()  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/api"

    @property
    def sent(self) -> int:
        """Bytes that an endless answer got rid of."""
        return self._server.sent  # type: ignore[attr-defined,no-any-return]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        server: MediaServer = self.server.stand_in  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        answer = server.script.popleft() if server.script else server.files.get(self.path)
        try:
            (answer or give(b"", "text/plain", 404))(self)
        except OSError:
            self.close_connection = True  # the other side had enough

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at ``asked``."""
