"""The console as a browser has it: the queue's page, searches, sockets. Knows none of its insides."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

from support.bench.load.sockets import Socket, open_socket
from support.bench.processes import BenchError

QUEUE, SEARCH = "/admin/file/", "/admin/file/search/"
BOARD = "/admin/tableau/etat/"
REPORTS = {name: f"/admin/rapports/{name}/?period=30" for name in ("synthese", "repartition", "promesses", "francs")}
TOKEN = "a" * 32  # sent as cookie and as header, which is all that the check wants of a token
VIEW_SECONDS = 30.0
MARKER = re.compile(r"repere[a-z]+")


def is_first_view(frame: str) -> bool:
    """Whether a frame shows something, and does not only say that the line lives."""
    return json.loads(frame)["type"] not in ("time", "error")


def marker(number: int) -> str:
    """A word that says which message it is in, and is no number that the console would mask."""
    return "repere" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}")


class Browser:
    """One signed-in browser at a stack's ``port``."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self._http = HTTPConnection("127.0.0.1", port, timeout=VIEW_SECONDS)
        self._cookie = f"sessionid={session}; csrftoken={TOKEN}"

    def page(self, address: str = QUEUE) -> float:
        """Seconds of a page, the queue's at first. Raises BenchError when it is refused."""
        return self._timed("GET", address, b"")[0]

    def search(self, query: str) -> tuple[float, dict[str, Any]]:
        """Seconds of a search, and its answer."""
        seconds, body = self._timed("POST", SEARCH, json.dumps({"q": query}).encode())
        return seconds, json.loads(body)

    async def socket(self, hear: Callable[[str], None], case: str = "") -> Socket:
        """A page's line: the queue's, or a case's."""
        headers = f"Cookie: {self._cookie}\r\nOrigin: http://127.0.0.1:{self.port}\r\n"
        return await open_socket(self.port, f"/ws/console/{f'?case={case}' if case else ''}", hear, headers)

    async def first_view(self) -> float:
        """Seconds from opening the queue's line to the first frame that shows it; at most VIEW_SECONDS."""
        shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        def hear(frame: str) -> None:
            if not shown.done() and is_first_view(frame):
                shown.set_result(time.perf_counter())

        began = time.perf_counter()
        socket = await self.socket(hear)
        try:
            return await asyncio.wait_for(shown, VIEW_SECONDS) - began
        except TimeoutError:
            return VIEW_SECONDS  # a figure that misses every target, and the other figures are had all the same
        finally:
            socket.abort()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _timed(self, method: str, path: str, body: bytes) -> tuple[float, bytes]:
        headers = {"Cookie": self._cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/json"}
        began = time.perf_counter()
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise BenchError(f"{method} {path}: {answer.status}")
        return seconds, content
