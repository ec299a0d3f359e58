"""What rules look at: a case as it stood when something happened, for one case or many in a handful of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from support import hours
from support.models import Author, Claim, ClaimStatus, Escalation, Message, Occasion, Satisfaction, TurnTrace

JUST_NOW = timedelta(hours=1)  # what was written longer before says nothing of what happens now
MOST_HEARD = 30
SETTLED = (ClaimStatus.RESOLVED, ClaimStatus.REFUNDED, ClaimStatus.REJECTED)


class _Said(NamedTuple):
    """A message, without its words."""

    seq: int
    at: datetime
    author: str
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened to ``case`` (read with its conversation); ``seq`` is the customer's last message by then."""

    case: Escalation
    seq: int
    at: datetime
    occasion: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was known at that moment. ``texts``: what the customer wrote last, in one go; where a person is called, all
    of the hour before, for the call comes after questions whose answers say nothing of the trouble.
    """

    case: Escalation
    texts: tuple[str, ...]
    mood: str
    claims: int
    score: int | None
    closed: bool


def gather(moments: Sequence[Moment]) -> list[Facts]:
    """The facts of each moment. Five queries, however many there are."""
    if not moments:
        return []
    ids = {one.case.conversation_id for one in moments}
    since = min(one.at for one in moments) - JUST_NOW
    texts, moods = _texts(moments, ids, since), _moods(ids, since)
    claims = _claims({one.case.conversation.customer_id for one in moments})
    scores = _scores({one.case.id for one in moments})
    return [
        Facts(
            case=one.case,
            texts=texts[place],
            mood=_mood(one, moods[one.case.conversation_id]),
            claims=sum(filed <= one.at < until for filed, until in claims[one.case.conversation.customer_id]),
            score=scores.get(one.case.id),
            closed=not hours.is_open(one.case.conversation.brand, one.at),
        )
        for place, one in enumerate(moments)
    ]


def _texts(moments: Sequence[Moment], ids: Iterable[uuid.UUID], since: datetime) -> list[tuple[str, ...]]:
    """Two queries: who wrote when, then the words of those messages alone that count, for words are dear to read."""
    said: dict[uuid.UUID, list[_Said]] = defaultdict(list)
    rows = Message.objects.filter(conversation__in=ids, at__gte=since).order_by("-seq")
    for conversation, seq, at, author, message in rows.values_list("conversation_id", "seq", "at", "author", "id"):
        said[conversation].append(_Said(seq, at, author, message))
    wanted = [_heard(one, said[one.case.conversation_id]) for one in moments]
    read = Message.objects.filter(id__in={each for some in wanted for each in some}).only("id", "text", "reading")
    words = {row.id: row.text or str(row.reading.get("text", "")) for row in read}
    return [tuple(words[each] for each in some) for some in wanted]


def _heard(moment: Moment, newest_first: Iterable[_Said]) -> list[uuid.UUID]:
    """The customer's messages that count, newest first."""
    found: list[uuid.UUID] = []
    for one in newest_first:
        if one.seq > moment.seq:
            continue
        if one.at < moment.at - JUST_NOW or len(found) == MOST_HEARD:
            break
        if one.author == Author.CUSTOMER:
            found.append(one.id)
        elif moment.occasion != Occasion.OPENED:
            break
    return found


def _moods(ids: Iterable[uuid.UUID], since: datetime) -> Mapping[uuid.UUID, list[tuple[int, str]]]:
    found: dict[uuid.UUID, list[tuple[int, str]]] = defaultdict(list)
    rows = TurnTrace.objects.filter(conversation__in=ids, at__gte=since).exclude(mood="").order_by("-last_seq", "-id")
    for conversation, seq, mood in rows.values_list("conversation_id", "last_seq", "mood"):
        found[conversation].append((seq, mood))
    return found


def _mood(moment: Moment, newest_first: Iterable[tuple[int, str]]) -> str:
    """As last read by the assistant; as it was when a person was called, where it has read nothing since."""
    read = next((mood for seq, mood in newest_first if seq <= moment.seq), "")
    return read or str(moment.case.card.get("mood", "neu"))


def _claims(customers: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, list[tuple[datetime, datetime]]]:
    """From when to when each customer's claims were open."""
    found: dict[uuid.UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Claim.objects.filter(customer__in=customers).order_by()
    for customer, status, filed, changed in rows.values_list("customer_id", "status", "filed_at", "changed_at"):
        found[customer].append((filed, changed if status in SETTLED else datetime.max.replace(tzinfo=filed.tzinfo)))
    return found


def _scores(cases: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    rows = Satisfaction.objects.filter(escalation__in=cases, score__isnull=False)
    return {case: score for case, score in rows.values_list("escalation_id", "score") if score is not None}
