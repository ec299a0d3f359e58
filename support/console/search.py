"""What the search shows: each conversation as one row, in a number of queries that does not grow with the rows."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from support.console import selectors, words
from support.console.excerpts import Excerpt, around
from support.lessons import reading
from support.models import Author, Channel, Claim, Conversation, Escalation, Message, Note
from support.search.find import Hit, Page
from support.search.index import text_of
from support.transports.web.events import isoformat

Row = dict[str, Any]
Shown = tuple[str, Excerpt]  # where it was found, in French; empty for a message as it was written


def rows(page: Page) -> list[Row]:
    """The page's conversations, as found. Six queries at most."""
    ids = [hit.conversation for hit in page.hits]
    cases = Conversation.objects.select_related("identity", "customer", "agent").defer("state").in_bulk(ids)
    states = Escalation.objects.filter(conversation__in=ids, closed_at__isnull=True)
    stands = {state.conversation_id: state.get_status_display() for state in states.only("conversation_id", "status")}
    shown = {**_in_messages(page.hits, cases, page.terms), **_beside_them(page.hits, cases, page.terms)}
    return [
        _row(hit, cases[hit.conversation], stands.get(hit.conversation, ""), shown[hit.conversation])
        for hit in page.hits
        if hit.conversation in cases and hit.conversation in shown  # erased a moment ago
    ]


def _row(hit: Hit, conversation: Conversation, status: str, shown: Shown) -> Row:
    where, excerpt = shown
    return {
        "id": str(conversation.id),
        "customer": selectors.customer_name(conversation),
        "channel": conversation.channel,
        "channel_label": conversation.get_channel_display(),
        "owner": conversation.owner,
        "owner_label": conversation.get_owner_display(),
        "agent": selectors.agent_of(conversation),
        "status": status,
        "at": isoformat(hit.at),
        "seq": hit.seq,
        "where": where,
        "excerpt": {"text": excerpt.text, "marks": [list(mark) for mark in excerpt.marks]},
    }


def _in_messages(
    hits: Iterable[Hit], cases: Mapping[uuid.UUID, Conversation], terms: Sequence[str]
) -> Mapping[uuid.UUID, Shown]:
    wanted = Q()
    for hit in hits:
        if hit.seq:
            wanted |= Q(conversation=hit.conversation, seq=hit.seq)
    found = Message.objects.filter(wanted) if wanted else ()
    return {
        message.conversation_id: _said(message, cases[message.conversation_id], terms)
        for message in found
        if message.conversation_id in cases
    }


def _said(message: Message, conversation: Conversation, terms: Sequence[str]) -> Shown:
    """The message as written; as the assistant reads it where only that has the word."""
    text = text_of(message)
    excerpt = around(text, terms)
    if message.author == Author.CUSTOMER and not excerpt.marks:
        read = around(reading.in_standard_french(conversation.brand, text), terms)
        if read.marks:
            return "Lu par l'assistant", read
    return "", excerpt if excerpt.text else Excerpt(words.kind_of_message(message.kind))


def _beside_them(
    hits: Iterable[Hit], cases: Mapping[uuid.UUID, Conversation], terms: Sequence[str]
) -> Mapping[uuid.UUID, Shown]:
    """Where in name, numbers, claims and notes the words of those hits stand that are in no message."""
    ids = [hit.conversation for hit in hits if not hit.seq and hit.conversation in cases]
    if not ids:
        return {}
    places: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    for note in Note.objects.filter(conversation__in=ids).order_by("-at"):
        places[note.conversation_id].append(("Note interne", note.text))
    for claim in Claim.objects.filter(conversation__in=ids).order_by("-filed_at"):
        values = (str(slot.get("value", "")) for slot in claim.slots.values())
        places[claim.conversation_id].append(("Dossier", " · ".join((claim.number, *values))))
    return {each: _best(places[each], cases[each], terms) for each in ids}


def _best(places: Sequence[tuple[str, str]], conversation: Conversation, terms: Sequence[str]) -> Shown:
    """The first place with one of the words. Part of a name or of an address marks nothing: the row shows them."""
    for where, text in places:
        excerpt = around(text, terms)
        if excerpt.marks:
            return where, excerpt
    number = conversation.identity.value if conversation.channel == Channel.WHATSAPP else ""
    return "Fiche du client", around(number, ()) if number else Excerpt("")
