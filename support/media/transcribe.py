"""Voice notes to text: the port, and an adapter for servers that speak OpenAI's protocol (OpenAI, Azure, whisper)."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import structlog
import urllib3
from django.conf import settings
from urllib3.filepost import encode_multipart_formdata

from chatbot.voices import accounts
from chatbot.voices.accounts import Books
from chatbot.voices.ports import Brief, Usage, VoiceFault
from chatbot.voices.remote import Line, Whole
from support.media import line, tiers
from support.media.fetch import Medium

log = structlog.get_logger(__name__)
TRIES = 2
PAUSE_SECONDS = 0.5
LARGEST_ANSWER = 100_000
LONGEST_TEXT = 2_000
TRANSIENT = (408, 409, 429, 500, 502, 503, 504)
RESERVATION = Usage(input=300)  # seconds of speech: longer notes are rare, and cost what they cost
FAULTS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException)


class NotTranscribed(Exception):
    """The server would not or could not; ``reason`` is one word for logs."""

    def __init__(self, reason: str, *, transient: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.transient = reason, transient


class Transcriber(Protocol):
    """Hears a voice note."""

    def transcribe(self, voice: Medium, deadline: float) -> str:
        """Its words, "" when there are none, until ``deadline`` (of time.monotonic). Raises NotTranscribed."""
        ...


def configured(brand: str = "") -> Transcriber | None:
    """The brand's speech tier, else the transcriber of the settings, None without either."""
    if lines := tiers.current().lines(brand, "speech"):
        return TierTranscriber(brand, lines, tiers.current().books)
    return OpenAITranscriber(settings.TRANSCRIBE_URL, settings.TRANSCRIBE_KEY) if settings.TRANSCRIBE_URL else None


@dataclass(frozen=True, slots=True)
class OpenAITranscriber:
    """``POST {url}/audio/transcriptions``. A query of the url stays (Azure's api-version); the key goes both ways.

    https://platform.openai.com/docs/api-reference/audio/createTranscription
    """

    url: str
    key: str

    def transcribe(self, voice: Medium, deadline: float) -> str:
        for number in range(1, TRIES + 1):
            try:
                return self._once(voice, deadline)
            except FAULTS as error:
                failure = NotTranscribed(type(error).__name__, transient=True)
            except NotTranscribed as error:
                failure = error
            log.info("not_transcribed", reason=failure.reason, number=number)
            if not failure.transient or time.monotonic() + PAUSE_SECONDS >= deadline:
                break
            time.sleep(PAUSE_SECONDS)
        raise failure

    def _once(self, voice: Medium, deadline: float) -> str:
        parts = urlsplit(self.url)
        path = f"{parts.path.rstrip('/')}/audio/transcriptions" + (f"?{parts.query}" if parts.query else "")
        body, content_type = _form(voice)
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {self.key}", "api-key": self.key}
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        with line.open_until(deadline, host, port, host if secure else None) as connection:
            connection.request("POST", path, body, headers, preload_content=False)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                raise NotTranscribed(f"status_{answer.status}", transient=answer.status in TRANSIENT)
            content = bytearray()
            for chunk in line.chunks(answer, deadline):
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise NotTranscribed("too_long")
        return _words(bytes(content))


@dataclass(frozen=True, slots=True)
class TierTranscriber:
    """The speech tier: through the same lines, books and deadlines as the voices."""

    brand: str
    lines: tuple[Line, ...]
    books: Books

    def transcribe(self, voice: Medium, deadline: float) -> str:
        seconds = deadline - time.monotonic()

        def ask(line: Line) -> Whole:
            until = line.ticks() + seconds / accounts.TRIES
            name, kind = _name(voice), voice.content_type
            return line.transcribe(voice.content, name=name, content_type=kind, language="fr", deadline=until)

        try:
            text = accounts.first_answer(self.lines, ask, Brief((), brand=self.brand), RESERVATION, self.books)
        except VoiceFault as fault:
            raise NotTranscribed(fault.kind) from None
        return _plain(text)


def _name(voice: Medium) -> str:
    return "voice." + {"audio/mpeg": "mp3", "audio/mp4": "m4a"}.get(voice.content_type, voice.content_type[6:])


def _form(voice: Medium) -> tuple[bytes, str]:
    fields: dict[str, str | bytes | tuple[str, str | bytes] | tuple[str, str | bytes, str]] = {
        "model": settings.TRANSCRIBE_MODEL,
        "language": "fr",
        "response_format": "json",
        "file": (_name(voice), voice.content, voice.content_type),
    }
    body, content_type = encode_multipart_formdata(fields)
    return body, content_type


def _words(content: bytes) -> str:
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise NotTranscribed("unreadable") from error
    text = answer.get("text") if isinstance(answer, dict) else None
    if not isinstance(text, str):
        raise NotTranscribed("unreadable")
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_TEXT]
