"""Claims, and those who settle them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from support import clock
from support.backoffice import tokens
from support.models import Channel, Claim, ClaimEvent, Conversation
from support.privacy.fields import blind_index
from tests.support.journeys import BRAND, let_quiet_pass, write
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn

Filed = Callable[..., Claim]
SLOTS = {
    "easytransfert_id": "EFB.31570264",
    "from_operator": "Wave",
    "to_operator": "Orange",
    "operator_tx_id": "T7A2N5TSAD33EUPVJ",
}


@pytest.fixture
def twilio(settings) -> Iterator[TwilioStandIn]:
    """A provider that takes everything."""
    with TwilioStandIn() as server:
        settings.TWILIO_API_BASE = server.url
        yield server


@pytest.fixture
def filed(transactional_db: None) -> Filed:
    """Files a claim for a customer who just wrote and was answered."""

    def make(
        number: str = "AK-204-7318",
        channel: Channel = Channel.WEB,
        address: str = "visitor:1",
        kind: str = "debited_not_received",
        **more: object,
    ) -> Claim:
        conversation = write("bonjour", channel, address).conversation
        let_quiet_pass(conversation)
        Conversation.objects.filter(id=conversation.id).update(handled_seq=conversation.inbound_seq, waiting_since=None)
        at = clock.now()
        slots = {
            name: {"value": value, "source": "", "at": at.isoformat(), "validity": "ok"}
            for name, value in SLOTS.items()
        }
        claim = Claim.objects.create(
            number=number, customer=conversation.customer, conversation=conversation, kind=kind, slots=slots,
            reference_index=blind_index("reference", SLOTS["easytransfert_id"]), filed_at=at, changed_at=at, **more,
        )  # fmt: skip
        ClaimEvent.objects.create(claim=claim, name="filed", at=at, recorded_at=at)
        return claim

    return make


@pytest.fixture
def office(transactional_db: None) -> Client:
    """A program of the back office."""
    return caller("backoffice")


def caller(*scopes: str) -> Client:
    """A program with a token."""
    _row, token = tokens.create("tests", scopes, BRAND)
    return Client(headers={"Authorization": f"Bearer {token}"})
