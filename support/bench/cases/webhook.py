"""Webhook acknowledgements while every worker is stopped: how many a second, and how long the slowest wait."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from support.bench.figures import median, milliseconds
from support.bench.load.http import CONNECTIONS, Answers, post_all, post_paced, request
from support.bench.processes import BenchError
from support.bench.report import Row, at_least, at_most
from support.bench.script import questions
from support.bench.setup import Setup
from support.bench.stack import Stack, bare, ours

TITLE = "webhook acknowledgements with every worker stopped"
PATH = "/webhooks/whatsapp/"
WARM_UP = 64
SHARE = 0.60
PACE = 50  # posts a second
SLOWEST_MS = 1_000.0


def run(setup: Setup) -> list[Row]:
    """On SQLite, and on PostgreSQL where there is a server."""
    servers = [("SQLite", ""), *([("PostgreSQL", setup.postgres)] if setup.postgres else [])]
    if not setup.postgres:
        setup.say("webhook: no --database-url, so PostgreSQL is not measured")
    return [row for name, server in servers for row in _on(setup, name, server)]


def _on(setup: Setup, name: str, server: str) -> list[Row]:
    with ours(server=server) as house, bare(server=server) as twin:
        return asyncio.run(_measure(setup, name, house, twin))


async def _measure(setup: Setup, name: str, house: Stack, twin: Stack) -> list[Row]:
    scale = setup.scale
    mine: list[Answers] = []
    plain: list[Answers] = []
    for stack in (house, twin):
        await post_all(stack.port, posts(stack, min(WARM_UP, scale.posts), scale.senders))
    for number in range(scale.rounds):
        for stack, answers in ((house, mine), (twin, plain)):
            answers.append(await post_all(stack.port, list(posts(stack, scale.posts, scale.senders))))
            stack.check()
            setup.say(f"webhook, {name}, round {number + 1}: {answers[-1].per_second:.0f}/s")
    paced = await post_paced(house.port, list(posts(house, PACE * scale.paced_seconds, scale.senders)), per_second=PACE)
    for each in (*mine, *plain, paced):
        if each.bad:
            raise BenchError(f"{each.bad} posts were not acknowledged: {dict(each.statuses)}")
    clients = f"webhook, {name}, {CONNECTIONS} clients"
    return [
        at_least(SHARE, f"{clients}: acknowledged", _rates(mine), _rates(plain)),
        Row(f"{clients}: p99", _p99(mine), "ms", _p99(plain)),
        at_most(SLOWEST_MS, f"webhook, {name}, {PACE} posts/s: p99", milliseconds(paced.latencies, 0.99), "ms"),
    ]


def _rates(rounds: list[Answers]) -> list[float]:
    return [answers.per_second for answers in rounds]


def _p99(rounds: list[Answers]) -> float:
    return median([milliseconds(answers.latencies, 0.99) for answers in rounds])


def posts(stack: Stack, count: int, senders: int) -> Iterator[bytes]:
    """Signed posts as Twilio makes them, each message new, from ``senders`` numbers in turn."""
    validator = RequestValidator(stack.auth_token)
    account = stack.env.get("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    for number, text in zip(range(count), questions(), strict=False):
        sid = "SM" + secrets.token_hex(16)
        sender = f"whatsapp:+22507{number % senders:08d}"
        fields = {
            "SmsMessageSid": sid, "NumMedia": "0", "ProfileName": "Cliente", "MessageType": "text", "SmsSid": sid,
            "WaId": sender[10:], "SmsStatus": "received", "Body": text, "To": "whatsapp:+2252522018730",
            "NumSegments": "1", "MessageSid": sid, "AccountSid": account, "From": sender, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        signature = validator.compute_signature(stack.public_url + PATH, fields)
        yield request(stack.port, PATH, urlencode(fields).encode(), {"X-Twilio-Signature": signature})
