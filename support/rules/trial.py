"""What a rule would have done to the latest cases, had it been in force: looked at before it is switched on."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import QuerySet

from support.lessons.reading import in_standard_french
from support.models import Author, Escalation, Message, Occasion, Outcome, PromiseEvent, PromiseStep, Rule, Satisfaction
from support.rules import acting, vocabulary, writing
from support.rules.facts import Facts, Moment, gather
from support.rules.matching import holds

CASES = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A case on which it would have acted, and when; ``done`` may be empty: nothing would have changed."""

    case: Escalation
    at: datetime
    done: list[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """``looked_at`` of the latest cases, newest first, knew such an occasion."""

    looked_at: int
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class _Said:
    """A message of a customer; ``is_last`` of those in one go."""

    seq: int
    at: datetime
    is_last: bool


def attempt(rule: Rule) -> Trial:
    """Try it on the latest CASES cases of the brand. Ten queries at most. Raises RuleError.

    A case's priority is the one it has now; all else is as it was at the moment.
    """
    acts = writing.check(rule)
    named, wanted = acting.things(rule.brand, acts), vocabulary.conditions(rule.conditions, rule.occasion)
    moments = list(_moments(rule, _latest(rule.brand)))
    standard = partial(in_standard_french, rule.brand)
    hits: dict[uuid.UUID, tuple[Moment, Facts]] = {}
    for moment, facts in zip(moments, gather(moments), strict=True):
        if moment.case.id not in hits and holds(wanted, facts, standard):  # once a case, the first time
            hits[moment.case.id] = moment, facts
    found = [Hit(moment.case, moment.at, acting.would_do(acts, named, moment.case)) for moment, _ in hits.values()]
    return Trial(len({one.case.id for one in moments}), found)


def _latest(brand: str) -> Sequence[Escalation]:
    rows: QuerySet[Escalation] = Escalation.objects.filter(conversation__brand=brand)
    people = ("conversation__customer", "conversation__identity")
    return list(rows.select_related(*people).order_by("-opened_at", "-id")[:CASES])


def _moments(rule: Rule, cases: Sequence[Escalation]) -> Iterator[Moment]:
    """When the rule would have been looked at, case by case, in the order of time."""
    said = defaultdict(list, _said(cases))
    times = _times(rule.occasion, cases, said)
    for case in cases:
        for at in times.get(case.id, ()):
            seqs = [one.seq for one in said[case.conversation_id] if one.at <= at]
            yield Moment(case, max(seqs, default=0), at, rule.occasion)


def _times(
    occasion: str, cases: Sequence[Escalation], said: Mapping[uuid.UUID, list[_Said]]
) -> dict[uuid.UUID, list[datetime]]:
    ids = [case.id for case in cases]
    if occasion == Occasion.OPENED:
        return {case.id: [case.opened_at] for case in cases}
    if occasion == Occasion.RESOLVED:
        return {case.id: [case.closed_at] for case in cases if case.closed_at and case.outcome == Outcome.CLOSED}
    if occasion == Occasion.WROTE:
        return {case.id: [one.at for one in said[case.conversation_id] if _is_turn(case, one)] for case in cases}
    found: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    if occasion == Occasion.PROMISE:
        rows = PromiseEvent.objects.filter(escalation__in=ids, step=PromiseStep.WARNED).order_by("at")
        told = rows.values_list("escalation_id", "at")
    else:
        told = Satisfaction.objects.filter(escalation__in=ids, score__isnull=False).values_list(
            "escalation_id", "answered_at"
        )  # type: ignore[assignment]
    for case, at in told:
        found[case].append(at)
    return found


def _is_turn(case: Escalation, one: _Said) -> bool:
    return one.is_last and case.opened_at < one.at and (case.closed_at is None or one.at < case.closed_at)


def _said(cases: Sequence[Escalation]) -> Mapping[uuid.UUID, list[_Said]]:
    """The customers' messages, without their words."""
    found: dict[uuid.UUID, list[_Said]] = defaultdict(list)
    rows = Message.objects.filter(conversation__in=[case.conversation_id for case in cases]).order_by("-seq")
    after: dict[uuid.UUID, str] = {}
    for conversation, seq, author, at in rows.values_list("conversation_id", "seq", "author", "at"):
        if author == Author.CUSTOMER:
            found[conversation].append(_Said(seq, at, after.get(conversation) != Author.CUSTOMER))
        after[conversation] = author
    return {conversation: said[::-1] for conversation, said in found.items()}
