"""What was said would happen, and whether it did: people announced, silence kept, news told, replies that arrived."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from support.insight.desk import scope as scopes
from support.insight.desk.measures import Share, Spread, spread
from support.insight.desk.repeated import repeated
from support.insight.desk.scope import Scope
from support.models import Author, ClaimEvent, Delivery, Escalation, Message, Stint, Told

SHOWN = 30  # newest cases of each promise
NEWS_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Instance:
    """One case to look at."""

    conversation: uuid.UUID
    at: datetime
    what: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """Things that should not be: how many, and the newest of them."""

    count: int
    newest: Sequence[Instance] = ()


@dataclass(frozen=True, slots=True)
class Promises:
    """The board. ``taken`` is of the handoffs announced; ``told`` of the changes of status that are to be told."""

    taken: Share
    time_to_take: Spread
    untaken: Broken
    never_taken: Broken
    over_people: Broken
    asked_again: Broken
    told: Share
    news_by_state: Sequence[tuple[str, int]]
    news_late: Broken
    held: Broken
    failed: Broken
    unknown: Broken


def board(scope: Scope, now: datetime, shown: int = SHOWN) -> Promises:
    """A fixed number of queries; of each promise at most the newest ``shown``, its count says how many there are."""
    announced = scopes.cases(scope)
    times = list(announced.values_list("opened_at", "taken_at"))
    said = scopes.messages(scope)
    by_state = _by_state(scope)
    due = sum(count for state, count in by_state if state != Told.STOPPED)
    done = sum(count for state, count in by_state if state in (Told.TOLD, Told.BY_AGENT))
    return Promises(
        taken=Share(sum(1 for _, taken in times if taken), len(times)),
        time_to_take=spread((taken - opened).total_seconds() for opened, taken in times if taken),
        untaken=_cases(announced.filter(taken_at__isnull=True, closed_at__isnull=True), shown),
        never_taken=_cases(announced.filter(taken_at__isnull=True, closed_at__isnull=False), shown),
        over_people=_messages(over_people(said), shown),
        asked_again=_asked_again(scope, shown),
        told=Share(done, due),
        news_by_state=by_state,
        news_late=_late_news(scope, now, shown),
        held=_messages(said.filter(delivery=Delivery.HELD), shown),
        failed=_messages(said.filter(delivery=Delivery.FAILED), shown, "error_code"),
        unknown=_messages(said.filter(delivery=Delivery.UNKNOWN), shown),
    )


def over_people(said: QuerySet[Message]) -> QuerySet[Message]:
    """Words of the assistant, not cancelled, while a person had the conversation: there must be none."""
    held = Stint.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=OuterRef("at")),
        escalation__conversation=OuterRef("conversation"), waiting=False, began_at__lt=OuterRef("at"),
    )  # fmt: skip
    return said.filter(Exists(held), author=Author.BOT).exclude(delivery=Delivery.CANCELLED)


def _asked_again(scope: Scope, shown: int) -> Broken:
    found = [Instance(*each) for each in repeated(scope)]
    return Broken(len(found), sorted(found, key=lambda each: each.at, reverse=True)[:shown])


def _by_state(scope: Scope) -> list[tuple[str, int]]:
    rows = _news(scope).values_list("told").annotate(n=Count("id"))
    return sorted((state, count) for state, count in rows)


def _news(scope: Scope) -> QuerySet[ClaimEvent]:
    """Changes of status that the customer is to know of."""
    events = ClaimEvent.objects.filter(recorded_at__gte=scope.since, recorded_at__lt=scope.until).order_by()
    return events.filter(claim__in=scopes.claims(scope)).exclude(told=Told.NOTHING)


def _late_news(scope: Scope, now: datetime, shown: int) -> Broken:
    late = _news(scope).filter(told__in=[Told.DUE, Told.AGENT], recorded_at__lt=now - NEWS_LATE)
    rows = late.order_by("-recorded_at").values_list("claim__conversation_id", "recorded_at", "claim__number")
    return Broken(late.count(), [Instance(case, at, number) for case, at, number in rows[:shown] if at])


def _cases(rows: QuerySet[Escalation], shown: int) -> Broken:
    newest = rows.order_by("-opened_at").values_list("conversation_id", "opened_at")[:shown]
    return Broken(rows.count(), [Instance(*row) for row in newest])


def _messages(rows: QuerySet[Message], shown: int, what: str = "author") -> Broken:
    newest = rows.order_by("-stored_at").annotate(what=F(what)).values_list("conversation_id", "stored_at", "what")
    return Broken(rows.count(), [Instance(*row) for row in newest[:shown]])
