"""How delivery states combine: news from the provider may come in any order, twice, or before the send call returns."""

from __future__ import annotations

from collections.abc import Iterable

from support.models.conversation import Delivery

# Failure can follow "sent" but never "delivered"; "read" is the end. The greater always wins, so order cannot matter.
RANK = {
    Delivery.RECEIVED: 0,
    Delivery.QUEUED: 0,
    Delivery.HELD: 0,
    Delivery.CANCELLED: 0,
    Delivery.SENDING: 1,
    Delivery.UNKNOWN: 2,
    Delivery.SENT: 3,
    Delivery.FAILED: 4,
    Delivery.DELIVERED: 5,
    Delivery.READ: 6,
}

# https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
FROM_TWILIO = {
    "accepted": Delivery.SENT,
    "scheduled": Delivery.SENT,
    "queued": Delivery.SENT,
    "sending": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "failed": Delivery.FAILED,
    "undelivered": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}

# Failures the provider itself may report later on and that pass with time; every other one is final.
TRANSIENT_CODES = frozenset({"20429", "63016", "63018"})


def later(one: str, other: str) -> Delivery:
    """The state that stands after both were reported."""
    return max(Delivery(one), Delivery(other), key=RANK.__getitem__)


def whole(parts: Iterable[str]) -> Delivery:
    """The state of a message from those of its parts: failed if any part failed, else the least advanced."""
    states = [Delivery(state) for state in parts]
    if Delivery.FAILED in states:
        return Delivery.FAILED
    return min(states, key=RANK.__getitem__)
