"""The assistant's turn that a person asked for when giving the conversation back: done once, if it may still speak."""

from __future__ import annotations

import uuid
from contextlib import closing
from typing import Literal

import structlog
from django.conf import settings

from chatbot import turn, types
from chatbot.dialogue.state import StateError
from support import clock, db, desk, doorbell, instructions, turns, worker_mind
from support.leases import Lease, LeaseLost, acquire
from support.models import Author, Conversation, Message, Owner
from support.speaking import Interrupted

log = structlog.get_logger(__name__)
BUSY_SECONDS = 2.0
Outcome = Literal["said", "nothing", "left", "busy"]


def run(conversation_id: uuid.UUID) -> Outcome:
    """Do what is due. A message of the customer's own is answered first; what fails is tried again by the sweeper."""
    if not (instruction := instructions.instruction_for(conversation_id)):
        return "left"
    lease = acquire(conversation_id, "turn", settings.TURN_LEASE_SECONDS, unasked=True)
    outcome: Outcome = "busy"
    if lease is not None:
        try:
            outcome = _one(lease, instruction)
        except (Interrupted, LeaseLost):
            outcome = "busy"
        finally:
            lease.release()
    if outcome == "busy":
        doorbell.ring_instruction(conversation_id, BUSY_SECONDS)
    log.info("instruction", conversation=str(conversation_id), instruction=instruction, outcome=outcome)
    return outcome


def _one(lease: Lease, instruction: str) -> Outcome:
    conversation = lease.row
    if conversation.inbound_seq > conversation.handled_seq:
        doorbell.ring_turn(conversation.id)  # its turn may have found the lease taken
        return "busy"
    last = conversation.messages.filter(author=Author.CUSTOMER).order_by("-seq").first()
    if last is None or conversation.owner == Owner.AGENT or not instructions.may_speak(conversation):
        with db.write():
            instructions.done(conversation.id)
        return "left"
    return _speak(lease, conversation, last, _words(conversation, instruction))


def _speak(lease: Lease, conversation: Conversation, last: Message, happened: list[types.Event]) -> Outcome:
    with db.write():
        turns.commit(lease, conversation, [last], happened)
        instructions.done(conversation.id)
    return "said" if any(isinstance(event, types.Reply) for event in happened) else "nothing"


def _words(conversation: Conversation, instruction: str) -> list[types.Event]:
    surroundings, mind = desk.at(conversation, clock.now()), worker_mind.with_voice(conversation.brand)
    state = conversation.state
    try:
        with closing(turn.follow(mind, state, instruction, surroundings)) as events:
            return list(events)
    except StateError:
        log.exception("state_damaged", conversation=str(conversation.id))
        return list(turn.follow(mind, {}, instruction, surroundings))
