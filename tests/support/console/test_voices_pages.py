"""Voices in the admin: who may see and change what, what a change leaves behind, and what the page of costs shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from support.models import AuditEvent, Conversation, EngineCall, VoiceDeployment, VoicePrice, VoiceSwitch
from support.privacy import audit
from support.voices.breaker import RedisBreakers

MODELS = ("voicedeployment", "voiceprice", "voiceswitch")
SPENDING = "/admin/voices/spending/"
WHO = ("nobody", "customer", "newcomer", "agent", "supervisor", "admin")
FORM = {
    "name": "france",
    "tier": "premium",
    "provider": "azure",
    "model": "gpt",
    "base_url": "https://france.example",
    "region": "fr",
    "api_version": "2024-10-21",
    "key_variable": "VOICE_KEY_FRANCE",
    "brands": "",
}
MONEY = {
    "valid_from_0": "2026-01-01",
    "valid_from_1": "00:00",
    "input_usd": "2.5",
    "output_usd": "10",
    "cached_usd": "1.25",
}


@pytest.fixture
def browsers(staff: Callable[..., User], browser_of: Callable[[User | None], Client]) -> dict[str, Client]:
    return {
        "nobody": browser_of(None),
        "customer": browser_of(staff("customer", "supervisor", is_staff=False)),
        "newcomer": browser_of(staff("newcomer", role="")),
        "agent": browser_of(staff("agent")),
        "supervisor": browser_of(staff("mariam", "supervisor")),
        "admin": browser_of(User.objects.create_superuser("admin")),
    }


@pytest.fixture
def place(transactional_db: None) -> VoiceDeployment:
    VoiceSwitch.objects.get_or_create(brand="easytransfert")
    row = VoiceDeployment.objects.create(**FORM)
    price(row)
    return row


def price(row: VoiceDeployment, number: int = 1, **more: Any) -> VoicePrice:
    given = {"input_usd": Decimal("2.5"), "output_usd": Decimal(10), "cached_usd": Decimal("1.25"), **more}
    given.setdefault("valid_from", timezone.now() - timedelta(days=1))
    return VoicePrice.objects.create(deployment=row, number=number, version=f"{row.name}@{number}", **given)


def text(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return " ".join(
        re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ").split()
    )


def refused(who: str) -> int:
    return 302 if who in ("nobody", "customer") else 403


@pytest.mark.parametrize("who", WHO)
def test_pages_are_for_supervisors_to_see_and_administrators_to_change(
    who: str, browsers: dict[str, Client], place: VoiceDeployment
) -> None:
    sees, changes = who in ("supervisor", "admin"), who == "admin"
    rows = {
        "voicedeployment": place.pk,
        "voiceprice": place.prices.get().pk,
        "voiceswitch": VoiceSwitch.objects.get().pk,
    }
    get = browsers[who].get
    assert get(SPENDING).status_code == (200 if sees else refused(who))
    for model, pk in rows.items():
        base = f"/admin/support/{model}/"
        assert get(base).status_code == (200 if sees else refused(who)), base
        assert get(f"{base}{pk}/change/").status_code == (200 if sees else refused(who)), base
        assert get(f"{base}add/").status_code == (200 if changes else refused(who)), base
        assert get(f"{base}{pk}/delete/").status_code == refused(who), base


@pytest.mark.parametrize("who", [who for who in WHO if who != "admin"])
def test_nobody_but_an_administrator_changes_anything(
    who: str, browsers: dict[str, Client], place: VoiceDeployment
) -> None:
    post = browsers[who].post
    switch = VoiceSwitch.objects.get()
    for address, form in (
        ("voicedeployment/add/", {**FORM, "name": "other"}),
        (f"voicedeployment/{place.pk}/change/", {**FORM, "key_variable": "VOICE_KEY_MINE"}),
        ("voiceprice/add/", {**MONEY, "deployment": place.pk}),
        (f"voiceprice/{place.prices.get().pk}/change/", MONEY),
        (f"voiceswitch/{switch.pk}/change/", {"daily_usd": "9999", "customer_daily_usd": "9"}),
    ):
        assert post(f"/admin/support/{address}", form).status_code == refused(who), address
    place.refresh_from_db()
    assert place.key_variable == "VOICE_KEY_FRANCE" and VoiceDeployment.objects.count() == 1
    assert VoicePrice.objects.count() == 1 and VoiceSwitch.objects.get().daily_usd == switch.daily_usd
    assert not AuditEvent.objects.exists()


def test_the_side_bar_shows_voices_to_those_who_may_see_them(browsers: dict[str, Client]) -> None:
    assert "Dépenses" not in browsers["agent"].get("/admin/file/").content.decode()
    page = browsers["supervisor"].get("/admin/file/").content.decode()
    assert all(f"/admin/support/{model}/" in page for model in MODELS) and SPENDING in page


def test_a_deployment_is_enabled_only_once_it_has_a_price(browsers: dict[str, Client], transactional_db: None) -> None:
    post = browsers["admin"].post
    answer = post("/admin/support/voicedeployment/add/", {**FORM, "enabled": "on"})
    assert "Sans tarif en vigueur" in answer.content.decode()
    assert post("/admin/support/voicedeployment/add/", FORM).status_code == 302
    row = VoiceDeployment.objects.get()
    assert post("/admin/support/voiceprice/add/", {**MONEY, "deployment": row.pk}).status_code == 302
    assert post(f"/admin/support/voicedeployment/{row.pk}/change/", {**FORM, "enabled": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.enabled and row.prices.get().version == "france@1"
    acts = [(event.action, event.actor_name) for event in AuditEvent.objects.all()]
    assert acts == [("voice_deployment", "admin"), ("voice_price", "admin"), ("voice_deployment", "admin")]
    assert AuditEvent.objects.last().details == {"before": {"enabled": False}, "after": {"enabled": True}}  # type: ignore[union-attr]
    assert audit.first_break() is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://voices.example.org"),
        ("base_url", "http://169.254.169.254/latest"),
        ("base_url", "https://me:secret@voices.example"),
        ("base_url", "ftp://voices.example"),
        ("key_variable", "SECRET_KEY"),
        ("key_variable", ""),
        ("api_version", ""),
        ("name", "Une Voix"),
    ],
)
def test_a_deployment_that_would_lead_astray_is_refused(
    field: str, value: str, browsers: dict[str, Client], transactional_db: None
) -> None:
    answer = browsers["admin"].post("/admin/support/voicedeployment/add/", {**FORM, field: value})
    assert answer.status_code == 200 and not VoiceDeployment.objects.exists()


def test_a_new_price_leaves_the_old_one_as_it_was(browsers: dict[str, Client], place: VoiceDeployment) -> None:
    form = {**MONEY, "deployment": place.pk, "input_usd": "3", "valid_from_0": timezone.now().strftime("%Y-%m-%d")}
    assert browsers["admin"].post("/admin/support/voiceprice/add/", form).status_code == 302
    assert [(row.version, row.input_usd) for row in place.prices.order_by("number")] == [
        ("france@1", Decimal("2.5")),
        ("france@2", Decimal(3)),
    ]
    answer = browsers["admin"].post(f"/admin/support/voiceprice/{place.prices.first().pk}/change/", MONEY)  # type: ignore[union-attr]
    assert answer.status_code == 403


def test_a_switch_turned_is_audited_and_a_save_without_change_is_not(
    browsers: dict[str, Client], place: VoiceDeployment
) -> None:
    address = f"/admin/support/voiceswitch/{VoiceSwitch.objects.get().pk}/change/"
    form = {"premium": "on", "open_questions": "on", "daily_usd": "50", "customer_daily_usd": "0.50"}
    for _ in range(2):
        assert browsers["admin"].post(address, form).status_code == 302
    event = AuditEvent.objects.get()
    assert (event.action, event.target) == ("voice_switch", "easytransfert")
    assert event.details == {
        "before": {"remote": True, "daily_usd": "100"},
        "after": {"remote": False, "daily_usd": "50"},
    }


def test_a_deployment_shows_its_breaker_its_hour_and_a_missing_key(
    browsers: dict[str, Client], place: VoiceDeployment
) -> None:
    VoiceDeployment.objects.update(enabled=True)
    call(place, outcome="timeout")
    call(place, first_words_milliseconds=400.0)
    RedisBreakers().open_at_once("france")
    page = text(browsers["supervisor"], "/admin/support/voicedeployment/")
    assert "clé absente" in page and "ouvert" in page and "2,50 / 10,00" in page
    assert "2 appels, 1 erreur" in page and "400 ms" in page


def call(place: VoiceDeployment, cost: str = "0.25", **more: Any) -> EngineCall:
    now = timezone.now()
    given = {
        "tier": "premium",
        "outcome": "ok",
        "verdict": "passed",
        "brand": "easytransfert",
        "at": now,
        "settled_at": now,
    }
    return EngineCall.objects.create(
        **{**given, "deployment": place.name, "price_version": "france@1", "cost_usd": Decimal(cost), **more}
    )


def test_the_page_of_costs_adds_up(
    browsers: dict[str, Client], place: VoiceDeployment, waiting: Callable[..., Conversation]
) -> None:
    case = waiting("mon numéro est le 07 00 00 00 12", display_name="Awa")
    call(place, "1000.25", conversation=case)
    call(place, "2.00", tier="standard", outcome="timeout", verdict="")
    call(place, "0.50", tier="standard", verdict="own_figure")
    call(place, "70", at=timezone.now() - timedelta(days=3))
    EngineCall.objects.create(
        tier="template",
        outcome="ok",
        verdict="passed",
        brand="easytransfert",
        at=timezone.now(),
        settled_at=timezone.now(),
    )
    page = text(browsers["supervisor"], SPENDING)
    today, month = page.split("Aujourd", 1)[1].split("30 derniers jours", 1)
    assert "Dépensé 1 002,75 $ Appels payants 3 En erreur 1 Part du premium 33 %" in today
    assert "Dépensé 1 072,75 $ Appels payants 4 En erreur 1 Part du premium 50 %" in month
    assert "Premium 1 0 1 000,25 $" in today and "Standard 2 1 2,50 $" in today
    assert "Chiffre inventé 1" in today and "Modèle de phrases 1 1 0 0" in today
    assert f"…{str(case.id)[-8:]} 1 1 000,25 $" in today
    assert "1 002,75 $ sur 100,00 $" in page
    assert "Awa" not in page and "07 00" not in page and "0012" not in page


def test_the_page_of_costs_stands_empty(browsers: dict[str, Client]) -> None:
    page = text(browsers["admin"], SPENDING)
    assert "Dépensé 0,00 $ Appels payants 0 En erreur 0 Part du premium 0 %" in page
