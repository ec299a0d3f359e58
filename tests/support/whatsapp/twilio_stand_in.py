"""A scripted Twilio on loopback: takes messages, refuses them, hangs, or cuts the line, as a test decides."""

from __future__ import annotations

import json
import socket
import struct
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    fields: dict[str, str]
    authorization: str


Answer = Callable[["TwilioStandIn", "_Handler", Seen], None]


def refuse(code: int, http_status: int = 400) -> Answer:
    """Twilio's error document."""
    document = {"code": code, "message": "refused", "more_info": "", "status": http_status}
    return lambda server, handler, seen: handler.answer(http_status, document)


def say(http_status: int, text: str) -> Answer:
    """An answer that is not Twilio's."""
    return lambda server, handler, seen: handler.answer(http_status, text)


def hang(server: TwilioStandIn, handler: _Handler, seen: Seen) -> None:
    """Take the message and say nothing until the test ends."""
    server.take(seen)
    server.over.wait(20)


def hang_untaken(server: TwilioStandIn, handler: _Handler, seen: Seen) -> None:
    """Say nothing, and take nothing."""
    server.over.wait(20)


def cut(server: TwilioStandIn, handler: _Handler, seen: Seen) -> None:
    """Reset the connection without taking the message."""
    handler.reset()


def take_and_cut(server: TwilioStandIn, handler: _Handler, seen: Seen) -> None:
    """Take the message, then reset the connection before answering."""
    server.take(seen)
    handler.reset()


def take_and_garble(server: TwilioStandIn, handler: _Handler, seen: Seen) -> None:
    """Take the message, then break off in the middle of the answer."""
    server.take(seen)
    handler.answer(201, '{"sid": "SM')


@dataclass
class TwilioStandIn:
    """Answers by ``script``, one a request; honestly when it is empty. ``messages``: what it took, newest first."""

    script: deque[Answer] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    page_size: int = 50

    def __enter__(self) -> TwilioStandIn:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.stand_in = self  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/some/prefix"

    def will(self, *answers: Answer) -> None:
        """The next requests are answered so."""
        self.script.extend(answers)

    def take(self, seen: Seen) -> dict[str, Any]:
        """Accept a message."""
        now = format_datetime(datetime.now(UTC).replace(microsecond=0))
        message = {
            "sid": f"SM{uuid.uuid4().hex}",
            "status": "queued",
            "body": seen.fields.get("Body", "le modèle").strip(),
            "to": seen.fields["To"],
            "date_created": now,
            "date_sent": None,
        }
        self.messages.insert(0, message)
        return message

    def page(self, seen: Seen) -> dict[str, Any]:
        """One page of what was taken for a recipient."""
        rows = [each for each in self.messages if each["to"] == seen.query.get("To", each["to"])]
        number = int(seen.query.get("Page", "0"))
        start, end = number * self.page_size, (number + 1) * self.page_size
        following = f"/2010-04-01{seen.path.split('2010-04-01')[1]}?To={seen.query.get('To', '')}&Page={number + 1}"
        return {
            "messages": rows[start:end],
            "page": number,
            "page_size": self.page_size,
            "next_page_uri": following.replace("+", "%2B") if len(rows) > end else None,
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._handle(lambda server, handler, seen: handler.answer(201, server.take(seen)))

    def do_GET(self) -> None:
        self._handle(lambda server, handler, seen: handler.answer(200, server.page(seen)))

    def _handle(self, honest: Answer) -> None:
        server: TwilioStandIn = self.server.stand_in  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        seen = Seen(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            fields={name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()},
            authorization=self.headers.get("Authorization", ""),
        )
        server.seen.append(seen)
        answer = server.script.popleft() if server.script else honest
        answer(server, self, seen)

    def answer(self, http_status: int, document: Any) -> None:
        body = (document if isinstance(document, str) else json.dumps(document)).encode()
        self.send_response(http_status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        if self.connection.fileno() != -1:
            super().finish()

    def log_message(self, *_: object) -> None:
        """A test's output is its own."""
