"""Reads what came with a message: fetch, recognise, and a result that can be stored. Writes nothing itself."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings

from chatbot import brand
from chatbot.reading import second
from chatbot.reading.agree import Reading, read_picture
from chatbot.reading.rules import ReceiptRules
from chatbot.types import Entity
from chatbot.voices.ports import VoiceFault
from chatbot.voices.vision import Sight, see
from support.media import tesseract, tiers, transcribe
from support.media.fetch import MediaAway, MediaRefused, Medium, fetch
from support.media.pictures import Unreadable, bare

log = structlog.get_logger(__name__)
FAMILIES = ("image", "audio")
STARTED = "started"
TRIES = 2  # a file whose reading took two workers down is not read a third time
Stored = Mapping[str, Any]


def is_due(kind: str, attachments: Sequence[Mapping[str, Any]], stored: Stored) -> bool:
    """Whether a message has something to read that was not read yet."""
    return kind in FAMILIES and stored.get("outcome", STARTED) == STARTED and _address(kind, attachments) is not None


def begun(stored: Stored) -> Stored:
    """What to store before the reading begins, so that a file that kills the worker does not do so for ever."""
    return {"outcome": STARTED, "tries": int(stored.get("tries", 0)) + 1}


def read(slug: str, kind: str, attachments: Sequence[Mapping[str, Any]], stored: Stored) -> Stored:
    """The result to store: an ``outcome`` in one word, and what was found. Never raises for the file's sake.

    ``stored`` is what ``begun`` gave. The file itself is kept nowhere.
    """
    began = time.monotonic()
    result = _read(slug, kind, str(_address(kind, attachments)), stored, began + settings.READING_SECONDS)
    seconds = round(time.monotonic() - began, 2)
    log.info("media_read", kind=kind, outcome=result["outcome"], reason=result.get("reason", ""), seconds=seconds)
    return result


def entities(stored: Stored) -> tuple[Entity, ...]:
    """The facts of a stored result, as a turn is told them."""
    return tuple(
        Entity(fact["type"], fact["value"], (0, 0), fact["confidence"], fact["role"])
        for fact in stored.get("facts", [])
    )


def _read(slug: str, kind: str, url: str, stored: Stored, deadline: float) -> Stored:
    if stored["tries"] > TRIES:
        return {"outcome": "given_up"}
    transcriber = transcribe.configured(slug) if kind == "audio" else None
    if (kind == "audio" and transcriber is None) or (kind == "image" and not tesseract.available()):
        return {"outcome": "absent"}  # then it is not fetched either
    try:
        medium = fetch(url, kind, min(deadline, time.monotonic() + settings.MEDIA_SECONDS))
        return _heard(transcriber, medium, deadline) if transcriber else _seen(slug, medium, deadline)
    except MediaRefused as refusal:
        return {"outcome": "refused", "reason": refusal.reason}
    except MediaAway as away:
        return {"outcome": "away", "reason": str(away)}
    except transcribe.NotTranscribed as failure:
        return {"outcome": "unreadable", "reason": failure.reason}
    except Unreadable as failure:
        return {"outcome": "unreadable", "reason": str(failure)}


def _seen(slug: str, medium: Medium, deadline: float) -> Stored:
    reading = read_picture(tesseract.Tesseract(deadline), medium.content, _rules(slug))
    found = second.added(reading, _shown(slug, reading, medium, deadline), _rules(slug))
    return {"outcome": "read" if reading.facts or found else "nothing", "facts": _facts(found)}


def _shown(slug: str, reading: Reading, medium: Medium, deadline: float) -> tuple[Entity, ...]:
    """What a model elsewhere sees in a picture that we read badly; () where the brand shows nobody its pictures."""
    sight = _sight(slug)
    if not sight.allowed or not second.is_unsure(reading):
        return ()
    lines = tiers.current().lines(slug, "vision")
    if not lines:
        return ()
    picture, content_type = bare(medium.content)
    try:
        return see(
            lines, picture, content_type, sight, seconds=deadline - time.monotonic(), books=tiers.current().books
        )
    except VoiceFault as fault:
        log.info("not_seen", reason=fault.kind)
        return ()


def _heard(transcriber: transcribe.Transcriber, medium: Medium, deadline: float) -> Stored:
    words = transcriber.transcribe(medium, deadline)
    return {"outcome": "read" if words else "nothing", "text": words}


def _facts(found: Sequence[Entity]) -> list[dict[str, Any]]:
    return [{"type": one.type, "value": one.value, "confidence": one.confidence, "role": one.role} for one in found]


def _address(kind: str, attachments: Sequence[Mapping[str, Any]]) -> str | None:
    return next((str(one["url"]) for one in attachments if one.get("kind") == kind and one.get("url")), None)


@lru_cache(maxsize=8)
def _rules(slug: str) -> ReceiptRules:
    return ReceiptRules.read(brand.load(slug))


@lru_cache(maxsize=8)
def _sight(slug: str) -> Sight:
    return Sight.read(brand.load(slug))
