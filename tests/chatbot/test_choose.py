"""Who may word a brief: the fastest voice for what is plain; stronger ones by need, mood and complexity."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot import brand as brands
from chatbot.types import Act, Mood
from chatbot.voices.choose import Chooser, Threshold, score
from chatbot.voices.gauges import LocalGauges
from chatbot.voices.policy import Policy
from chatbot.voices.ports import Brief, Need, Tier
from support.bench.voices.drift import drifting, premium_calls, shares

POLICY = Policy.of(brands.load("easytransfert"))
PLAIN = Brief((Act("ask.amount"),), brand="x", conversation="c")
ANGRY = replace(PLAIN, mood="angry")
OPEN = Brief(
    (Act("answer", quote="…", source="a@1"),), heard="est-ce que je peux payer plus tard", open=True, brand="x"
)
HARD = replace(OPEN, mood="angry", heard="x" * 300)


def chooser(calls: int = 100) -> Chooser:
    """One in the middle of an hour with ``calls`` calls, none of them premium."""
    gauges = LocalGauges(lambda: 0.0)
    for _ in range(calls):
        gauges.count_call("x", "standard")
    return Chooser(POLICY, gauges)


def test_what_is_plain_needs_no_tier() -> None:
    moods: tuple[Mood, ...] = ("pos", "neu", "neg")
    assert [chooser().tiers(replace(PLAIN, mood=mood)) for mood in moods] == [(), (), ()]


def test_an_operator_may_prefer_a_tier_for_it() -> None:
    preferring = Chooser(replace(POLICY, plain="economy"), LocalGauges(lambda: 0.0))
    assert preferring.tiers(PLAIN) == ("economy", "standard")


@pytest.mark.parametrize(
    ("need", "tiers"),
    [
        ("speed", ("economy", "standard")),
        ("creativity", ("standard", "economy", "premium")),
        ("analysis", ("premium", "standard", "economy")),
    ],
)
def test_a_need_is_answered_by_its_tier(need: Need, tiers: tuple[Tier, ...]) -> None:
    assert chooser().tiers(replace(PLAIN, need=need)) == tiers


def test_open_questions_never_go_to_the_economy_tier() -> None:
    assert chooser().tiers(OPEN) == ("standard", "premium")
    assert chooser().tiers(replace(OPEN, need="speed")) == ("standard",)
    assert chooser().tiers(HARD) == ("premium", "standard")


def test_an_angry_customer_gets_at_least_the_standard_tier() -> None:
    assert chooser().tiers(ANGRY) == ("standard", "economy", "premium")


def test_a_brief_with_more_to_say_scores_higher() -> None:
    weights = POLICY.weights
    longer = replace(PLAIN, acts=(*PLAIN.acts, Act("claim.filed", ("number",))))
    scores = [score(brief, weights) for brief in (PLAIN, longer, ANGRY, OPEN, HARD)]
    assert scores == sorted(scores) and len(set(scores)) == 5 and scores[0] >= 0 and scores[-1] <= 1
    assert score(replace(HARD, acts=HARD.acts * 50), weights) == 1.0


def test_a_conversation_keeps_its_tier() -> None:
    choices = chooser()
    hard = replace(HARD, conversation="c")
    assert choices.tiers(hard)[0] == "premium"
    assert choices.tiers(replace(OPEN, conversation="c"))[0] == "premium"
    assert choices.tiers(replace(OPEN, conversation="d"))[0] == "standard"
    assert choices.tiers(replace(hard, conversation="d"))[0] == "standard"


def test_a_weak_tier_is_not_kept_where_a_stronger_one_is_deserved() -> None:
    gauges = LocalGauges(lambda: 0.0)
    gauges.stick("c", "economy")
    assert Chooser(POLICY, gauges).tiers(ANGRY)[0] == "standard" and gauges.sticky("c") == "standard"


def test_the_cap_of_an_hour_is_never_passed() -> None:
    now = 0.0
    gauges = LocalGauges(lambda: now)
    choices = Chooser(POLICY, gauges)
    for _ in range(400):
        tier = choices.tiers(replace(HARD, need="analysis", conversation="c"))[0]
        choices.count(HARD, tier)
        assert gauges.premium_share("x")[0] <= POLICY.premium.cap
    assert gauges.premium_share("x")[0] == POLICY.premium.cap
    assert "premium" not in choices.tiers(OPEN)
    now = 3600.0
    for _ in range(3):
        choices.count(OPEN, "standard")
    assert choices.tiers(replace(HARD, need="analysis"))[0] == "premium"


def test_an_experiment_decides_for_its_arm() -> None:
    for tier, first in [("economy", "economy"), ("azure:premium", "premium"), ("standard", "standard")]:
        assert chooser(0).tiers(replace(HARD, arm={"tier": tier}))[0] == first
    assert chooser().tiers(replace(HARD, arm={"tier": "local"})) == ()


@pytest.mark.parametrize("turns", [1, 4], ids=["new customers", "conversations of four"])
def test_premium_keeps_its_share_while_the_load_drifts(turns: int) -> None:
    spoken = premium_calls(POLICY, turns)
    assert len(spoken) == 10_000 and 0.17 <= sum(spoken) / 10_000 <= 0.23
    assert all(0.17 <= share <= 0.23 for share in shares(spoken, 1000)), shares(spoken, 1000)


def test_a_threshold_that_stands_still_would_not_keep_it() -> None:
    lot, calls = random.Random(3), 4000
    over = []
    for position in (0.0, 1.0):
        scores = [score(drifting(position, lot), POLICY.weights) for _ in range(calls)]
        over.append(sum(value >= POLICY.premium.start for value in scores) / calls)
    assert over[1] > 3 * over[0], over


def test_a_threshold_does_not_run_away_while_premium_is_out_of_reach() -> None:
    threshold = Threshold(POLICY.premium)
    for _ in range(10_000):
        threshold.saw("standard")
    assert threshold.value == 0.0
    for _ in range(10_000):
        threshold.saw("premium")
    assert threshold.value == pytest.approx(1.0 + POLICY.premium.step)


def test_a_bad_field_is_named(tmp_path: Path) -> None:
    brand = brands.load("easytransfert")
    with pytest.raises(brands.BrandError, match=r"needs\.speed"):
        Policy.of(replace(brand, routing={**brand.routing, "needs": {"speed": "fast"}}))
    with pytest.raises(brands.BrandError, match=r"tiers\.economy\.max_tokens"):
        Policy.of(replace(brand, routing={**brand.routing, "tiers": {"economy": {"temperature": 0.5}}}))
