"""The ledger of voices: written before a call, settled once, true to a server's own count, capped for each alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from chatbot.types import Spoken
from chatbot.voices.ports import Brief, Deployment, Price, Settled, Usage, VoiceFault
from support import redis_client, tasks, turn_rows
from support.bench.voices import ledger as bench
from support.models import EngineCall, VoiceSwitch
from support.voices import budgets, ledger
from support.voices.ledger import HouseLedger, pseudonym
from support.voices.roster import HouseRoster
from tests.support.journeys import write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
PRICE = Price("here@1", Decimal("2.50"), Decimal("10.00"), Decimal("1.25"))
PLACE = Deployment("here", "azure", "premium", "m", "https://here.example", PRICE, region="fr", key="never printed")
BRIEF = Brief((), brand="b", customer="awa")
CENT = Usage(0, 1_000)  # a reservation of one cent


@pytest.fixture
def house() -> HouseLedger:
    return HouseLedger(HouseRoster())


def caps(brand: str = "b", *, day: str = "1000", customer: str = "1000") -> None:
    VoiceSwitch.objects.update_or_create(brand=brand, defaults={"daily_usd": day, "customer_daily_usd": customer})


def ended(cost: str, outcome: str = "ok") -> Settled:
    return Settled(outcome, "usage", Usage(100, 40, 60), Decimal(cost), 321.0, 45.0, "stop")


def attempts(house: HouseLedger, count: int, brief: Brief = BRIEF, *, settle: str | None = None) -> list[str]:
    """As many reservations of a cent as are granted."""
    granted = []
    for _ in range(count):
        try:
            granted.append(house.reserve(PLACE, brief, CENT))
        except VoiceFault:
            continue
        else:
            if settle is not None:
                house.settle(granted[-1], ended(settle))
    return granted


def test_a_row_stands_before_the_call_and_holds_what_it_may_cost(house: HouseLedger) -> None:
    conversation = write("slt").conversation
    brief = replace(BRIEF, conversation=str(conversation.id), arm={"experiment": "e", "arm": "b"})
    row = EngineCall.objects.get(pk=house.reserve(PLACE, brief, Usage(1_000, 500)))
    assert (row.conversation_id, row.brand, row.customer) == (conversation.id, "b", pseudonym("awa"))
    assert (row.deployment, row.provider, row.region, row.model, row.tier) == ("here", "azure", "fr", "m", "premium")
    assert (row.reserved_in, row.reserved_out, row.reserved_usd, row.cost_usd) == (
        1_000,
        500,
        Decimal("0.0075"),
        Decimal("0.0075"),
    )
    assert (row.price_version, row.basis, row.outcome, row.settled_at) == ("here@1", "reserved", "", None)
    assert (row.experiment, row.arm) == ("e", "b")
    assert "awa" not in row.customer


def test_it_is_settled_with_what_the_call_was(house: HouseLedger) -> None:
    call = house.reserve(PLACE, BRIEF, CENT)
    house.settle(call, replace(ended("0.000425", "truncated"), finish="length"))
    row = EngineCall.objects.get(pk=call)
    assert (row.outcome, row.basis, row.finish, row.cost_usd) == ("truncated", "usage", "length", Decimal("0.000425"))
    assert (row.tokens_in, row.tokens_out, row.tokens_cached) == (100, 40, 60)
    assert (row.milliseconds, row.first_words_milliseconds) == (321.0, 45.0)
    assert row.settled_at is not None and row.reserved_usd == Decimal("0.01")


def test_a_second_settlement_is_refused_and_told(house: HouseLedger) -> None:
    call = house.reserve(PLACE, BRIEF, CENT)
    house.settle(call, ended("0.001"))
    with structlog.testing.capture_logs() as logs:
        house.settle(call, ended("0.009"))
        house.settle("999999", ended("0.009"))
    assert EngineCall.objects.get(pk=call).cost_usd == Decimal("0.001")
    assert [line["event"] for line in logs] == ["voice_settled_twice"] * 2


def test_a_call_of_no_price_cannot_be_written() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        EngineCall.objects.create(deployment="here", tier="premium", at=timezone.now())


def test_it_refuses_to_write_inside_somebodys_transaction(house: HouseLedger) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        house.reserve(PLACE, BRIEF, CENT)


def test_a_brands_call_needs_no_conversation_and_an_unknown_one_is_left_out(house: HouseLedger) -> None:
    for name in ("", "warm-up", str(uuid4())):
        call = house.reserve(PLACE, replace(BRIEF, conversation=name), CENT)
        assert EngineCall.objects.get(pk=call).conversation is None


def test_the_guards_verdict_joins_the_row_of_its_call(house: HouseLedger) -> None:
    conversation = write("slt").conversation
    call = house.reserve(PLACE, replace(BRIEF, conversation=str(conversation.id)), CENT)
    house.settle(call, ended("0.001"))
    turn_rows.enter_in_ledger(conversation, Spoken("azure:premium", "own_figure", 12.0, call))
    turn_rows.enter_in_ledger(conversation, Spoken("template", "passed", 3.0))
    remote, own = EngineCall.objects.order_by("pk")
    assert (remote.tier, remote.outcome, remote.verdict, remote.cost_usd) == (
        "premium",
        "ok",
        "own_figure",
        Decimal("0.001"),
    )
    assert (own.tier, own.outcome, own.verdict, own.cost_usd, own.basis) == ("template", "ok", "passed", 0, "none")
    assert own.settled_at is not None and own.brand == conversation.brand


def test_of_a_voice_that_failed_the_guard_has_said_nothing(house: HouseLedger) -> None:
    conversation = write("slt").conversation
    call = house.reserve(PLACE, BRIEF, CENT)
    house.settle(call, ended("0.001", "timeout"))
    turn_rows.enter_in_ledger(conversation, Spoken("azure:premium", "timeout", 12.0, call))
    turn_rows.enter_in_ledger(conversation, Spoken("local", "unavailable", 1.0))
    assert list(EngineCall.objects.order_by("pk").values_list("outcome", "verdict")) == [
        ("timeout", ""),
        ("unavailable", ""),
    ]


def test_a_conversation_erased_leaves_the_money_spent_and_a_customer_forgotten_no_trace(house: HouseLedger) -> None:
    conversation = write("slt").conversation
    call = house.reserve(PLACE, replace(BRIEF, conversation=str(conversation.id)), CENT)
    house.settle(call, ended("0.25"))
    conversation.messages.all().delete()
    conversation.delete()
    assert ledger.forget("awa") == 1
    row = EngineCall.objects.get(pk=call)
    assert (row.conversation_id, row.customer, row.cost_usd) == (None, "", Decimal("0.25"))


# Budgets ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["redis", "no redis"])
def counted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Budgets counted in Redis, and summed in the database where Redis is away."""
    if request.param == "no redis":
        monkeypatch.setattr(ledger.REDIS, "_back", float("inf"))
    return str(request.param)


def test_one_customers_cap_stops_that_customer_alone(house: HouseLedger, counted: str) -> None:
    caps(customer="0.05")
    assert len(attempts(house, 8)) == 5
    assert len(attempts(house, 3, replace(BRIEF, customer="koffi"))) == 3


def test_one_brands_cap_stops_that_brand_alone(house: HouseLedger, counted: str) -> None:
    caps(day="0.05")
    caps("other")
    granted = [call for number in range(8) for call in attempts(house, 1, replace(BRIEF, customer=str(number)))]
    assert len(granted) == 5
    assert len(attempts(house, 3, Brief((), brand="other", customer="awa2"))) == 3


def test_what_a_call_did_not_use_is_given_back(house: HouseLedger, counted: str) -> None:
    caps(customer="0.05")
    assert len(attempts(house, 60, settle="0.001")) == 41  # 40 cost 4 cents; one more reservation fits, then none


def test_a_refusal_says_whose_day_is_spent_and_writes_no_row(house: HouseLedger, counted: str) -> None:
    caps(customer="0.00")
    with pytest.raises(VoiceFault) as refused:
        house.reserve(PLACE, BRIEF, CENT)
    assert (refused.value.kind, refused.value.detail) == ("no_budget", "customer")
    assert not EngineCall.objects.exists()


def test_yesterdays_money_is_not_todays(house: HouseLedger, counted: str) -> None:
    caps(customer="0.03")
    attempts(house, 3)
    EngineCall.objects.update(at=timezone.now() - timedelta(days=1))
    redis_client.connection().flushall()
    assert len(attempts(house, 5)) == 3


def test_counters_lost_are_made_again_from_the_rows(house: HouseLedger) -> None:
    caps(customer="0.05")
    attempts(house, 3)
    redis_client.connection().flushall()
    assert len(attempts(house, 8)) == 2


def test_counters_live_a_minute_so_that_what_they_missed_is_forgotten(house: HouseLedger) -> None:
    attempts(house, 1)
    keys = redis_client.connection().keys(f"{budgets.KEY}*")
    assert len(keys) == 2
    assert all(0 < redis_client.connection().ttl(key) <= budgets.LIVES_SECONDS for key in keys)  # type: ignore[arg-type,operator]


def test_a_flood_from_many_threads_ends_at_the_cap_and_others_are_served(house: HouseLedger, counted: str) -> None:
    caps(day="0.60", customer="0.20")
    caps("other")
    spent = in_threads(8, lambda number: flood(house, number))
    rows = EngineCall.objects.filter(brand="b")
    total = sum((row.cost_usd for row in rows), Decimal(0))
    assert Decimal("0.57") <= total <= Decimal("0.60")  # ± 5 %, in fact never above
    for customer in ("c0", "c1", "c2"):
        assert sum(row.cost_usd for row in rows.filter(customer=pseudonym(customer))) <= Decimal("0.20")
    assert sum(map(len, spent)) == rows.count()
    assert len(attempts(house, 5, Brief((), brand="other", customer="c0-other"))) == 5


def flood(house: HouseLedger, number: int) -> list[str]:
    brief = replace(BRIEF, customer=f"c{number % 4}")
    return attempts(house, 40, brief, settle="0.005")


def in_threads(count: int, work: Callable[[int], list[str]]) -> list[list[str]]:
    start = threading.Barrier(count)

    def one(number: int) -> list[str]:
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


# What killed workers leave, and the server's own count --------------------------------------------------------------


def test_what_a_killed_worker_left_is_settled_as_reserved(house: HouseLedger) -> None:
    old, young = house.reserve(PLACE, BRIEF, CENT), house.reserve(PLACE, BRIEF, CENT)
    EngineCall.objects.filter(pk=old).update(at=timezone.now() - timedelta(seconds=121))
    tasks.watch_voices()
    row = EngineCall.objects.get(pk=old)
    assert (row.basis, row.outcome, row.cost_usd, row.tokens_out) == ("reserved", "cancelled", Decimal("0.01"), 1_000)
    assert row.settled_at is not None
    assert EngineCall.objects.get(pk=young).settled_at is None


def test_the_ledger_agrees_with_the_servers_own_count(redis_server: None) -> None:
    count = bench.measure(160, threads=4, pace=0.03)
    assert count.calls == 160 and count.unpriced == 0
    assert count.cut > 30
    assert count.off <= 1, count
