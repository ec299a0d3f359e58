"""The cache of voices in the bench's Redis: how soon a hit is whole, and whether anybody reads another's entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from django.conf import settings

from chatbot import brand as brands
from chatbot.types import Act
from chatbot.voices.cache import CachedVoice
from chatbot.voices.caching import SHARED, Key, Rules
from chatbot.voices.ports import Brief, Draft
from support.bench.figures import milliseconds
from support.bench.report import Row, at_most
from support.voices.cache import RedisStore
from support.voices.sealing import seal, unseal

CUSTOMERS = 200
HITS = 2_000
TRIES = 10_000
WORDS = "C'est bien noté 🙂 Votre dossier {number} est ouvert, je vous écris dès qu'il avance."
BRIEF = Brief((Act("claim.filed", ("number",)),), model=(WORDS,), generation="bench")


@dataclass(slots=True)
class _Says:
    """A voice that says one thing."""

    tier: str = "standard"

    def speak(self, brief: Brief, seed: str) -> Draft:
        return Draft(iter((WORDS,)), self.tier)

    def answers_open(self, brand: str) -> bool:
        return False


def rows() -> list[Row]:
    """Needs a Redis at ``settings.REDIS_URL``, and leaves nothing in it."""
    store, rules = RedisStore(), Rules.read(brands.load(settings.BRAND).caching)
    voice = CachedVoice(_Says(), store, lambda _: rules, lambda _: {"tier": "standard", "model": "bench"})
    customers = [f"bench-{number}" for number in range(CUSTOMERS)]
    try:
        for customer in customers:
            _hear(voice, customer)
        took = [_hear(voice, customers[number % CUSTOMERS]) for number in range(HITS)]
    finally:
        for customer in customers:
            store.forget(customer)
    hits = [seconds for seconds, tier in took if tier.startswith("cache:")]
    return [
        Row("cache: hits among what was said before", 100 * len(hits) / HITS, "%"),
        Row("cache: whole reply of a hit, p50", milliseconds(hits, 0.5), "ms"),
        at_most(50, "cache: whole reply of a hit, p95", milliseconds(hits, 0.95), "ms"),
        at_most(0, f"cache: another's entry readable, of {TRIES} tries", float(sum(_tries())), ""),
    ]


def _hear(voice: CachedVoice, customer: str) -> tuple[float, str]:
    """Seconds until a reply is whole, and the tier that spoke."""
    begun = time.perf_counter()
    draft = voice.speak(replace(BRIEF, brand=settings.BRAND, customer=customer), customer)
    for _ in draft:
        pass
    took = time.perf_counter() - begun
    draft.judged(True)
    draft.close()
    return took, draft.tier


def _tries() -> Iterator[bool]:
    """Whether a sealed entry opened for another customer, under another text, edited, or for everybody."""
    rng = Random(0)
    for number in range(TRIES):
        key = Key("bench", "account", f"customer-{number}", f"text-{number}")
        sealed = seal(key, "0", b"words")
        at = rng.randrange(len(sealed))
        edited = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        other, changed = rng.choice(
            (
                (replace(key, owner=f"customer-{number + 1}"), sealed),
                (replace(key, owner=SHARED), sealed),
                (replace(key, text=f"text-{number + 1}"), sealed),
                (key, edited),
            )
        )
        yield unseal(other, "0", changed) is not None
