"""A web socket client of few instructions: text frames both ways, pings answered, nothing else."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from typing import Self, cast

OPENING_AT_ONCE = 32
OPENING_SECONDS = 30.0
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA

Hear = Callable[[str], None]


class SocketRefused(Exception):
    """The server did not open the socket."""


class Socket(asyncio.Protocol):
    """One open web socket; every text frame goes to ``hear``. ``closed``: the server or the network ended it."""

    def __init__(self, request: bytes, hear: Hear) -> None:
        self._request, self._hear = request, hear
        self._buffer = bytearray()
        self._upgraded = False
        self.closed = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded and not self._upgrade():
            return
        while frame := take_frame(self._buffer):
            self._handle(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(SocketRefused("the connection ended before the handshake"))

    def send(self, text: str) -> None:
        """Send a text frame."""
        self._transport.write(frame_of(TEXT, text.encode()))

    def abort(self) -> None:
        """Hang up without a word."""
        self._transport.abort()

    def _upgrade(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = bytes(self._buffer[9:12])
        del self._buffer[: end + 4]
        if status != b"101":
            if not self.opened.done():
                self.opened.set_exception(SocketRefused(f"status {status.decode('ascii', 'replace')}"))
            self._transport.abort()
            return False
        self._upgraded = True
        self.opened.set_result(None)
        return True

    def _handle(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._hear(payload.decode())
        elif opcode == PING:
            self._transport.write(frame_of(PONG, payload))
        elif opcode == CLOSE:
            self._transport.close()


def frame_of(opcode: int, payload: bytes) -> bytes:
    """A whole client frame. The mask is zero: what it protects from, proxies that guess, is not on the loopback."""
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(payload))
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, len(payload))
    return head + b"\0\0\0\0" + payload


def take_frame(buffer: bytearray) -> tuple[int, bytes] | None:
    """The first whole server frame (opcode, payload), taken out of ``buffer``; None while it is not all there."""
    if len(buffer) < 2:
        return None
    length, start = buffer[1] & 0x7F, 2
    if length == 126:
        start = 4
    elif length == 127:
        start = 10
    if len(buffer) < start:
        return None
    if length > 125:
        length = int.from_bytes(buffer[2:start], "big")
    if len(buffer) < start + length:
        return None
    opcode, payload = buffer[0] & 0x0F, bytes(buffer[start : start + length])
    del buffer[: start + length]
    return opcode, payload


async def open_socket(port: int, path: str, hear: Hear, headers: str = "") -> Socket:
    """Open one socket here; each of ``headers`` ends in CRLF. Raises SocketRefused, OSError, TimeoutError."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: YWt3YWJhLWFrd2FiYS1hIQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: Socket(request, hear), "127.0.0.1", port)
    await asyncio.wait_for(socket.opened, OPENING_SECONDS)
    return socket


class Crowd:
    """Many sockets, opened a few at a time; what could not be opened is counted, not raised."""

    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.refused = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self.sockets:
            socket.abort()
        await asyncio.sleep(0)

    async def open(self, port: int, paths: Iterable[str], hear: Hear) -> None:
        """Add a socket for each path."""
        waiting = iter(paths)
        await asyncio.gather(*(self._open_from(port, waiting, hear) for _ in range(OPENING_AT_ONCE)))

    async def _open_from(self, port: int, waiting: Iterable[str], hear: Hear) -> None:
        for path in waiting:
            try:
                self.sockets.append(await open_socket(port, path, hear))
            except (SocketRefused, OSError, TimeoutError):
                self.refused += 1

    @property
    def lost(self) -> int:
        """How many were opened and are closed now."""
        return sum(socket.closed for socket in self.sockets)
