"""What a message becomes on its way to WhatsApp: its files, one each, then its words in parts that are taken.

Files go first, so that no words arrive that speak of a file which did not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from support import file_links
from support.delivery import plan
from support.models import Attempt, Delivery, Message
from support.transports.whatsapp.signature import public_url
from support.transports.whatsapp.split import split

WITH_THE_PROVIDER = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.SENDING, Delivery.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Part:
    """One message for the provider: words, or a file of ours."""

    body: str = ""
    file: str = ""

    def media(self) -> str:
        """Where the provider fetches the file from; "" for words."""
        return public_url(file_links.path(self.file)) if self.file else ""


def parts_of(message: Message) -> list[Part]:
    """The parts of a message, in the order they leave."""
    attached = [Part(file=each["file"]) for each in message.attachments if "file" in each]
    return [*attached, *(Part(body=words) for words in split(message.text))]


def left_to_say(message: Message, attempts: Iterable[Attempt]) -> list[Part]:
    """What of a failed message may be said again: parts that the provider has are not said twice."""
    last = plan.latest(attempts)
    return [
        part
        for number, part in enumerate(parts_of(message))
        if number not in last or last[number].state not in WITH_THE_PROVIDER
    ]
