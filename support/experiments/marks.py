"""What customers thought: their mark of 1 to 5 enters the outcome of the conversation in which a person was called.

The question is put after a person's help only, hours after the assistant's part, and often answered when the outcome
has long been counted or the experiment has ended. The mark belongs to the arm that served the customer until then:
that of the episode (see ``outcomes``) in which the case was opened, and of no other conversation of theirs. Who changed
arm under way has no outcome, and so no mark anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Avg, Count

from support.experiments.assign import pseudonym
from support.experiments.rules import rules
from support.models import Author, Conversation, Experiment, Satisfaction


@dataclass(frozen=True, slots=True)
class Marks:
    """How many marked conversations of an arm there are, and their mean."""

    count: int = 0
    mean: float = 0.0


def feed(rating: Satisfaction) -> None:
    """Enter an answered mark where it belongs. The first of an episode stands; repeating it changes nothing."""
    conversation = rating.conversation
    began = _began(conversation, rating.escalation.opened_at)
    if rating.score is None or began is None:
        return
    for experiment in Experiment.objects.filter(brand=conversation.brand, started_at__lte=began):
        digest = pseudonym(experiment, str(conversation.customer_id))
        experiment.outcomes.filter(customer=digest, began_at=began, csat__isnull=True).update(csat=rating.score)


def feed_all(conversation: Conversation) -> None:
    """Every mark given in a conversation, after its outcome was written: it may have been marked before."""
    ratings = Satisfaction.objects.filter(conversation=conversation, score__isnull=False).order_by("answered_at")
    for rating in ratings.select_related("conversation", "escalation"):
        feed(rating)


def of(experiment: Experiment) -> Mapping[str, Marks]:
    """By arm."""
    rows = experiment.outcomes.filter(csat__isnull=False).order_by().values_list("arm")
    return {arm: Marks(count, mean) for arm, count, mean in rows.annotate(n=Count("id"), mean=Avg("csat"))}


def _began(conversation: Conversation, at: datetime) -> datetime | None:
    """The customer's message with which the episode around ``at`` began; None when they had long been silent."""
    rows = conversation.messages.filter(author=Author.CUSTOMER, at__lte=at).order_by("-seq")
    times = list(rows.values_list("at", flat=True))
    if not times or at - times[0] >= rules().quiet:
        return None
    return next((later for later, before in pairwise(times) if later - before >= rules().quiet), times[-1])
