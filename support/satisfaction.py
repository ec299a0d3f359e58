"""The one-digit question after a resolution: whom it is put to, what counts as an answer, and who hears of it.

The rows of the conversation are written by ``escalate`` (the question) and ``rating`` (the answer and the thanks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet

from chatbot import brand
from chatbot.brand import BrandError
from support import db, notices, staff
from support.experiments import marks
from support.inviting import WINDOW
from support.models import Channel, Conversation, Escalation, Message, NoticeKind, Occasion, Outcome, Satisfaction
from support.privacy import audit
from support.rules import occasions

TO_LEAVE = timedelta(minutes=10)  # of the window: a question still in the outbox when it closes would be in vain
SCORES = range(1, 6)
ENDINGS = " .!…"


@dataclass(frozen=True, slots=True)
class Rules:
    """``[satisfaction]`` of brand.toml. ``answers``: what is a score, whole messages only."""

    question: str
    thanks: str
    sorry: str
    every: timedelta
    low: int
    answers: Mapping[str, int]
    labels: tuple[str, ...]


@cache
def rules(slug: str) -> Rules | None:
    """The brand's; None for a brand that does not ask. Raises BrandError on a damaged table."""
    table = cast("Any", brand.load(slug).settings.get("satisfaction"))
    if table is None:
        return None
    try:
        answers = {_plain(text): int(score) for score, texts in table["answers"].items() for text in texts}
        found = Rules(
            question=str(table["question"]),
            thanks=str(table["thanks"]),
            sorry=str(table["sorry"]),
            every=timedelta(days=table["every_days"]),
            low=int(table["low"]),
            answers=answers,
            labels=tuple(map(str, table["labels"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrandError(f"{slug}/brand.toml: satisfaction: {error!r}") from error
    if not set(answers.values()) <= set(SCORES) or len(found.labels) != len(SCORES):
        raise BrandError(f"{slug}/brand.toml: satisfaction: scores from 1 to 5 are expected, each with a label")
    return found


def question(conversation: Conversation, case: Escalation, now: datetime) -> str | None:
    """What to ask after the resolution of ``case``; None when nothing is to be asked.

    Only after a person's reply, to who takes part, while WhatsApp lets us write, and not again within days.
    """
    its = rules(conversation.brand)
    if its is None or case.first_replied_at is None or conversation.identity.opted_out_at:
        return None
    if conversation.channel == Channel.WHATSAPP and not _window_is_open(conversation, now):
        return None
    asked = Satisfaction.objects.filter(conversation__customer=conversation.customer_id, asked_at__gt=now - its.every)
    return None if asked.exists() else its.question


def choices(conversation: Conversation) -> list[dict[str, str]]:
    """The scores as buttons, where there are any; the widget numbers them."""
    its = rules(conversation.brand)
    if its is None or conversation.channel != Channel.WEB:
        return []
    return [{"label": label, "value": str(score)} for score, label in zip(SCORES, its.labels, strict=True)]


def score_of(slug: str, text: str) -> int | None:
    """The score a message is, if it is nothing else."""
    its = rules(slug)
    return its.answers.get(_plain(text)) if its else None


def answered_by(message: Message) -> Satisfaction | None:
    """The open question that stands right before ``message``."""
    rows = Satisfaction.objects.select_related("agent").filter(score__isnull=True)
    return rows.filter(conversation=message.conversation_id, question__seq=message.seq - 1).first()


def to_rate(conversation: Conversation, now: datetime) -> Satisfaction | None:
    """What a customer who rates of their own accord speaks of: the last resolution by a person, if not rated yet."""
    its = rules(conversation.brand)
    ended = conversation.escalations.filter(closed_at__isnull=False).order_by("-closed_at").first()
    if its is None or ended is None or ended.outcome != Outcome.CLOSED or ended.first_replied_at is None:
        return None
    if now - (ended.closed_at or now) > its.every:
        return None
    row, _ = Satisfaction.objects.get_or_create(
        escalation=ended, defaults={"conversation": conversation, "agent": ended.assignee, "asked_at": now}
    )
    return row if row.score is None else None


def record(row: Satisfaction, slug: str, score: int, now: datetime, comment: str = "") -> str:
    """Keep the score, tell supervisors of a low one; returns the thanks. In the transaction of the answer, which holds
    the conversation."""
    its = rules(slug)
    if its is None or score not in SCORES:
        raise ValueError("not a score of a brand that asks for one")
    row.score, row.answered_at, row.comment = score, now, comment
    row.save(update_fields=["score", "answered_at", "comment"])
    occasions.note(row.conversation, row.escalation, Occasion.SCORED)
    marks.feed(row)
    if score > its.low:
        return its.thanks
    notices.tell(staff.supervisors(), NoticeKind.LOW_SCORE, row.conversation_id, _words(score, row.agent))
    return its.sorry


def low_scores(slug: str) -> QuerySet[Satisfaction]:
    """Unhappy answers that nobody has looked at, newest first, with their agents: for the supervisors' board."""
    its = rules(slug)
    low = Satisfaction.objects.filter(conversation__brand=slug, score__lte=its.low if its else 0, looked_at=None)
    return low.select_related("agent", "conversation").order_by("-answered_at")


def look(rating: int, user: User, now: datetime) -> bool:
    """Take a low score off the board, on the record; False when there is none of this number. The first look stands."""
    with db.write():
        row = Satisfaction.objects.select_for_update(of=("self",)).filter(pk=rating, score__isnull=False).first()
        if row and row.looked_at is None:
            row.looked_at, row.looked_by = now, user
            row.save(update_fields=["looked_at", "looked_by"])
            audit.record(user, "low_score_looked", f"conversation:{row.conversation_id}", {"score": row.score})
    return row is not None


def _window_is_open(conversation: Conversation, now: datetime) -> bool:
    since = conversation.window_from
    return since is not None and now - since < WINDOW - TO_LEAVE


def _words(score: int, agent: User | None) -> str:
    whose = f" après l'aide de {staff.name(agent)}" if agent else ""
    return f"Note de {score} sur 5{whose}."


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(ENDINGS)
