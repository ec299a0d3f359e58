"""Customers who write while agents have their pages open: how soon after its storing a message is on a screen."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from support.bench.desk.outside import MARKER, Browser, marker
from support.bench.load.http import Answers, post_paced, request
from support.bench.load.sockets import Socket
from support.bench.stack import Stack

PATH = "/webhooks/whatsapp/"
PACE = 20  # messages a second, of all customers together
SENTENCES = ("et alors, {} ?", "j'attends depuis ce matin {}", "{} c'est toujours pas arrivé", "merci de regarder {}")


@dataclass(slots=True)
class Screen:
    """One open page: when it first showed each message, by the wall clock."""

    case: str
    shown: dict[str, float] = field(default_factory=dict)

    def hear(self, frame: str) -> None:
        """Note which messages stand in a frame."""
        now = time.time()
        for word in MARKER.findall(frame):
            self.shown.setdefault(word, now)


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of it. ``sent`` maps a message's word to the place of its customer."""

    screens: list[Screen]
    sent: dict[str, int]
    answers: Answers
    lost: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks and who writes: a page for each session, one in five of them on a case, ``numbers`` in turn."""

    sessions: Sequence[str]
    cases: Sequence[str]
    numbers: Sequence[str]


async def watch(stack: Stack, desk: Desk, seconds: int, settle: float) -> Watched:
    """Customers write for so many ``seconds``; ``settle`` seconds pass before and after."""
    screens, sockets, browsers = [], [], [Browser(stack.port, session) for session in desk.sessions]
    for place, browser in enumerate(browsers):
        screen = Screen(desk.cases[place] if place % 5 == 0 else "")
        screens.append(screen)
        sockets.append(await browser.socket(screen.hear, screen.case))
    await asyncio.sleep(settle)
    count = min(PACE, len(desk.numbers)) * seconds
    sent = {marker(number): number % len(desk.numbers) for number in range(count)}
    answers = await post_paced(stack.port, list(_posts(stack, desk.numbers, list(sent))), min(PACE, len(desk.numbers)))
    await asyncio.sleep(settle)
    return Watched(screens, sent, answers, _close(sockets))


def _close(sockets: Sequence[Socket]) -> int:
    lost = sum(socket.closed for socket in sockets)
    for socket in sockets:
        socket.abort()
    return lost


def _posts(stack: Stack, numbers: Sequence[str], words: Sequence[str]) -> Iterator[bytes]:
    validator = RequestValidator(stack.auth_token)
    for place, word in enumerate(words):
        sid, sender = "SM" + secrets.token_hex(16), f"whatsapp:{numbers[place % len(numbers)]}"
        fields = {
            "MessageSid": sid, "SmsMessageSid": sid, "AccountSid": stack.env["TWILIO_ACCOUNT_SID"], "From": sender,
            "To": "whatsapp:+2252522018730", "Body": SENTENCES[place % len(SENTENCES)].format(word), "NumMedia": "0",
            "WaId": sender[10:], "MessageType": "text", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        signature = validator.compute_signature(stack.public_url + PATH, fields)
        yield request(stack.port, PATH, urlencode(fields).encode(), {"X-Twilio-Signature": signature})
