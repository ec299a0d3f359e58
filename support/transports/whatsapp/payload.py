"""Twilio's form posts, parsed at the edge into typed values. https://www.twilio.com/docs/messaging/guides/webhook-request"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from support.transports.whatsapp import fields as read
from support.transports.whatsapp.fields import BadPayload, UnknownShape

MAX_MEDIA = 10
MAX_URL = 2_048
SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
STATUS = re.compile(r"[a-z_-]{1,20}")
ERROR_CODE = re.compile(r"[0-9]{0,10}")
CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,80}")
CARD_TYPES = ("text/vcard", "text/x-vcard", "text/directory")
STICKER_TYPE = "image/webp"  # WhatsApp turns every picture but a sticker into a JPEG or a PNG


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a message; ``url`` needs the account's credentials to be fetched."""

    url: str
    content_type: str
    kind: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place the customer shared, in degrees."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A customer's message. ``sender`` and ``recipient`` are E.164 numbers."""

    sid: str
    account: str
    sender: str
    recipient: str
    kind: str
    text: str
    profile_name: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None

    def attachments(self) -> list[dict[str, Any]]:
        """What is kept beside the text, as JSON."""
        files: list[dict[str, Any]] = [
            {"kind": each.kind, "url": each.url, "content_type": each.content_type} for each in self.media
        ]
        if self.location:
            place = {"latitude": self.location.latitude, "longitude": self.location.longitude}
            files.append({"kind": "location", **place, "label": self.location.label})
        return files


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """News of a message we sent; ``attempt`` is what our own callback address carried."""

    sid: str
    status: str
    error_code: str
    attempt: uuid.UUID | None


def inbound(fields: QueryDict) -> InboundMessage:
    """A message a customer wrote. Raises BadPayload, UnknownShape."""
    if "Body" not in fields and ("MessageStatus" in fields or "EventType" in fields):
        raise UnknownShape("an event, not a message")
    media, location = _media(fields), _location(fields)
    kind = "location" if location else media[0].kind if media else "text"
    text = read.text(fields) or (location.label if location else "")
    message = InboundMessage(
        sid=read.matching(fields, "MessageSid", SID),
        account=read.matching(fields, "AccountSid", SID),
        sender=read.number(fields, "From"),
        recipient=read.number(fields, "To"),
        kind=kind,
        text=text,
        profile_name=read.printable(fields, "ProfileName", 80),
        media=media,
        location=location,
    )
    if kind == "text" and not text.strip():
        raise UnknownShape(f"nothing to read in a message of type {fields.get('MessageType', '')[:20]!r}")
    return message


def status(fields: QueryDict, query: QueryDict) -> StatusUpdate:
    """News of a message we sent. Raises BadPayload."""
    return StatusUpdate(
        sid=read.matching(fields, "MessageSid", SID),
        status=read.matching(fields, "MessageStatus", STATUS),
        error_code=read.matching(fields, "ErrorCode", ERROR_CODE, default=""),
        attempt=_attempt(query.get("attempt", "")),
    )


def _attempt(text: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise BadPayload("attempt") from error


def _media(fields: QueryDict) -> tuple[Media, ...]:
    return tuple(_medium(fields, index) for index in range(read.count(fields, "NumMedia", MAX_MEDIA)))


def _medium(fields: QueryDict, index: int) -> Media:
    url = fields.get(f"MediaUrl{index}", "")
    if not url.startswith(("https://", "http://")) or len(url) > MAX_URL or not url.isprintable():
        raise BadPayload(f"MediaUrl{index}")
    content_type = fields.get(f"MediaContentType{index}", "").partition(";")[0].strip().lower()
    if not CONTENT_TYPE.fullmatch(content_type):
        raise BadPayload(f"MediaContentType{index}")
    return Media(url, content_type, _kind_of(content_type))


def _kind_of(content_type: str) -> str:
    if content_type in CARD_TYPES:
        return "contact"
    if content_type == STICKER_TYPE:
        return "sticker"
    family = content_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "document"


def _location(fields: QueryDict) -> Location | None:
    if not (fields.get("Latitude") or fields.get("Longitude")):
        return None
    words = (read.printable(fields, name, 100) for name in ("Label", "Address"))
    return Location(
        latitude=read.degrees(fields, "Latitude", 90),
        longitude=read.degrees(fields, "Longitude", 180),
        label=", ".join(word for word in words if word),
    )
