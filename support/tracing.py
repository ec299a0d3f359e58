"""Why the assistant said what it said: one row a turn, in codes, written with the turn itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatbot.types import Event, Reasoned, Spoken
from support import clock
from support.models import Conversation, Message, TurnTrace

LONGEST_CODES = 60  # as the columns have it
INTENTS_KEPT = 3


def note(
    conversation: Conversation,
    pending: Sequence[Message],
    happened: Iterable[Event],
    replies: Sequence[Message],
    milliseconds: float,
) -> None:
    """Write the trace of a turn that had something to say: one INSERT, inside the turn's commit.

    ``verdict`` holds the outcome of every try, first to last, since the last one alone hides what was refused.
    """
    reasoned = spoken = None
    verdicts: list[str] = []
    for event in happened:
        if isinstance(event, Reasoned):
            reasoned = event
        elif isinstance(event, Spoken):
            spoken = event
            verdicts.append(event.outcome)
    if reasoned is None or not replies:
        return
    TurnTrace.objects.create(
        conversation=conversation,
        first_seq=pending[0].seq,
        last_seq=pending[-1].seq,
        reply_seq=replies[-1].seq,
        intents=[
            {"name": intent.name, "confidence": round(intent.confidence, 3)}
            for intent in reasoned.intents[:INTENTS_KEPT]
        ],
        entities=list(reasoned.entities),
        mood=reasoned.mood,
        acts=list(reasoned.acts),
        tier=spoken.tier[:LONGEST_CODES] if spoken else "",
        verdict=" ".join(verdicts)[:LONGEST_CODES],
        milliseconds=round(milliseconds, 1),
        at=clock.now(),
    )
