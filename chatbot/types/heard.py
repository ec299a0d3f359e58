"""What a customer wrote, and what was understood of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["text", "image", "audio", "video", "document", "location", "contact", "sticker"]
Mood = Literal["pos", "neu", "neg", "angry"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One customer message as the host stored it: secrets already masked, times aware.

    ``seen`` is what a reader found in the attachment (a picture of a receipt), in canonical values with empty spans.
    """

    id: str
    text: str
    at: datetime
    kind: Kind = "text"
    seen: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Normalised:
    """Standard French, with for every output character the [start, end) of its origin in the customer's own text."""

    text: str
    origin: tuple[tuple[int, int], ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Span in the customer's text of output characters [start, end). Raises ValueError on an empty span."""
        if not 0 <= start < end <= len(self.origin):
            raise ValueError(f"span [{start}, {end}) is empty or outside the text")
        pieces = self.origin[start:end]
        return min(p[0] for p in pieces), max(p[1] for p in pieces)


@dataclass(frozen=True, slots=True)
class Entity:
    """A fact found in a message. ``span`` counts characters of the customer's own text; ``value`` is canonical."""

    type: str
    value: str | int
    span: tuple[int, int]
    confidence: float = 1.0
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One reading of what the customer wants; ``confidence`` in [0, 1]."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message says. ``intents`` best first, never empty."""

    intents: tuple[Intent, ...]
    entities: tuple[Entity, ...] = ()
    mood: Mood = "neu"
    needs_human: bool = False

    @property
    def intent(self) -> Intent:
        return self.intents[0]


@dataclass(frozen=True, slots=True)
class Heard:
    """All unanswered messages read as one: what a turn has to answer.

    ``text`` is the customer's own writing joined by line breaks, ``normalised`` its standard French; the spans of
    ``meaning.entities`` count in ``text``. ``readings`` holds each message's own best intents, in order.
    """

    messages: tuple[Incoming, ...]
    text: str
    normalised: str
    meaning: Meaning
    readings: tuple[Meaning, ...]

    def source(self, entity: Entity) -> Incoming:
        """The message an entity of ``meaning`` comes from: the one that holds the end of its span."""
        end = 0
        for message in self.messages:
            end += len(message.text) + 1
            if entity.span[1] < end:
                return message
        return self.messages[-1]
