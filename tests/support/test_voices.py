"""Remote voices as operators run them: switched without a restart, loaded from a file, watched over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from chatbot.types import Spoken
from chatbot.voices.ports import Brief, Settled, Usage
from support import db, recent, turn_rows
from support.celery import load_the_mind
from support.models import AuditEvent, EngineCall, VoiceDeployment, VoicePrice, VoiceSwitch
from support.voices import alerts, changes
from support.voices.ledger import HouseLedger
from support.voices.roster import HOUSE, HouseRoster, UnpricedError
from tests.support.journeys import write

pytestmark = pytest.mark.django_db(transaction=True)
FILE = """
[[deployment]]
name = "france"
provider = "azure"
tier = "premium"
model = "gpt"
base_url = "https://france.example"
api_version = "2024-10-21"
key_variable = "VOICE_KEY_FRANCE"
brands = ["easytransfert"]
enabled = true
price = { input = "2.50", output = 10, cached = 1.25 }

[[deployment]]
name = "last"
provider = "openai"
tier = "premium"
model = "gpt"
base_url = "https://openai.example/v1"
key_variable = "VOICE_KEY_OPENAI"
enabled = true
price = { input = "3", output = "12", cached = "1.50" }

[[switch]]
brand = "easytransfert"
daily_usd = "80"
"""


@pytest.fixture
def load(tmp_path: Path, settings: Any) -> Callable[..., str]:
    """``manage.py voices load`` of a text; returns what it says."""
    settings.VOICE_KEYS = {"VOICE_KEY_FRANCE": "k1", "VOICE_KEY_OPENAI": "k2"}

    def run(content: str = FILE) -> str:
        file = tmp_path / "voices.toml"
        file.write_text(content)
        call_command("voices", "load", str(file), stdout=(out := StringIO()))
        return out.getvalue()

    return run


def names(roster: HouseRoster, brand: str = "easytransfert", tier: Any = "premium") -> list[str]:
    return [one.name for one in roster.deployments(brand, tier)]


# The roster ---------------------------------------------------------------------------------------------------------


def test_a_deployment_comes_with_its_price_and_its_key_which_is_never_printed(load: Callable[..., str]) -> None:
    load()
    (place,) = HouseRoster().deployments("easytransfert", "premium")
    assert (place.name, place.key, place.price.version, place.price.output) == ("france", "k1", "france@1", Decimal(10))
    assert "k1" not in repr(place)


def test_openai_itself_is_asked_only_where_the_brand_allows_and_last(load: Callable[..., str]) -> None:
    load(FILE.replace('"france"', '"zuerich"'))
    assert names(HouseRoster()) == ["zuerich"]
    VoiceSwitch.objects.update(openai=True)
    assert names(HouseRoster()) == ["zuerich", "last"]


@pytest.mark.parametrize("switch", ["remote", "premium"])
def test_a_switch_acts_within_two_seconds(switch: str, load: Callable[..., str]) -> None:
    load()
    roster = HouseRoster()
    assert names(roster) == ["france"]
    VoiceSwitch.objects.filter(brand="easytransfert").update(**{switch: False})
    assert names(roster) == ["france"]
    recent.forget()  # what two seconds do: test_recent.py
    assert names(roster) == []


def test_what_an_operator_saves_here_is_seen_at_once(load: Callable[..., str]) -> None:
    load()
    assert HOUSE.answers_open("easytransfert")
    row = VoiceSwitch.objects.get(brand="easytransfert")
    row.open_questions = False
    changes.save_switch(row, None)
    assert not HOUSE.answers_open("easytransfert")


def test_a_deployment_of_other_brands_is_not_ours(load: Callable[..., str]) -> None:
    load()
    assert names(HouseRoster(), "other") == []


def test_one_without_its_key_is_left_alone(load: Callable[..., str], settings: Any) -> None:
    load()
    settings.VOICE_KEYS = {}
    assert names(HouseRoster()) == []


def test_without_a_price_nothing_starts_and_nothing_is_called(load: Callable[..., str]) -> None:
    load()
    HouseRoster().check()
    VoicePrice.objects.filter(deployment__name="france").update(valid_from=timezone.now() + timedelta(hours=1))
    with pytest.raises(UnpricedError, match="'france' is enabled and has no price"):
        HouseRoster().check()
    assert names(HouseRoster()) == []


def test_a_worker_does_not_start_without_a_price(load: Callable[..., str]) -> None:
    load()
    VoicePrice.objects.all().delete()
    with pytest.raises(SystemExit, match="has no price in force"):  # Celery only logs other errors of a signal
        load_the_mind()


def test_a_new_price_is_in_force_from_its_moment_on(load: Callable[..., str]) -> None:
    load()
    row = VoiceDeployment.objects.get(name="france")
    later = VoicePrice(
        deployment=row, valid_from=timezone.now() + timedelta(hours=1), input_usd=9, output_usd=9, cached_usd=9
    )
    changes.add_price(later, None)
    assert [one.price.version for one in HouseRoster().deployments("easytransfert", "premium")] == ["france@1"]
    VoicePrice.objects.filter(pk=later.pk).update(valid_from=timezone.now())
    assert [one.price.version for one in HouseRoster().deployments("easytransfert", "premium")] == ["france@2"]


# The file -----------------------------------------------------------------------------------------------------------


def test_a_file_taken_twice_changes_nothing(load: Callable[..., str]) -> None:
    assert "2 palier(s) et 1 marque(s)" in load()
    acts = AuditEvent.objects.count()
    load()
    assert AuditEvent.objects.count() == acts
    assert VoicePrice.objects.count() == VoiceDeployment.objects.filter(enabled=True).count() == 2
    assert VoiceSwitch.objects.get(brand="easytransfert").daily_usd == 80


def test_a_changed_price_becomes_the_next_version(load: Callable[..., str]) -> None:
    load()
    load(FILE.replace("output = 10", "output = 11"))
    assert [row.version for row in VoicePrice.objects.filter(deployment__name="france")] == ["france@2", "france@1"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('tier = "premium"', 'tier = "best"', "deployment 'france': field 'tier'"),
        ("https://france.example", "http://france.example", "deployment 'france': field 'base_url'"),
        ("VOICE_KEY_OPENAI", "SECRET_KEY", "deployment 'last': field 'key_variable'"),
        ('output = "12"', 'output = "much"', "deployment 'last': price: field 'output'"),
        ('output = "12"', 'output = "-1"', "deployment 'last': field 'output_usd'"),
        ('cached = "1.50"', 'cashed = "1.50"', "deployment 'last': price: field 'cashed'"),
        ('price = { input = "3", output = "12", cached = "1.50" }', "", "deployment 'last': field 'enabled'"),
        ("enabled = true", 'enabled = "yes"', "deployment 'france': field 'enabled'"),
        ('name = "france"', "", "deployment 1: field 'name'"),
        ('daily_usd = "80"', "daily = 80", "switch 'easytransfert': field 'daily'"),
        ('daily_usd = "80"', "daily_usd = -1", "switch 'easytransfert': field 'daily_usd'"),
        ("[[switch]]", "[[switches]]", "field 'switches'"),
        ("[[switch]]", "[[switch]", "line 24"),
    ],
)
def test_a_faulty_file_is_refused_whole_by_file_and_field(
    before: str, after: str, says: str, load: Callable[..., str]
) -> None:
    with pytest.raises(CommandError) as refused:
        load(FILE.replace(before, after, 1))
    assert refused.value.returncode == 2
    assert str(refused.value).startswith("voices.toml: ") and says in str(refused.value)
    assert not VoiceDeployment.objects.exists() and not AuditEvent.objects.exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("voices", "load", str(tmp_path / "none.toml"))
    assert refused.value.returncode == 2


def test_the_list_shows_what_is_set_and_no_key(load: Callable[..., str], settings: Any) -> None:
    load()
    settings.VOICE_KEYS = {"VOICE_KEY_FRANCE": "k1-secret"}
    call_command("voices", "list", stdout=(out := StringIO()))
    assert "france\tazure:premium\ten service\tfrance@1 2.50/10.00 USD\n" in out.getvalue()
    assert "VOICE_KEY_OPENAI absente" in out.getvalue() and "k1-secret" not in out.getvalue()


# Alerts -------------------------------------------------------------------------------------------------------------


def calls(count: int, **more: Any) -> None:
    now = timezone.now()
    given = {
        "deployment": "france",
        "price_version": "france@1",
        "tier": "standard",
        "brand": "b",
        "outcome": "ok",
        "at": now,
    }
    EngineCall.objects.bulk_create(EngineCall(**{**given, "settled_at": now, **more}) for _ in range(count))


def warned(long_open: tuple[str, ...] = ()) -> list[str]:
    """The log lines of one look."""
    with structlog.testing.capture_logs() as logs:
        alerts.watch(timezone.now(), lambda: long_open)
    return [
        f"{line['alert']} {line.get('threshold_usd', '')}".strip() for line in logs if line["event"] == "voice_alert"
    ]


def test_each_threshold_of_the_day_is_told_once() -> None:
    calls(1, cost_usd=Decimal("49.99"))
    assert warned() == []
    calls(1, cost_usd=Decimal("35"))
    assert warned() == ["spend 50", "spend 80"]
    assert warned() == []
    calls(1, cost_usd=Decimal("20"))
    assert warned() == ["spend 100"]


def test_yesterdays_money_is_no_alert_today() -> None:
    calls(1, cost_usd=Decimal(200), at=timezone.now() - timedelta(days=1))
    assert warned() == []


def test_errors_are_told_once_an_episode() -> None:
    calls(37)
    calls(2, outcome="timeout")
    assert warned() == ["error_rate"]  # 2 of 39: over five percent
    assert warned() == []
    calls(30)
    assert warned() == []
    calls(10, outcome="server")
    assert warned() == ["error_rate"]  # a new one


@pytest.mark.parametrize("outcome", ["cancelled", "filtered"])
def test_what_is_not_the_deployments_fault_is_no_error(outcome: str) -> None:
    calls(20)
    calls(20, outcome=outcome)
    assert warned() == []


def test_a_few_calls_say_nothing_of_a_share() -> None:
    calls(19, outcome="timeout", tier="premium")
    assert warned() == []


def test_errors_of_six_minutes_ago_are_over() -> None:
    calls(30, outcome="timeout", at=timezone.now() - timedelta(minutes=6))
    assert warned() == []


def test_premium_is_told_by_brand() -> None:
    calls(70)
    calls(30, tier="premium")
    assert warned() == []  # thirty percent is not over it
    calls(30, tier="premium", brand="other")
    assert warned() == ["premium_share"]


def test_breakers_open_for_long_are_told_one_by_one() -> None:
    assert warned(("france",)) == ["breaker_open"]
    assert warned(("france", "suede")) == ["breaker_open"]
    assert warned(()) == []
    assert warned(("france",)) == ["breaker_open"]


# Metrics ------------------------------------------------------------------------------------------------------------


def test_calls_cost_and_refusals_are_counted_for_prometheus(load: Callable[..., str], client: Client) -> None:
    load()
    before = shown(client)
    ledger, roster = HouseLedger(), HouseRoster()
    (place,) = roster.deployments("easytransfert", "premium")
    call = ledger.reserve(place, Brief((), brand="easytransfert"), Usage(100, 100))
    ledger.settle(call, Settled("ok", "usage", Usage(100, 100), Decimal("0.25"), 10.0))
    conversation = write("slt").conversation
    with db.write():
        turn_rows.enter_in_ledger(conversation, Spoken("azure:premium", "own_figure", 1.0, call))
    after = shown(client)
    grown = {
        name: after[name] - before.get(name, 0)
        for name in after
        if name.startswith("akwaba_voice") and "created" not in name
    }
    assert {name: value for name, value in grown.items() if value} == {
        'akwaba_voice_calls_total{outcome="ok",tier="premium"}': 1,
        'akwaba_voice_cost_usd_total{tier="premium"}': 0.25,
        'akwaba_voice_refusals_total{reason="own_figure",tier="premium"}': 1,
    }


def shown(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
