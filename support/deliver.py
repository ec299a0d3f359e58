"""The one way out to a provider: committed replies in order, each attempt recorded before the call, settled after."""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from support import clock, db, doorbell, whatsapp_templates
from support.delivery import attempts, outgoing, withheld
from support.delivery.plan import Reconcile, Send, Settled, Wait, next_step
from support.delivery.states import FROM_TWILIO, TRANSIENT_CODES
from support.leases import Lease, LeaseLost, acquire
from support.models import Attempt, Conversation, Delivery, Message
from support.transports.web import events
from support.transports.whatsapp import client

log = structlog.get_logger(__name__)
OUTBOX = (Delivery.QUEUED, Delivery.SENDING, Delivery.UNKNOWN)
CLOSED_WINDOW = ("63016",)
AFTER_AN_ANSWER_SECONDS = 2.0


def run(conversation_id: uuid.UUID) -> int:
    """Send the conversation's outbox, oldest first; returns how many messages left it. One worker at a time."""
    lease = acquire(conversation_id, "send", settings.SEND_LEASE_SECONDS)
    if lease is None:
        return 0
    settled = 0
    try:
        while (message := _next(conversation_id)) is not None and _settle(message, lease):
            settled += 1
        lease.release()
        if _next(conversation_id) is not None and message is None:  # one came between the last look and letting go
            doorbell.ring_delivery(conversation_id)
    except LeaseLost:
        log.warning("send_lease_lost", conversation=str(conversation_id))
    return settled


def on_status(attempt_id: uuid.UUID | None, external_id: str, status: str, error_code: str) -> bool:
    """News from the provider about a message; returns whether it is one of ours. Any order, any number of times."""
    state = FROM_TWILIO.get(status)
    if state is None:
        log.warning("unknown_status", status=status[:20])
        return False
    ours = Q(id=attempt_id) if attempt_id else Q(external_id=external_id)
    with db.write():
        attempt = Attempt.objects.filter(ours).select_related("message").first()
        if attempt is None:
            return False
        conversation = _locked(attempt.message.conversation_id)
        attempt.refresh_from_db(fields=["state", "external_id", "error_code", "permanent"])
        attempts.record(attempt, state, external_id, error_code, permanent=error_code not in TRANSIENT_CODES)
        message_state = attempts.update_message(attempt.message_id)
        if error_code in CLOSED_WINDOW and message_state == Delivery.QUEUED and not attempt.message.template:
            withheld.stop(attempt.message, Delivery.HELD, conversation)
    log.info("status", message_id=str(attempt.message_id), status=state, error_code=error_code)
    if message_state == Delivery.QUEUED:
        doorbell.ring_delivery(attempt.message.conversation_id)
    return True


def _locked(conversation_id: uuid.UUID) -> Conversation:
    """The row every writer locks first, so that two of them never wait for each other."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("identity")
    return rows.get(id=conversation_id)


def _next(conversation_id: uuid.UUID) -> Message | None:
    return Message.objects.filter(conversation=conversation_id, delivery__in=OUTBOX).order_by("seq").first()


def _settle(message: Message, lease: Lease) -> bool:
    """Work on one message until nothing is left to do now; False when it has to wait, and those behind it too."""
    parts = outgoing.parts_of(message)
    while True:
        step = _prepare(message.id, parts, lease)
        match step:
            case Settled():
                return True
            case Wait():
                doorbell.ring_delivery(message.conversation_id, step.seconds)
                return False
            case Reconcile():
                if not _reconcile(step.attempt, parts):
                    doorbell.ring_delivery(message.conversation_id, 30)
                    return False
            case Attempt():
                _hand_over(step, parts)


def _prepare(message_id: uuid.UUID, parts: list[outgoing.Part], lease: Lease) -> Attempt | Reconcile | Wait | Settled:
    """Decide the next step under the row lock, and record the attempt before anything leaves the house."""
    with db.write():
        conversation = _locked(lease.conversation)
        lease.check(conversation)
        message = Message.objects.select_related("conversation__identity", "claim_event").get(id=message_id)
        conversation.send_until = timezone.now() + timedelta(seconds=settings.SEND_LEASE_SECONDS)
        conversation.save(update_fields=["send_until"])
        made = list(message.attempts.all())
        step = next_step(len(parts), made, timezone.now())
        if isinstance(step, Reconcile | Wait) and made[-1].state == Delivery.SENDING:
            made[-1].state = Delivery.UNKNOWN
            made[-1].save(update_fields=["state"])
        if isinstance(step, Send):
            if withheld.is_news(message) and conversation.inbound_seq > conversation.handled_seq:
                return Wait(AFTER_AN_ANSWER_SECONDS)  # what the customer just wrote may be STOP
            if stop := withheld.reason_not_to_send(message, conversation, started=step.part > 0 or step.number > 1):
                withheld.stop(message, stop, conversation)
                return Settled()
            attempt = Attempt.objects.create(
                message=message, part=step.part, number=step.number, started_at=timezone.now()
            )
            attempts.update_message(message.id)
            return attempt
        attempts.update_message(message.id)
        return step


def _hand_over(attempt: Attempt, parts: list[outgoing.Part]) -> None:
    """The provider call, with no transaction open; then what came of it."""
    message = attempt.message
    to = message.conversation.identity.value
    try:
        part = parts[attempt.part]
        accepted = client.send(
            to, part.body, attempt.id, _template(message), message.template_values, media=part.media()
        )
    except client.SendError as error:
        log.warning("send_failed", message_id=str(message.id), code=error.code, in_doubt=error.in_doubt)
        _after_failure(attempt, error)
    else:
        with db.write():
            _locked(message.conversation_id)
            attempt.refresh_from_db()
            attempts.record(attempt, FROM_TWILIO.get(accepted.status, Delivery.SENT), accepted.external_id, "")
            attempts.update_message(message.id)
        log.info("sent", message_id=str(message.id), part=attempt.part, number=attempt.number)
        events.publish(events.changed(message.conversation_id))


def _template(message: Message) -> str:
    """The Content SID of a message that is a template, else "". Raises SendError for one that has none any more."""
    if message.template and not whatsapp_templates.sid(message.template):
        raise client.SendError("no_template", permanent=True)
    return whatsapp_templates.sid(message.template)


def _after_failure(attempt: Attempt, error: client.SendError) -> None:
    message = attempt.message
    with db.write():
        conversation = _locked(message.conversation_id)
        attempt.refresh_from_db()
        state = Delivery.UNKNOWN if error.in_doubt else Delivery.FAILED
        attempts.record(attempt, state, "", error.code, permanent=error.permanent)
        attempts.update_message(message.id)
        if error.closed_window and not message.template:
            withheld.stop(message, Delivery.HELD, conversation)
        if error.opted_out and conversation.identity.opted_out_at is None:
            conversation.identity.opted_out_at = clock.now()
            conversation.identity.save(update_fields=["opted_out_at"])
    events.publish(events.changed(message.conversation_id))


def _reconcile(attempt: Attempt, parts: list[outgoing.Part]) -> bool:
    """Ask the provider about a send in doubt; False when it cannot be asked now. Never sends."""
    message = attempt.message
    since = attempt.started_at - timedelta(seconds=5)
    try:
        found = client.find(message.conversation.identity.value, parts[attempt.part].body, since, _template(message))
    except client.SendError as error:
        log.warning("reconcile_failed", message_id=str(message.id), code=error.code)
        return False
    known = set(
        Attempt.objects.filter(external_id__in=[each.external_id for each in found]).values_list(
            "external_id", flat=True
        )
    )
    adopted = next((each for each in found if each.external_id not in known), None)
    with db.write():
        _locked(message.conversation_id)
        attempt.refresh_from_db()
        if adopted:
            attempts.record(attempt, FROM_TWILIO.get(adopted.status, Delivery.SENT), adopted.external_id, "")
        else:
            attempts.record(attempt, Delivery.FAILED, "", "not_found", permanent=False)
        attempts.update_message(message.id)
    log.info("reconciled", message_id=str(message.id), found=adopted is not None)
    return True
