"""The whole house around a router: rows in the database, breakers in Redis, a server that fails as told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.conf import LazySettings
from structlog.testing import capture_logs

from chatbot.voices.ports import Brief
from chatbot.voices.router import Router
from support.models import EngineCall, VoiceDeployment, VoicePrice, VoiceSwitch
from support.voices.breaker import RedisBreakers
from support.voices.gauges import RedisGauges
from support.voices.roster import HouseRoster
from support.voices.routing import router
from tests.openai_server import FakeOpenAI, Script
from tests.routing import BRAND, BRIEF, PLAN, SHORT, TEMPLATE, Told, told

pytestmark = pytest.mark.django_db
GOOD = "Votre dossier {case_number} est en cours de traitement. Je vous tiens au courant."
ASKED = replace(BRIEF, model=(TEMPLATE.words(PLAN.acts[0], "angry"),))


@pytest.fixture(scope="module")
def running() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
def server(running: FakeOpenAI, settings: LazySettings) -> FakeOpenAI:
    """Two regions of the standard tier, priced and switched on."""
    settings.VOICE_KEYS = {"VOICE_KEY_HERE": "secret-key"}
    running.forget()
    running.always(Script(text=GOOD))
    VoiceSwitch.objects.update_or_create(brand=BRAND.slug, defaults={"remote": True, "open_questions": True})
    for name in ("east", "west"):
        place = VoiceDeployment.objects.create(
            name=name,
            provider="azure",
            tier="standard",
            model=name,
            base_url=running.azure_url,
            api_version="2024-10-21",
            key_variable="VOICE_KEY_HERE",
            enabled=True,
        )
        VoicePrice.objects.create(
            deployment=place, number=1, version=f"{name}@1", input_usd=2, output_usd=10, cached_usd=1
        )
    return running


@pytest.fixture
def voice(server: FakeOpenAI) -> Router:
    return router(BRAND, template=TEMPLATE, roster=HouseRoster(), limits=SHORT)


def say(voice: Router, brief: Brief = ASKED) -> Told:
    return told(voice, PLAN, replace(brief, deadline=time.perf_counter() + 9.0))


def test_a_fault_is_followed_by_the_other_region_and_both_calls_are_in_the_ledger(
    server: FakeOpenAI, voice: Router
) -> None:
    server.play(Script(fault="server"))
    assert say(voice).spoken == [("azure:standard", "passed")]
    first, second = EngineCall.objects.exclude(deployment="").order_by("id")
    assert (first.outcome, first.cost_usd, second.outcome) == ("server", Decimal(0), "ok") and second.cost_usd > 0
    assert [seen.deployment for seen in server.requests] == [first.deployment, second.deployment]
    assert second.tokens_out == server.requests[1].completion_tokens
    breakers, gauges = RedisBreakers(), RedisGauges()
    assert {name: state.failures for name, state in breakers.states().items()} == {first.deployment: 1}
    assert gauges.first_words(first.deployment) is None and gauges.first_words(second.deployment) is not None
    assert gauges.premium_share(BRAND.slug) == (0.0, 2) and gauges.sticky("c") == "standard"


def test_a_brand_out_of_money_asks_nobody(server: FakeOpenAI, voice: Router) -> None:
    VoiceSwitch.objects.filter(brand=BRAND.slug).update(daily_usd=0)
    assert say(voice).spoken == [("router", "no_budget"), ("template", "passed")] and not server.requests


def test_what_a_person_has_to_see_to_is_in_the_log_without_a_word_of_the_request(
    server: FakeOpenAI, voice: Router
) -> None:
    server.always(Script(fault="unauthorised", message="wrong key secret-key"))
    with capture_logs() as logs:
        say(voice)
    assert (
        sorted(log["event"] for log in logs if log["log_level"] == "warning")
        == ["breaker_opened"] * 2 + ["voice_refused"] * 2
    )
    assert "secret-key" not in repr(logs)


def test_open_questions_follow_the_operators_switch(server: FakeOpenAI, voice: Router) -> None:
    assert voice.answers_open(BRAND.slug)
    VoiceSwitch.objects.filter(brand=BRAND.slug).update(open_questions=False)
    assert not router(BRAND, template=TEMPLATE, roster=HouseRoster()).answers_open(BRAND.slug)
