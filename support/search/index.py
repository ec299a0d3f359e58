"""Fills the index behind the conversations: reads only what is new, writes digests, may be done twice without harm."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from support import db
from support.lessons import reading
from support.models import Author, Claim, Conversation, Message, Note, SearchToken
from support.search import words

BATCH = 40  # conversations whose rows are locked at once: a customer's next message waits for them
MESSAGES = 200  # of one conversation in one pass
LOOK_BACK = 20  # a picture's text is read after the picture was received
PIECE = 2_000  # rows of one INSERT
CARD = 0  # the seq of what stands beside the messages: name, numbers, claims, notes
Places = dict[int, tuple[int, datetime]]  # token → (seq, at) of the last message that has it


def index_due(batch: int = BATCH) -> int:
    """Bring some conversations' words in, the longest waiting first; returns how many. At 0 nothing is due, or
    somebody else is at it.
    """
    return _bring_in(_due().order_by("id")[:batch])


def index_anew(conversations: Collection[uuid.UUID]) -> int:
    """Forget the words of these and bring them in again; returns how many. What is interrupted falls due by itself."""
    with db.write():
        rows = Conversation.objects.filter(id__in=conversations).select_for_update(of=("self",), no_key=True)
        ours = list(rows.order_by("id").values_list("id", flat=True))
        SearchToken.objects.filter(conversation__in=ours).delete()
        Conversation.objects.filter(id__in=ours).update(indexed_seq=0)
    return _bring_in(Conversation.objects.filter(id__in=ours))


def _bring_in(rows: QuerySet[Conversation]) -> int:
    due = list(rows.select_related("customer", "identity__merged").defer("state"))
    if not due:
        return 0
    said, upto = _said(due)
    cards = _cards([conversation for conversation in due if not conversation.indexed_seq])
    with db.write():
        rows = Conversation.objects.filter(id__in=upto).select_for_update(of=("self",), no_key=True, skip_locked=True)
        ours = set(rows.values_list("id", flat=True))
        _write({each: said[each] for each in ours}, overwrite=True)
        _write({each: cards[each] for each in ours}, overwrite=False)
        for seq, ids in _by_seq(upto, ours).items():
            Conversation.objects.filter(id__in=ids, indexed_seq__lt=seq).update(indexed_seq=seq)
    return len(ours)


def is_due() -> bool:
    """Whether some message is not in the index yet."""
    return _due().exists()


def _due() -> QuerySet[Conversation]:
    return Conversation.objects.filter(indexed_seq__lt=F("next_seq") - 1)


def index_note(note: Note) -> None:
    """Make a note searchable, in the transaction that writes it."""
    _write({note.conversation_id: _places(words.forms_of(note.text), CARD, note.at)}, overwrite=True)


def index_claim(claim: Claim) -> None:
    """Make a claim searchable by its number and its slots, in the transaction that writes it."""
    _write({claim.conversation_id: _places(claim_forms(claim), CARD, claim.filed_at)}, overwrite=False)


def claim_forms(claim: Claim) -> set[str]:
    """Everything a claim is found by."""
    values = (str(slot.get("value", "")) for slot in claim.slots.values())
    return words.forms_of("\n".join((claim.number, claim.success_reference, *values)))


def card_forms(conversation: Conversation) -> set[str]:
    """What a conversation is found by before a word is said: the customer's name and address, its own id."""
    name = words.forms_of_name(conversation.customer.display_name)
    if merged := getattr(conversation.identity, "merged", None):
        name |= words.forms_of_name(merged.display_name)  # who knew them by the name of before still finds them
    hexadecimal = conversation.id.hex
    return name | words.forms_of(conversation.identity.value) | {hexadecimal, hexadecimal[-6:], hexadecimal[-4:]}


def text_of(message: Message) -> str:
    """The words of a message, be they typed, seen in its picture or heard in its voice note."""
    facts = message.reading.get("facts", []) if isinstance(message.reading, Mapping) else []
    read = [str(fact.get("value", "")) for fact in facts if isinstance(fact, Mapping)]
    heard = str(message.reading.get("text", "")) if message.reading else ""
    return "\n".join(part for part in (message.text, heard, *read) if part)


def _said(due: Iterable[Conversation]) -> tuple[Mapping[uuid.UUID, Places], Mapping[uuid.UUID, int]]:
    """Words of each conversation's new messages, and up to which message they go."""
    wanted, upto = Q(), {}
    for conversation in due:
        last = min(conversation.next_seq - 1, conversation.indexed_seq + MESSAGES)
        since = conversation.indexed_seq
        upto[conversation.id] = last
        fresh = Q(seq__gt=since) | (Q(seq__gt=since - LOOK_BACK) & ~Q(kind="text"))
        wanted |= Q(conversation=conversation.id, seq__lte=last) & fresh
    brands = {conversation.id: conversation.brand for conversation in due}
    found: dict[uuid.UUID, Places] = defaultdict(dict)
    rows = Message.objects.filter(wanted).order_by("conversation", "seq")
    for message in rows.only("conversation_id", "seq", "author", "text", "reading", "at"):
        forms = _forms(message, brands[message.conversation_id])
        found[message.conversation_id].update(_places(forms, message.seq, message.at))
    return found, upto


def _forms(message: Message, brand: str) -> set[str]:
    """The words as written and, of a customer, as the assistant reads them: "argent" finds "larjan"."""
    text = text_of(message)
    read = reading.in_standard_french(brand, text) if message.author == Author.CUSTOMER and text else ""
    return words.forms_of(text) | words.forms_of(read)


def _cards(fresh: Iterable[Conversation]) -> Mapping[uuid.UUID, Places]:
    """What stands beside the messages of conversations that the index does not know yet."""
    found: dict[uuid.UUID, Places] = defaultdict(dict)
    for conversation in fresh:
        found[conversation.id].update(_places(card_forms(conversation), CARD, conversation.created_at))
    for claim in Claim.objects.filter(conversation__in=list(found)) if found else ():
        found[claim.conversation_id].update(_places(claim_forms(claim), CARD, claim.filed_at))
    for note in Note.objects.filter(conversation__in=list(found)) if found else ():
        found[note.conversation_id].update(_places(words.forms_of(note.text), CARD, note.at))
    return found


def _places(forms: Iterable[str], seq: int, at: datetime) -> Places:
    return dict.fromkeys(words.tokens(forms), (seq, at))


def _by_seq(upto: Mapping[uuid.UUID, int], ours: Iterable[uuid.UUID]) -> Mapping[int, list[uuid.UUID]]:
    found: dict[int, list[uuid.UUID]] = defaultdict(list)
    for conversation in ours:
        found[upto[conversation]].append(conversation)
    return found


def _write(found: Mapping[uuid.UUID, Places], *, overwrite: bool) -> None:
    """Rows in one order everywhere, so that two writers never wait for each other. A word's last message wins."""
    rows = [
        SearchToken(conversation_id=conversation, token=token, seq=seq, at=at)
        for conversation in sorted(found)
        for token, (seq, at) in sorted(found[conversation].items())
    ]
    known: dict[str, Any] = {"unique_fields": ["conversation", "token"], "update_fields": ["seq", "at"]}
    how: dict[str, Any] = {"update_conflicts": True, **known} if overwrite else {"ignore_conflicts": True}
    SearchToken.objects.bulk_create(rows, batch_size=PIECE, **how)
