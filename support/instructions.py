"""What a person tells the assistant to do when giving a conversation back: one of the brand's ``[handback]`` choices.

A choice is a fixed act of the assistant's own (ask for what is missing, tell the status, wait), so no model is given an
order in free words; ``say`` carries words of the person that are sent to the letter, once they were found safe. Beside
the choice the assistant may be told to propose no adviser until the customer asks for one, and be given a note: what a
voice may know for its tone, masked, while the guard judges its words by the plan alone and refuses the note's.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from chatbot import brand
from chatbot.anonymise.secrets import mask_secrets
from chatbot.brand import BrandError
from chatbot.dialogue.state import ordered
from chatbot.watch import Watch
from support import db, doorbell, escalate, inviting, own_messages
from support.escalate import EscalationError
from support.models import Author, Conversation, Escalation
from support.privacy import audit

WAIT, SAY = "wait", "say"
ACTS = ("ask_missing", "status")  # what the dialogue can do unasked; chatbot.dialogue.instructed
KNOWN = (WAIT, SAY, *ACTS)
WORDS_CHARACTERS = NOTE_CHARACTERS = 300
DUE_AT_ONCE = 100


def choices(slug: str) -> dict[str, str]:
    """Name → French label, in the brand's order. Raises BrandError for a name that nobody can act on."""
    table = brand.load(slug).settings.get("handback", {})
    found = {str(name): str(label) for name, label in table.items()} if isinstance(table, Mapping) else {}
    if unknown := set(found) - set(KNOWN):
        raise BrandError(f"{slug}/brand.toml: handback: {', '.join(sorted(unknown))}: one of {', '.join(KNOWN)}")
    return found


def hand_back(
    conversation_id: uuid.UUID, agent: User, instruction: str, words: str = "", *, alone: bool = False, note: str = ""
) -> None:
    """Give the conversation back with an instruction, all or nothing. Raises EscalationError.

    ``alone``: no adviser is proposed or called until the customer asks. ``note``: for the assistant, not the customer.
    """
    note = _noted(note)
    with db.write():
        conversation = escalate.locked(conversation_id)
        if instruction not in choices(conversation.brand):
            raise EscalationError("Cette consigne n'existe pas.")
        if instruction != WAIT:
            _require_that_it_may_speak(conversation)
        words = _checked(conversation.brand, words) if instruction == SAY else ""
        standing = list(conversation.escalations.filter(closed_at__isnull=True).values_list("pk", flat=True))
        escalate.hand_back(conversation_id, agent)
        Escalation.objects.filter(pk__in=standing).update(instruction=instruction, instruction_due=instruction in ACTS)
        _order(conversation_id, alone=alone, note=note)
        given = {"instruction": instruction, "alone": alone, "note": bool(note)}
        audit.record(agent, "instruct", f"conversation:{conversation_id}", given)
        if words:
            _say(conversation_id, words)
        if instruction in ACTS:
            transaction.on_commit(lambda: doorbell.ring_instruction(conversation_id))


def due() -> list[uuid.UUID]:
    """Conversations in which the assistant has not yet done what it was told."""
    rows = Escalation.objects.filter(instruction_due=True).order_by("id")
    return list(rows.values_list("conversation_id", flat=True)[:DUE_AT_ONCE])


def instruction_for(conversation_id: uuid.UUID) -> str:
    """What the assistant is still to do, or ""."""
    rows = Escalation.objects.filter(conversation=conversation_id, instruction_due=True)
    return rows.order_by("-closed_at").values_list("instruction", flat=True).first() or ""


def done(conversation_id: uuid.UUID) -> None:
    """Nothing is left to do: it was done, or cannot be any more. In the transaction that did it."""
    Escalation.objects.filter(conversation=conversation_id, instruction_due=True).update(instruction_due=False)


def may_speak(conversation: Conversation) -> bool:
    """Whether the customer may be written to unasked: not after STOP, nor outside WhatsApp's window."""
    return not _why_not(conversation)


def _require_that_it_may_speak(conversation: Conversation) -> None:
    if why := _why_not(conversation):
        raise EscalationError(why)


def _why_not(conversation: Conversation) -> str:
    if conversation.identity.opted_out_at:
        return "Le client a envoyé STOP : l'assistant n'écrira que s'il écrit d'abord. Choisissez d'attendre."
    if inviting.window_is_closed(conversation):
        return "La fenêtre WhatsApp de 24 h est fermée : l'assistant ne peut pas écrire. Choisissez d'attendre."
    return ""


def _noted(note: str) -> str:
    """A note as it is kept: on one line, without secrets."""
    note = mask_secrets(" ".join(note.replace("\x00", "").split()))
    if len(note) > NOTE_CHARACTERS:
        raise EscalationError(f"La note dépasse {NOTE_CHARACTERS} caractères.")
    return note


def _order(conversation_id: uuid.UUID, *, alone: bool, note: str) -> None:
    conversation = escalate.locked(conversation_id)
    conversation.state = ordered(conversation.state, alone=alone, briefing=note)
    conversation.save(update_fields=["state"])


def _checked(slug: str, words: str) -> str:
    words = words.replace("\x00", "").strip()
    if not words:
        raise EscalationError("Écrivez ce que l'assistant doit dire.")
    if len(words) > WORDS_CHARACTERS:
        raise EscalationError(f"Le message dépasse {WORDS_CHARACTERS} caractères.")
    if mask_secrets(words) != words:
        raise EscalationError("Ces mots contiennent ce qui ressemble à un code secret : ils ne sont pas envoyés.")
    if Watch.read(brand.load(slug).settings).asks_secret(words, quoting=False):
        raise EscalationError("On ne demande jamais un code secret à un client, ni n'en parle ainsi.")
    return words


def _say(conversation_id: uuid.UUID, words: str) -> None:
    message = own_messages.say(escalate.locked(conversation_id), Author.BOT, words)
    transaction.on_commit(lambda: own_messages.publish(message))
