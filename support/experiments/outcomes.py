"""How conversations went, read from the rows once they are over: one outcome a customer and arm, written once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_args

from django.db.models import Q

from chatbot import guard
from chatbot.dialogue.state import StateError, from_json
from support import db
from support.experiments import marks
from support.experiments.assign import Running, pseudonym
from support.experiments.rules import rules
from support.models import Author, Conversation, Experiment, ExperimentOutcome, Message, Owner

AT_ONCE = 200  # conversations a look; more wait for the next
REFUSALS = frozenset(get_args(guard.Reason)) - {"passed"}


@dataclass(frozen=True, slots=True)
class Episode:
    """A conversation as it is counted: from a message after a silence to the last before the next."""

    began: datetime
    last: datetime  # the customer's last message


def measure(experiment: Experiment, now: datetime) -> int:
    """Write the outcomes of conversations that ended since the last look; returns how many. Repeating it adds none."""
    quiet_since = now - rules().quiet
    since = experiment.measured_until or experiment.started_at
    if since is None:
        return 0
    over = Q(inbound_at__lte=quiet_since) | Q(owner=Owner.NOBODY)
    rows = Conversation.objects.filter(over, brand=experiment.brand, inbound_at__gt=since).order_by("inbound_at")
    batch = list(rows.select_related(None)[:AT_ONCE])
    written = sum(_write(experiment, row, now) for row in batch)
    until = quiet_since if len(batch) < AT_ONCE else min(quiet_since, _before(batch[-1].inbound_at))
    if until > since:
        Experiment.objects.filter(id=experiment.id).update(measured_until=until)
        experiment.measured_until = until
    return written


def _before(last: datetime | None) -> datetime:
    """Just before the last of a full batch, since others may have come at the same instant."""
    if last is None:
        raise ValueError("a conversation without a message was chosen")
    return last - timedelta(microseconds=1)


def _write(experiment: Experiment, conversation: Conversation, now: datetime) -> int:
    """The outcomes of a conversation's episodes that are over, the first for each arm."""
    drawn, customer = Running.of(experiment), str(conversation.customer_id)
    digest = pseudonym(experiment, customer)
    known = set(experiment.outcomes.filter(customer=digest).values_list("arm", flat=True))
    written = 0
    for episode in _episodes(experiment, conversation, now):
        begin, end = drawn.at(episode.began), drawn.at(episode.last)
        if begin is None or end is None:
            continue
        index = drawn.arm(customer, begin[1])
        if index is None or index != drawn.arm(customer, end[1]):
            continue  # outside, or moved to another arm under way: it tells of neither
        name = str(drawn.arms[index]["name"])
        if name in known:
            continue
        found = _outcome(conversation, episode)
        if not found.turns:  # a person had it all along: nobody heard the arm
            continue
        found.experiment, found.arm, found.customer = experiment, name, digest
        found.step, found.fresh, found.at = begin[0], not known, now
        with db.write():
            Conversation.objects.select_for_update(of=("self",)).filter(id=conversation.id).first()  # as marks do
            ExperimentOutcome.objects.bulk_create([found], ignore_conflicts=True)
            marks.feed_all(conversation)
        known.add(name)
        written += 1
    return written


def _episodes(experiment: Experiment, conversation: Conversation, now: datetime) -> Iterator[Episode]:
    """Those that began after the experiment did, and are over."""
    quiet, started = rules().quiet, experiment.started_at
    if started is None:
        return
    rows = conversation.messages.filter(author=Author.CUSTOMER, at__gte=started - quiet).order_by("seq")
    times = list(rows.values_list("at", flat=True))
    cuts = [0, *(i for i in range(1, len(times)) if times[i] - times[i - 1] >= quiet), len(times)]
    for first, after in pairwise(cuts):
        if first == after or times[first] < started:
            continue
        ended = after < len(times) or now - times[after - 1] >= quiet or conversation.owner == Owner.NOBODY
        if ended:
            yield Episode(times[first], times[after - 1])


def _outcome(conversation: Conversation, episode: Episode) -> ExperimentOutcome:
    until = episode.last + rules().quiet
    span = {"at__gte": episode.began, "at__lt": until}
    calls = list(conversation.engine_calls.filter(**span).values_list("verdict", "milliseconds", "cost_usd"))
    opened = conversation.escalations.filter(opened_at__gte=episode.began, opened_at__lt=until)
    reasons = set(opened.values_list("reason", flat=True))
    said = list(conversation.messages.filter(author=Author.BOT, **span).only("id", "seq", "at").order_by("seq"))
    refusals = sum(verdict in REFUSALS for verdict, _, _ in calls)
    return ExperimentOutcome(
        began_at=episode.began,
        resolved=not reasons and _answered(said, episode),
        handed_over=bool(reasons),
        bad=bool(reasons & rules().bad_reasons) or refusals >= rules().bad_refusals,
        refused=refusals > 0,
        reasked=_reasked(conversation, episode),
        turns=len(said),
        milliseconds=sum(each for _, each, _ in calls) / max(1, len(calls)),
        cost_usd=sum((cost for _, _, cost in calls), start=0),
    )


def _answered(said: Sequence[Message], episode: Episode) -> bool:
    return bool(said) and said[-1].at >= episode.last


def _reasked(conversation: Conversation, episode: Episode) -> bool:
    """Whether a slot was asked for twice in vain, in a case of this episode."""
    try:
        cases = from_json(conversation.state).cases
    except StateError:  # written by another version: what it counted is lost
        return False
    return any(case.opened_at >= episode.began and max(case.asked.values(), default=0) > 1 for case in cases)
