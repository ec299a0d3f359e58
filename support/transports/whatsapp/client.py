"""Twilio's REST API through Twilio's own client: send one message, and look up what became of one."""

from __future__ import annotations

import itertools
import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from support.transports.whatsapp import pace
from support.transports.whatsapp.failures import SendError, refused, unreached
from support.transports.whatsapp.signature import public_url

__all__ = ["Accepted", "SendError", "find", "send"]

STATUS_PATH = "/webhooks/whatsapp/status/"
LOOK_BACK = 200  # the newest messages to one customer that are looked through for a send in doubt
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_quiet = logging.getLogger("twilio.http_client")
_quiet.setLevel(logging.WARNING)  # its INFO lines hold customers' numbers


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message the provider has: its identifier there and Twilio's word for its state ("queued", "sent" …)."""

    external_id: str
    status: str


def send(
    to: str,
    body: str,
    attempt: uuid.UUID,
    template: str = "",
    values: Mapping[str, str] | None = None,
    *,
    media: str = "",
) -> Accepted:
    """Hand ``body`` (or the approved ``template``, a ContentSid, filled with ``values``) to the provider for ``to``.

    ``to`` is an E.164 number; ``media`` the address of a file, sent in place of words.

    Waits for the sender's turn, then calls once, never twice. ``attempt`` comes back with every status callback.
    Raises SendError.
    """
    twilio = _client()
    sender = _sender()
    content: dict[str, Any] = {"content_sid": template} if template else {"body": body} if body else {}
    if media:
        content["media_url"] = [media]
    if template and values:
        content["content_variables"] = json.dumps(values, ensure_ascii=False)
    pace.wait(next(iter(sender.values())), settings.TWILIO_MESSAGES_PER_SECOND)
    with _typed_failures():
        message = twilio.messages.create(to=f"whatsapp:{to}", **sender, **content, **_callback(attempt))
        return _accepted(message.sid, message.status)


def find(to: str, body: str, since: datetime, template: str = "") -> list[Accepted]:
    """The messages with ``body`` that the provider took for ``to`` at or after ``since`` (whole seconds), newest first.

    A template's body is the provider's wording, so with ``template`` any body fits. Dates are compared here: the
    provider's own filter goes by day, and by the date of sending, which a message still queued does not have.
    Raises SendError.
    """
    twilio = _client()
    floor = since.replace(microsecond=0)
    with _typed_failures():
        listed = twilio.messages.stream(to=f"whatsapp:{to}", limit=LOOK_BACK, page_size=50)
        recent = itertools.takewhile(lambda each: each.date_created is None or each.date_created >= floor, listed)
        return [_accepted(each.sid, each.status) for each in recent if template or _same(each.body, body)]


@contextmanager
def _typed_failures() -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        raise unreached(error) from error
    except TwilioException as error:
        raise refused(error) from error
    except (ValueError, TypeError, AttributeError) as error:  # an answer that is no JSON, or JSON of another shape
        raise SendError("unreadable", permanent=False, in_doubt=True) from error


def _accepted(sid: str | None, status: str | None) -> Accepted:
    if not sid:
        raise ValueError("an accepted message has an identifier")
    return Accepted(sid, status or "accepted")


def _same(theirs: str | None, ours: str) -> bool:
    """Equal but for the spaces around, which providers trim."""
    return (theirs or "").strip() == ours.strip()


def _sender() -> dict[str, str]:
    """Who sends, as the API's arguments. Raises SendError when nobody is configured."""
    if settings.TWILIO_WHATSAPP_FROM:
        return {"from_": "whatsapp:" + settings.TWILIO_WHATSAPP_FROM.removeprefix("whatsapp:")}
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
    raise SendError("no_sender", permanent=True)


def _callback(attempt: uuid.UUID) -> dict[str, str]:
    """Where to report; nothing when the provider cannot reach us (a laptop with a real account), or it refuses all."""
    if not settings.TWILIO_API_BASE and urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK:
        return {}
    return {"status_callback": public_url(STATUS_PATH, f"attempt={attempt}")}


def _client() -> Client:
    if not (settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN):
        raise SendError("no_account", permanent=True)
    return _client_of(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_API_BASE,
        settings.TWILIO_TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=4)
def _client_of(account: str, token: str, base: str, timeout: float) -> Client:
    http = TwilioHttpClient(timeout=timeout, max_retries=0, logger=_quiet)
    client = Client(account, token, http_client=http)
    if base:
        client.api.base_url = base.rstrip("/")
        client.edge = client.region = None  # they would rewrite the host
        http.session.trust_env = urlsplit(base).hostname not in LOOPBACK  # no proxy stands before ourselves
    return client
