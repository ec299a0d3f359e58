"""The simulated telephones: who they are, what they write, what they have seen."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from support import clock, db
from support.models import SimulatedMedia, SimulatedMessage, SimulatedPhone

CONTACTS = {
    "+2250700000001": "Awa",
    "+2250700000002": "Koffi",
    "+2250700000003": "Mariam",
    "+2250700000004": "Yao",
}
MAX_PHONES = 12
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})  # what Twilio takes for opting out
START = frozenset({"START", "YES", "UNSTOP"})
SWITCHES = ("online", "receipts")


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as a phone sends it."""

    content: bytes
    content_type: str


def new_sid(kind: str) -> str:
    """An identifier like Twilio's: two letters for the kind and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)


def everyone() -> list[SimulatedPhone]:
    """All phones, the contacts first; they come into being when first asked for."""
    known = set(SimulatedPhone.objects.filter(number__in=CONTACTS).values_list("number", flat=True))
    for number, name in CONTACTS.items():
        if number not in known:
            phone(number, name)
    return list(SimulatedPhone.objects.order_by("number")[:MAX_PHONES])


def phone(number: str, name: str = "") -> SimulatedPhone:
    """The phone with this E.164 number."""
    with db.write():
        return SimulatedPhone.objects.get_or_create(
            number=number, defaults={"name": name or CONTACTS.get(number, f"… {number[-4:]}")}
        )[0]


def write(number: str, text: str, pictures: Sequence[Picture] = ()) -> SimulatedMessage:
    """The phone writes; the bubble exists, nothing has been sent yet. STOP and START are heeded as Twilio does."""
    sid = new_sid("MM" if pictures else "SM")
    with db.write():
        sender = SimulatedPhone.objects.select_for_update().get(number=number)
        if (word := text.strip().upper()) in STOP | START:
            sender.opted_out = word in STOP
            sender.save(update_fields=["opted_out"])
        kept = [
            SimulatedMedia.objects.create(
                sid=new_sid("ME"), message=sid, content=each.content, content_type=each.content_type
            )
            for each in pictures
        ]
        return SimulatedMessage.objects.create(
            sid=sid,
            phone=sender,
            from_phone=True,
            body=text,
            media=[{"sid": each.sid, "content_type": each.content_type} for each in kept],
            status="sending",
            seen=True,
            at=clock.now(),
        )


def settle(sid: str, status: str, error_code: str = "") -> None:
    """Note where a message stands now."""
    with db.write():
        SimulatedMessage.objects.filter(sid=sid).update(status=status, error_code=error_code)


def switch(number: str, name: str, on: bool) -> None:
    """Turn a switch of SWITCHES."""
    with db.write():
        SimulatedPhone.objects.filter(number=number).update(**{name: on})


def fail_next(number: str, code: str) -> None:
    """Make the next message to this phone fail with ``code``; "" takes that back."""
    with db.write():
        SimulatedPhone.objects.filter(number=number).update(fail_next=code)


def look(number: str) -> None:
    """Someone looks at this phone: what is on it has been seen, so far as it has arrived."""
    arrived = Q(status__in=["delivered", "read"])
    unseen = SimulatedMessage.objects.filter(arrived, phone=number, from_phone=False, seen=False)
    if unseen.exists():
        with db.write():
            unseen.update(seen=True)


def forget(number: str) -> None:
    """Empty a phone's conversation here; what the service stored is its own affair."""
    with db.write():
        sids = list(SimulatedMessage.objects.filter(phone=number).values_list("sid", flat=True))
        SimulatedMedia.objects.filter(message__in=sids).delete()
        SimulatedMessage.objects.filter(phone=number).delete()
