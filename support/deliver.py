"""The one way out to a provider: committed replies in order, each attempt recorded before the call, settled after."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from support import clock, db, doorbell, house_words, inviting, outgoing, whatsapp_templates
from support.backoffice import duties
from support.delivery_plan import Reconcile, Send, Settled, Wait, next_step, state_of
from support.delivery_states import FROM_TWILIO, TRANSIENT_CODES, later
from support.leases import Lease, LeaseLost, acquire
from support.models import Attempt, Author, Conversation, Delivery, Message, Owner, Satisfaction
from support.transports.web import events
from support.transports.whatsapp import client
from support.whatsapp_templates import REOPEN, STATUS

log = structlog.get_logger(__name__)
WINDOW = timedelta(hours=24)
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
        _record(attempt, state, external_id, error_code, permanent=error_code not in TRANSIENT_CODES)
        message_state = _update_message(attempt.message_id)
        if error_code in CLOSED_WINDOW and message_state == Delivery.QUEUED and not attempt.message.template:
            _stop(attempt.message, Delivery.HELD, conversation)
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
        attempts = list(message.attempts.all())
        step = next_step(len(parts), attempts, timezone.now())
        if isinstance(step, Reconcile | Wait) and attempts[-1].state == Delivery.SENDING:
            attempts[-1].state = Delivery.UNKNOWN
            attempts[-1].save(update_fields=["state"])
        if isinstance(step, Send):
            if _is_news(message) and conversation.inbound_seq > conversation.handled_seq:
                return Wait(AFTER_AN_ANSWER_SECONDS)  # what the customer just wrote may be STOP
            if stop := _reason_not_to_send(message, conversation, started=step.part > 0 or step.number > 1):
                _stop(message, stop, conversation)
                return Settled()
            attempt = Attempt.objects.create(
                message=message, part=step.part, number=step.number, started_at=timezone.now()
            )
            _update_message(message.id)
            return attempt
        _update_message(message.id)
        return step


def _reason_not_to_send(message: Message, conversation: Conversation, *, started: bool) -> Delivery | None:
    """HELD outside WhatsApp's window, CANCELLED when nobody should say this any more, else None."""
    identity = message.conversation.identity
    if message.delivery == Delivery.CANCELLED:
        return Delivery.CANCELLED
    if message.author == Author.BOT and conversation.owner == Owner.AGENT and not started:
        return Delivery.CANCELLED
    if message.template == STATUS and conversation.owner == Owner.AGENT:
        return Delivery.CANCELLED
    if identity.opted_out_at and (message.template or _is_news(message)):
        return Delivery.CANCELLED
    if message.template:
        return Delivery.CANCELLED if inviting.is_idle(message, conversation) else None
    if conversation.window_from is None or clock.now() - conversation.window_from >= WINDOW:
        return Delivery.CANCELLED if _asks_how_it_went(message) else Delivery.HELD
    if identity.opted_out_at and _asks_how_it_went(message):
        return Delivery.CANCELLED
    return None


def _asks_how_it_went(message: Message) -> bool:
    """Whether it is the question after a resolution, which is worth no template and no wait."""
    return message.author == Author.SYSTEM and Satisfaction.objects.filter(question=message).exists()


def _is_news(message: Message) -> bool:
    """Whether it tells, unasked, what changed in a claim."""
    return getattr(message, "claim_event", None) is not None


def _stop(message: Message, state: Delivery, conversation: Conversation) -> None:
    Message.objects.filter(id=message.id).update(delivery=state)
    if state == Delivery.HELD:
        _keep_until_reopened(conversation)
        if _is_news(message) and whatsapp_templates.sid(STATUS):
            _tell_by_template(message, conversation)
        else:
            _ask_to_reopen(conversation)
    elif _is_news(message):
        duties.drop(message.id) if conversation.identity.opted_out_at else duties.leave_to_agent([message.id])
    transaction.on_commit(lambda: _tell_console(message.conversation_id))


def _keep_until_reopened(conversation: Conversation) -> None:
    """The window is closed, also where only the provider knew; the customer's next message frees what is held."""
    if conversation.window_from is not None or not conversation.holds_reply:
        conversation.window_from, conversation.holds_reply = None, True
        conversation.save(update_fields=["window_from", "holds_reply"])


def _ask_to_reopen(conversation: Conversation) -> None:
    """Queue the approved template that invites the customer to write, once per closed window."""
    if inviting.asked_already(conversation):
        return
    found = whatsapp_templates.of(conversation.brand).get(REOPEN)
    if found is None or not whatsapp_templates.sid(REOPEN):
        log.warning("no_template", template=REOPEN, conversation=str(conversation.id))
        return
    _queue_template(conversation, REOPEN, found.text)


def _tell_by_template(held: Message, conversation: Conversation) -> None:
    """Queue the approved template that tells a claim's new status, once for each piece of news that is held."""
    once = uuid.uuid5(held.id, STATUS)
    if conversation.messages.filter(client_id=once).exists():
        return
    event = held.claim_event
    text, values = house_words.status_news(conversation.brand, event.claim.number, event.details["status"])
    _queue_template(conversation, STATUS, text, values, once)


def _queue_template(
    conversation: Conversation,
    template: str,
    text: str,
    values: Mapping[str, str] | None = None,
    once: uuid.UUID | None = None,
) -> None:
    Message.objects.create(
        conversation=conversation,
        seq=conversation.next_seq,
        author=Author.SYSTEM,
        text=text,
        template=template,
        template_values=dict(values or {}),
        client_id=once,
        at=clock.now(),
        transport=conversation.channel,
        delivery=Delivery.QUEUED,
    )
    conversation.next_seq += 1
    conversation.save(update_fields=["next_seq"])


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
            _record(attempt, FROM_TWILIO.get(accepted.status, Delivery.SENT), accepted.external_id, "")
            _update_message(message.id)
        log.info("sent", message_id=str(message.id), part=attempt.part, number=attempt.number)
        _tell_console(message.conversation_id)


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
        _record(attempt, state, "", error.code, permanent=error.permanent)
        _update_message(message.id)
        if error.closed_window and not message.template:
            _stop(message, Delivery.HELD, conversation)
        if error.opted_out and conversation.identity.opted_out_at is None:
            conversation.identity.opted_out_at = clock.now()
            conversation.identity.save(update_fields=["opted_out_at"])
    _tell_console(message.conversation_id)


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
            _record(attempt, FROM_TWILIO.get(adopted.status, Delivery.SENT), adopted.external_id, "")
        else:
            _record(attempt, Delivery.FAILED, "", "not_found", permanent=False)
        _update_message(message.id)
    log.info("reconciled", message_id=str(message.id), found=adopted is not None)
    return True


def _record(attempt: Attempt, state: Delivery, external_id: str, error_code: str, *, permanent: bool = False) -> None:
    """Join news into an attempt: the further state stands, and the first identifier."""
    stands = later(attempt.state, state)
    if stands == state and state == Delivery.FAILED:
        attempt.permanent = attempt.permanent or permanent
        attempt.error_code = error_code[:20]
    attempt.state = stands
    attempt.external_id = attempt.external_id or external_id
    attempt.settled_at = attempt.settled_at or timezone.now()
    attempt.save(update_fields=["state", "external_id", "error_code", "permanent", "settled_at"])


def _update_message(message_id: uuid.UUID) -> Delivery:
    """Derive a message's state from its attempts. What is held or cancelled stays so."""
    message = Message.objects.prefetch_related("attempts").get(id=message_id)
    attempts = list(message.attempts.all())
    state = state_of(len(outgoing.parts_of(message)), attempts) if attempts else Delivery(message.delivery)
    if message.delivery in (Delivery.HELD, Delivery.CANCELLED) and state == Delivery.QUEUED:
        return Delivery(message.delivery)
    code = next((attempt.error_code for attempt in reversed(attempts) if attempt.error_code), "")
    if (state, code) != (message.delivery, message.error_code):
        shown = code if state in (Delivery.FAILED, Delivery.QUEUED) else ""
        Message.objects.filter(id=message_id).update(delivery=state, error_code=shown)
        if state == Delivery.FAILED:
            transaction.on_commit(lambda: _tell_console(message.conversation_id))
    return state


def _tell_console(conversation_id: uuid.UUID) -> None:
    events.publish(events.changed(conversation_id))
