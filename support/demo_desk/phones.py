"""The simulator's telephones of those who wrote lately: an agent's answer goes out, as it would to them."""

from __future__ import annotations

from support.demo_desk.rows import Stage
from support.models import Author, Channel, SimulatedMessage, SimulatedPhone
from support.simulator.phones import new_sid
from support.simulator.provider import WINDOW


def ring(stage: Stage) -> None:
    """A phone for each WhatsApp number whose window is open, with its last words on it."""
    last = {message.conversation_id: message for message in stage.rows.messages if message.author == Author.CUSTOMER}
    lately = [
        (conversation.identity.value, last[conversation.id])
        for conversation in stage.rows.conversations
        if conversation.channel == Channel.WHATSAPP
        and conversation.id in last
        and last[conversation.id].at > stage.now - WINDOW
    ]
    SimulatedPhone.objects.bulk_create(
        [SimulatedPhone(number=number, name=f"… {number[-4:]}") for number, _ in lately], ignore_conflicts=True
    )
    SimulatedMessage.objects.bulk_create(
        SimulatedMessage(
            sid=new_sid("SM"),
            phone_id=number,
            from_phone=True,
            body=message.text,
            status="read",
            seen=True,
            at=message.at,
        )
        for number, message in lately
    )
