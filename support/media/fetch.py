"""Fetches one medium: hop by hop, each address checked, bounded in size, time and kind, and held in memory only."""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

import structlog
import urllib3
from django.conf import settings

from support.media import addresses, kinds, line
from support.media.addresses import Forbidden, Resolve, Target

log = structlog.get_logger(__name__)
MAX_HOPS = 4
TRIES = 2
PAUSE_SECONDS = 0.3
REDIRECTS = (301, 302, 303, 307, 308)
FAULTS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)


class MediaRefused(Exception):
    """Not fetched, or thrown away, and another try would end the same; ``reason`` is one word for logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaAway(Exception):
    """The provider did not give it: busy, broken, silent, or too slow."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A file in memory, of the type its first bytes say."""

    content: bytes
    content_type: str


def fetch(url: str, family: str, deadline: float, resolve: Resolve = addresses.resolved) -> Medium:
    """The ``family`` ("image", "audio") medium at ``url``, until ``deadline`` (of time.monotonic).

    A passing fault is tried once more. Raises MediaRefused, MediaAway.
    """
    for number in range(1, TRIES + 1):
        try:
            return _follow(url, family, deadline, resolve)
        except FAULTS as error:
            log.info("media_away", error=type(error).__name__, number=number)
            if number == TRIES or time.monotonic() + PAUSE_SECONDS >= deadline:
                raise MediaAway(type(error).__name__) from error
            time.sleep(PAUSE_SECONDS)
    raise AssertionError("unreachable")


def _follow(url: str, family: str, deadline: float, resolve: Resolve) -> Medium:
    check: Callable[[str, Resolve], Target] = addresses.first
    for _ in range(MAX_HOPS):
        try:
            target = check(url, resolve)
        except Forbidden as error:
            raise MediaRefused(str(error).replace(" ", "_")) from error
        with _asked(target, deadline) as answer:
            if answer.status in REDIRECTS:
                url, check = urljoin(target.url.geturl(), answer.headers.get("Location", "")), addresses.hop
                continue
            return _taken(answer, family, deadline)
    raise MediaRefused("too_many_redirects")


@contextmanager
def _asked(target: Target, deadline: float) -> Iterator[urllib3.BaseHTTPResponse]:
    """The answer's head; its body is still on the wire. The line is cut at the deadline, drip or no drip."""
    secure = target.url.scheme == "https"
    with line.open_until(deadline, target.connect_to, target.port, target.host if secure else None) as connection:
        connection.request("GET", target.path, headers=_headers(target), preload_content=False, decode_content=False)
        yield connection.getresponse()


def _headers(target: Target) -> dict[str, str]:
    """Our credentials go to the provider alone, never on to where it sends us."""
    headers = {"Host": target.url.netloc, "Accept-Encoding": "identity", "User-Agent": "akwaba"}
    if target.trusted:
        pair = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return headers


def _taken(answer: urllib3.BaseHTTPResponse, family: str, deadline: float) -> Medium:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise http.client.HTTPException(f"status {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise MediaRefused(f"status_{answer.status}")
    declared = kinds.family(answer.headers.get("Content-Type", ""))
    if declared not in ("", family):
        raise MediaRefused("wrong_type")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise MediaRefused("compressed")
    size = answer.headers.get("Content-Length", "")
    if size.isdigit() and int(size) > settings.MEDIA_MAX_BYTES:
        raise MediaRefused("too_large")
    content = _body(answer, family, deadline)
    if size.isdigit() and len(content) < int(size):
        raise http.client.IncompleteRead(content)
    content_type = kinds.sniffed(content)
    if content_type is None or kinds.family(content_type) != family:
        raise MediaRefused("wrong_type")
    return Medium(content, content_type)


def _body(answer: urllib3.BaseHTTPResponse, family: str, deadline: float) -> bytes:
    """All of it, given up as soon as it is too large, too late, or not what it should be."""
    body = bytearray()
    for chunk in line.chunks(answer, deadline):
        body += chunk
        if len(body) > settings.MEDIA_MAX_BYTES:
            raise MediaRefused("too_large")
        if (
            len(body) >= kinds.SIGN_BYTES
            and kinds.family(kinds.sniffed(bytes(body[: kinds.SIGN_BYTES])) or "") != family
        ):
            raise MediaRefused("wrong_type")
    return bytes(body)
