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
    cut = threading.Timer(left, _cut, (connection,))
    cut.daemon = True
    cut.start()
    try:
        yield connection
    finally:
        cut.cancel()
        connection.close()


def chunks(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The body as it comes, without waiting for a chunk to be full."""
    response = cast("urllib3.HTTPResponse", answer)
    while chunk := response.read1(CHUNK):
        yield chunk


def _cut(connection: HTTPConnection) -> None:
    if (wire := connection.sock) is not None:
        with suppress(OSError):  # it is closed already
            wire.shutdown(socket.SHUT_RDWR)
