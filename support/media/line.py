"""One HTTP connection that ends at its deadline, however slowly the other side drips."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

CHUNK = 65_536


@contextmanager
def open_until(deadline: float, address: str, port: int, secure_host: str | None) -> Iterator[HTTPConnection]:
    """A connection to ``address``; TLS with the certificate of ``secure_host`` unless that is None.

    At ``deadline`` (of time.monotonic) the line is cut. Raises TimeoutError when that is past already.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if secure_host is None:
        connection = HTTPConnection(address, port, timeout=left)
    else:
        connection = HTTPSConnection(
            address,
            port,
            timeout=left,
            server_hostname=secure_host,
            assert_hostname=secure_host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )
    wires: list[socket.socket] = []  # an answer that ends with the line takes it out of the connection's hands
    cut = threading.Timer(left, _cut, (connection, wires))
    cut.daemon = True
    cut.start()
    try:
        connection.connect()
        if connection.sock is not None:
            wires.append(connection.sock)
        yield connection
    finally:
        cut.cancel()
        connection.close()


def chunks(answer: urllib3.BaseHTTPResponse, deadline: float) -> Iterator[bytes]:
    """The body as it comes, without waiting for a chunk to be full. Raises TimeoutError at ``deadline``.

    A line that was cut reads like the end of the body, so the end is checked too.
    """
    response = cast("urllib3.HTTPResponse", answer)
    while chunk := response.read1(CHUNK):
        if time.monotonic() >= deadline:
            raise TimeoutError
        yield chunk
    if time.monotonic() >= deadline:
        raise TimeoutError


def _cut(connection: HTTPConnection, wires: list[socket.socket]) -> None:
    for wire in wires or [connection.sock]:
        with suppress(OSError, AttributeError):  # it is closed already, or was never open
            wire.shutdown(socket.SHUT_RDWR)
