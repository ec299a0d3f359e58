"""Why the assistant said what it said, and how it read what it left to a person: in codes, written with the turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatbot.types import Event, Intent, Reasoned, Spoken, Understood
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
    """Write the trace of a turn: one INSERT, inside the turn's commit. One that said nothing tells how each message was
    read, which costs nothing more: it was understood for the case card.

    ``verdict`` holds the outcome of every try, first to last, since the last one alone hides what was refused.
    """
    reasoned = spoken = None
    verdicts: list[str] = []
    happened = list(happened)
    if not replies:
        _note_readings(conversation, pending, happened)
        return
    for event in happened:
        if isinstance(event, Reasoned):
            reasoned = event
        elif isinstance(event, Spoken):
            spoken = event
            verdicts.append(event.outcome)
    if reasoned is None:
        return
    TurnTrace.objects.create(
        conversation=conversation,
        first_seq=pending[0].seq,
        last_seq=pending[-1].seq,
        reply_seq=replies[-1].seq,
        intents=_intents(reasoned.intents),
        entities=list(reasoned.entities),
        mood=reasoned.mood,
        acts=list(reasoned.acts),
        tier=spoken.tier[:LONGEST_CODES] if spoken else "",
        verdict=" ".join(verdicts)[:LONGEST_CODES],
        milliseconds=round(milliseconds, 1),
        at=clock.now(),
    )


def _note_readings(conversation: Conversation, pending: Sequence[Message], happened: Iterable[Event]) -> None:
    meanings = {event.message: event.meaning for event in happened if isinstance(event, Understood)}
    TurnTrace.objects.bulk_create(
        TurnTrace(
            conversation=conversation,
            first_seq=message.seq,
            last_seq=message.seq,
            intents=_intents(meaning.intents),
            entities=list(dict.fromkeys(entity.type for entity in meaning.entities)),
            mood=meaning.mood,
            at=clock.now(),
        )
        for message in pending
        if (meaning := meanings.get(str(message.id))) is not None
    )


def _intents(intents: Sequence[Intent]) -> list[dict[str, object]]:
    return [{"name": each.name, "confidence": round(each.confidence, 3)} for each in intents[:INTENTS_KEPT]]
