"""Celery's tasks: doorbells that say "look" and loads by id, and the sweeper that finds what no doorbell rang for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from support import (
    assign,
    deliver,
    doorbell,
    escalate,
    instructed,
    instructions,
    promise_watch,
    redis_client,
    statuses,
    teams,
    turns,
    undo,
    unsent_files,
)
from support.backoffice import announce, incident_news, overdue, sweeping, webhook
from support.experiments import watch
from support.incidents import radar
from support.insight.signs import WORKER_SEEN, WORKER_SEEN_SECONDS, WORKER_VOICE
from support.models import Conversation, Message
from support.rules import occasions
from support.rules import work as rules
from support.search import filling
from support.voices import alerts, ledger
from support.voices.breaker import RedisBreakers
from support.voices.build import speaks_with

log = structlog.get_logger(__name__)
SWEEP_LIMIT = 500
RING_AGAIN_SECONDS = 30


@shared_task
def take_turn(conversation: str) -> None:
    """Answer what is unanswered in a conversation."""
    turns.run(uuid.UUID(conversation))


@shared_task
def send_replies(conversation: str) -> None:
    """Send what stands in a conversation's outbox."""
    deliver.run(uuid.UUID(conversation))


@shared_task
def release_replies(conversation: str) -> None:
    """Let go of the replies that can no longer be undone."""
    undo.release(uuid.UUID(conversation))


@shared_task
def announce_changes(conversation: str) -> None:
    """Tell a customer what changed in their claims."""
    announce.run(uuid.UUID(conversation))


@shared_task
def follow_instruction(conversation: str) -> None:
    """Do what a person told the assistant to when giving the conversation back."""
    instructed.run(uuid.UUID(conversation))


@shared_task
def tell_back_office(claim: str) -> None:
    """Send what stands in the back office's outbox."""
    webhook.drain()


@shared_task
def tell_of_incident(incident: str) -> None:
    """Tell all whom an incident hit that it is fixed."""
    incident_news.tell(uuid.UUID(incident))


@shared_task
def apply_rules(conversation: str) -> None:
    """Look at the rules for what happened to a case."""
    rules.run(uuid.UUID(conversation))


@shared_task
def watch_radar() -> None:
    """Tell supervisors of a trouble that grows beyond the usual, once."""
    radar.watch(settings.BRAND)


@shared_task
def sweep() -> None:
    """Ring for everything that has waited past its deadline with nobody at it."""
    redis_client.connection().set(WORKER_SEEN, timezone.now().isoformat(), ex=WORKER_SEEN_SECONDS)
    if voice := speaks_with(settings.BRAND):
        redis_client.connection().set(WORKER_VOICE, voice, ex=WORKER_SEEN_SECONDS)
    now = timezone.now()
    late = now - timedelta(seconds=settings.SWEEP_AFTER_SECONDS)
    unanswered = Conversation.objects.filter(_free("turn"), waiting_since__lt=late).order_by("waiting_since")
    unsent = Message.objects.filter(_free("conversation__send"), delivery__in=deliver.OUTBOX, stored_at__lt=late)
    turns_due = list(unanswered.values_list("id", flat=True)[:SWEEP_LIMIT])
    sends_due = list(unsent.order_by().values_list("conversation_id", flat=True).distinct()[:SWEEP_LIMIT])
    for conversation in _not_rung_lately("turn", turns_due):
        doorbell.ring_turn(conversation)
    for conversation in _not_rung_lately("send", sends_due):
        doorbell.ring_delivery(conversation)
    for conversation in _not_rung_lately("undo", undo.overdue()[:SWEEP_LIMIT]):
        doorbell.ring_release(conversation)
    statuses.wake()
    statuses.settle_leases()
    returned = escalate.return_abandoned()
    teams.free_unattended()
    assign.assign_waiting()
    for conversation in _not_rung_lately("instruction", instructions.due()):
        doorbell.ring_instruction(conversation)
    _sweep_rules(late)
    news_due = sweeping.untold(late)
    for conversation in _not_rung_lately("news", news_due):
        doorbell.ring_announcement(conversation)
    for claim in _not_rung_lately("back-office", sweeping.unsent(late)):
        doorbell.ring_back_office(claim)
    for incident in incident_news.untold():
        incident_news.tell(incident)
    if turns_due or sends_due or returned or news_due:
        log.info("swept", turns=len(turns_due), sends=len(sends_due), returned=returned, news=len(news_due))


@shared_task
def drop_unsent_files() -> None:
    """Delete what agents attached a day ago and never sent."""
    unsent_files.drop()


@shared_task
def find_overdue_claims() -> None:
    """Call a person for claims past their promised time."""
    overdue.call_people()


@shared_task
def index_for_search() -> None:
    """Bring what was said since the last look into the search."""
    filling.catch_up()


@shared_task
def watch_promises() -> None:
    """Warn of promises to waiting customers before they are broken, and tell of those that are."""
    promise_watch.look()


@shared_task
def watch_experiments() -> None:
    """Measure what has ended, look at what runs: canaries climb or are rolled back."""
    watch.look()


@shared_task
def watch_voices() -> None:
    """Settle what killed workers left of remote calls, and warn of what an operator should know of them."""
    ledger.settle_lost()
    alerts.watch(timezone.now(), RedisBreakers().long_open)


def _sweep_rules(late: datetime) -> None:
    for conversation in _not_rung_lately("rules", occasions.due(late)):
        doorbell.ring_rules(conversation)
    occasions.forget_old()


def _free(lease: str) -> Q:
    return Q(**{f"{lease}_until__isnull": True}) | Q(**{f"{lease}_until__lt": timezone.now()})


def _not_rung_lately(purpose: str, conversations: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those not rung for in the last half minute: sweeping a long backlog must not make it longer."""
    with redis_client.connection().pipeline(transaction=False) as pipe:
        for conversation in conversations:
            pipe.set(f"akwaba:rung:{purpose}:{conversation.hex}", 1, ex=RING_AGAIN_SECONDS, nx=True)
        fresh = pipe.execute()
    return [conversation for conversation, first in zip(conversations, fresh, strict=True) if first]
