"""A back office on loopback that takes notices, refuses them, hangs, or sends the caller elsewhere."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class OfficeStandIn:
    """Answers by ``script`` (an HTTP status each, 0 to hang); 204 when it is empty. ``seen``: headers and bodies."""

    script: deque[int] = field(default_factory=deque)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    retry_after: str = ""

    def __enter__(self) -> OfficeStandIn:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.office = self  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks/claims"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        office: OfficeStandIn = self.server.office  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        office.seen.append((self.path, dict(self.headers), body))
        status = office.script.popleft() if office.script else 204
        if status == 0:
            office.over.wait(20)
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{office.url}/elsewhere")
        if office.retry_after:
            self.send_header("Retry-After", office.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 the name http.server calls

    def log_message(self, *_: object) -> None:
        """A test's output is its own."""
