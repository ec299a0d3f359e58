"""A thousand pairs of customers share a warm cache: no fact of one is ever in the other's reply."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from random import Random

import pytest

from chatbot.hearing import Ear
from chatbot.simulation.shapes import new_amount, new_operator_id, new_phone, new_reference
from chatbot.turn import Mind, take_turn
from chatbot.types import ClaimView, Desk, Incoming, Reply, Spoken
from chatbot.voices.cache import CachedVoice
from chatbot.voices.caching import Rules
from chatbot.voices.ports import Brief, Draft, Voice
from support.voices.cache import RedisStore
from tests.environment import VAR_DIR
from tests.telling_customers import plain

PAIRS = 1000
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ASKS = "où en est mon dossier ?"


@dataclass
class Words:
    """The template's words under a tier that may be kept, counted."""

    voice: Voice
    tier: str = "standard"
    spoken: int = 0
    briefs: list[Brief] = field(default_factory=list)

    def speak(self, brief: Brief, seed: str) -> Draft:
        self.spoken += 1
        self.briefs.append(brief)
        return Draft(iter(self.voice.speak(brief, seed)), self.tier)

    def answers_open(self, brand: str) -> bool:
        return False


@pytest.fixture(scope="module")
def bare() -> Mind:
    """The brand's mind; what it understood of a text once, it need not find out two thousand times."""
    mind = Mind.load("easytransfert", VAR_DIR / "models")
    normalise = cache(mind.ear.normalise)
    understand = cache(mind.ear.understand)
    return replace(mind, ear=Ear(normalise, lambda part, text, asked: understand(part, text, tuple(asked))))


def cached(mind: Mind) -> tuple[Mind, Words]:
    words = Words(mind.template)
    rules = Rules.read(mind.brand.caching)
    voice = CachedVoice(words, RedisStore(), lambda _: rules, lambda _: {"tier": "standard", "model": "m"})
    return replace(mind, voice=voice), words


def claim(rng: Random) -> ClaimView:
    """A claim with a sum, a phone, a reference and an operator's id of its own."""
    slots = {
        "easytransfert_id": new_reference(rng),
        "operator_tx_id": new_operator_id("Wave", rng),
        "amount_fcfa": new_amount(rng) + rng.randrange(1, 99) * 5,
        "recipient_msisdn": new_phone("Orange", rng),
        "from_operator": "Wave",
        "to_operator": "Orange",
    }
    number = f"AK-{rng.randrange(100_000, 999_999)}"
    return ClaimView(number, "debited_not_received", rng.choice(("received", "processing")), NOW, NOW, slots)


def facts(view: ClaimView) -> list[str]:
    """What is this customer's alone."""
    own = (view.number, *(view.slots[name] for name in view.slots if not name.endswith("_operator")))
    return [plain(str(value)) for value in own]


def theirs(one: ClaimView, other: ClaimView, reply: str) -> list[str]:
    """Facts of ``one`` in the reply to ``other`` that are not by chance a part of a fact of ``other``."""
    own = " ".join(facts(other))
    return [fact for fact in facts(one) if fact in reply and fact not in own]


def asks(mind: Mind, customer: str, view: ClaimView, text: str = ASKS) -> tuple[str, list[str]]:
    """The reply to a customer with one claim, and the tiers that spoke."""
    desk = Desk(NOW, "whatsapp", lambda: "AK-1", claims=(view,), conversation=f"k-{customer}", customer=customer)
    events = list(take_turn(mind, {}, [Incoming(f"m-{customer}", text, NOW)], desk))
    replies = " ".join(event.text for event in events if isinstance(event, Reply))
    return replies, [event.tier for event in events if isinstance(event, Spoken)]


@pytest.fixture
def pairs() -> list[tuple[ClaimView, ClaimView]]:
    rng = Random(5)
    return [(claim(rng), claim(rng)) for _ in range(PAIRS)]


def test_no_fact_of_one_is_in_the_others_reply(bare: Mind, pairs: list[tuple[ClaimView, ClaimView]]) -> None:
    mind, _ = cached(bare)
    told, strangers, hits = 0, list[str](), 0
    for number, (first, second) in enumerate(pairs):
        asks(mind, f"a{number}", first)  # the cache is warm from here on
        reply, _ = asks(mind, f"b{number}", second)
        found = plain(reply)
        told += plain(second.number) in found
        strangers += theirs(first, second, found)
        if number % 10 == 0:
            again, spoken = asks(mind, f"a{number}", first)
            hits += spoken == ["cache:standard"]
            strangers += theirs(second, first, plain(again))
    assert strangers == []
    assert told == PAIRS  # every reply did speak of its own claim
    assert hits == PAIRS // 10  # and the cache was in use


def test_a_customers_words_are_worded_anew_for_another(bare: Mind) -> None:
    mind, words = cached(bare)
    rng = Random(1)
    view = claim(rng)
    asks(mind, "one", view)
    before = words.spoken
    assert before
    asks(mind, "one", view)
    assert words.spoken == before
    asks(mind, "two", view)
    assert words.spoken == 2 * before


def test_what_is_public_is_shared_and_holds_no_customer(bare: Mind) -> None:
    mind, words = cached(bare)
    rng = Random(2)
    for customer in range(12):
        asks(mind, f"c{customer}", claim(rng), "vous êtes un robot ?")
    assert 0 < words.spoken <= 4
    assert all(brief.public for brief in words.briefs)
