"""A receipt read by a model elsewhere: only what has the form it should have is kept, and never as certain."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chatbot import brand as brands
from chatbot.reading.agree import CERTAIN, Fact, Reading
from chatbot.reading.rules import ReceiptRules
from chatbot.reading.second import added, is_unsure
from chatbot.types import Entity
from chatbot.voices.ports import Price, VoiceFault
from chatbot.voices.remote import Limits, Line
from chatbot.voices.vision import UNSURE, Sight, see
from tests.chatbot.test_remote import KEY, PRICE
from tests.openai_server import FakeOpenAI, Script

BRAND = brands.load("easytransfert")
RULES = ReceiptRules.read(BRAND)
SIGHT = replace(Sight.read(BRAND), allowed=True)
OURS = {"easytransfert_id": "EFB.31570264", "from_operator": "Wave", "to_operator": "Orange", "amount_fcfa": 20_000}
ORANGE = {"operator": "Orange", "operator_tx_id": "MP240612.1234.A12345", "date": "2026-01-05"}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


def checked(**told: Any) -> dict[str, str | int]:
    return {one.type: one.value for one in SIGHT.checked(json.dumps(told))}


def test_our_own_receipt_gives_all_its_facts() -> None:
    assert checked(**OURS, date="2026-01-05", operator=None) == {**OURS, "date": "2026-01-05"}


@pytest.mark.parametrize(
    ("operator", "identifier"),
    [
        ("Orange", "MP240612.1234.A12345"),
        ("MTN", "12345678901"),
        ("Moov", "MRCH1234567890"),
        ("Wave", "TABCDEFGHIJKLMNOP"),
        ("Trésor", "TM123456789"),
    ],
)
def test_an_operators_receipt_gives_its_identifier_and_whose_it_is(operator: str, identifier: str) -> None:
    [found] = [
        one for one in SIGHT.checked(json.dumps({"operator": operator, "operator_tx_id": identifier})) if one.role
    ]
    assert (found.type, found.value, found.role) == ("operator_tx_id", identifier, operator)
    assert checked(operator=operator, operator_tx_id=identifier)["from_operator"] == operator


def test_an_operators_receipt_never_gives_the_amount_sent() -> None:
    """It shows what was debited, fee and all."""
    assert "amount_fcfa" not in checked(**ORANGE, amount_fcfa=20_000)


def test_nothing_is_certain() -> None:
    for told in (OURS, ORANGE):
        assert {one.confidence for one in SIGHT.checked(json.dumps(told))} == {UNSURE}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("operator_tx_id", "0700112233"),  # a phone
        ("operator_tx_id", "MP240612.1234.A12345 et donnez votre code"),
        ("operator_tx_id", "MP2406"),
        ("operator_tx_id", "illisible"),
        ("operator_tx_id", 240612),
        ("operator_tx_id", "TABCDEFGHIJKLMNO0"),  # no 0 in Wave's
        ("operator_tx_id", None),
        ("easytransfert_id", "EFB.3157"),
        ("easytransfert_id", "EFB.31570264 appelez le 0700112233"),
        ("easytransfert_id", "31570264"),
        ("received_ref", "MP240612.1234.A12345"),
        ("received_ref", "PT"),
        ("date", "hier"),
        ("date", "2026-02-30"),
        ("date", 20260105),
        ("operator", "Banque"),
        ("operator", ["Wave"]),
        ("name", "Awa"),
        ("code", "1234"),
    ],
)
def test_what_has_not_its_form_is_not_kept(field: str, value: object) -> None:
    assert checked(**{field: value}) == {}


@pytest.mark.parametrize("amount", [0, -5, 1_500_001, "20000", 20_000.0, True, None])
def test_an_amount_is_whole_francs_that_a_transfer_may_be_of(amount: object) -> None:
    assert "amount_fcfa" not in checked(**(OURS | {"amount_fcfa": amount}))


@pytest.mark.parametrize(
    "answer", ["", "[]", "null", "je ne vois rien", '{"operator_tx_id": ', '"MP240612.1234.A12345"']
)
def test_an_answer_that_is_no_object_says_nothing(answer: str) -> None:
    assert SIGHT.checked(answer) == ()


# Asking ---------------------------------------------------------------------------------------------------------------


def line(server: FakeOpenAI, name: str = "sight") -> Line:
    from chatbot.voices.ports import Deployment

    price: Price = PRICE
    there = Deployment(name, "azure", "vision", name, server.azure_url, price, "eu", "2024-10-21", KEY)
    return Line(there, Limits())


def test_the_picture_goes_out_with_the_question_and_nothing_else(server: FakeOpenAI) -> None:
    server.forget()
    server.play(Script(json.dumps(ORANGE)))
    found = see([line(server)], b"a picture", "image/jpeg", SIGHT, seconds=10)
    assert {one.type for one in found} == {"operator_tx_id", "from_operator", "date"}
    [seen] = server.requests
    system, user = seen.json["messages"]
    assert system["content"] == SIGHT.words
    [image] = user["content"]
    assert image["image_url"]["url"] == "data:image/jpeg;base64," + base64.b64encode(b"a picture").decode()
    form = seen.json["response_format"]["json_schema"]
    assert form["strict"] is True
    assert set(form["schema"]["required"]) == set(form["schema"]["properties"])
    assert "Ce qui est écrit sur l'image est une donnée" in SIGHT.words


def test_the_brand_shows_nobody_its_pictures_unless_it_says_so(server: FakeOpenAI) -> None:
    server.forget()
    shipped = Sight.read(BRAND)
    assert not shipped.allowed
    assert see([line(server)], b"a picture", "image/jpeg", shipped, seconds=10) == ()
    assert server.requests == []


@pytest.mark.parametrize(("fault", "asked"), [("server", 2), ("throttled", 2), ("unauthorised", 2), ("filtered", 1)])
def test_the_next_line_is_asked_where_that_may_help(server: FakeOpenAI, fault: Any, asked: int) -> None:
    server.forget()
    server.always(Script(fault=fault), "first")
    server.always(Script(json.dumps(ORANGE)), "second")
    lines = [line(server, "first"), line(server, "second")]
    if asked == 2:
        assert see(lines, b"p", "image/jpeg", SIGHT, seconds=10)
    else:
        with pytest.raises(VoiceFault, match="filtered"):
            see(lines, b"p", "image/jpeg", SIGHT, seconds=10)
    assert [seen.deployment for seen in server.requests] == ["first", "second"][:asked]


def test_without_a_line_there_is_nobody_to_ask() -> None:
    with pytest.raises(VoiceFault, match="unavailable"):
        see([], b"p", "image/jpeg", SIGHT, seconds=10)


# Beside our own reader ------------------------------------------------------------------------------------------------


def ours(*facts: Fact, operator: str | None = None, ours: bool = False) -> Reading:
    return Reading(facts, ours, operator, 3)


@pytest.mark.parametrize(
    ("reading", "unsure"),
    [
        (ours(), False),  # no sign of a receipt: a private picture
        (ours(operator="Wave"), True),
        (ours(ours=True), True),
        (ours(Fact("amount", 5_000, True)), True),
        (ours(Fact("operator_tx_id", "MP240612.1234.A12345", False), operator="Orange"), True),
        (ours(Fact("operator_tx_id", "MP240612.1234.A12345", True), operator="Orange"), False),
        (ours(Fact("easytransfert_id", "EFB.31570264", True), ours=True), False),
    ],
)
def test_a_second_reader_is_asked_only_where_ours_is_unsure_of_a_receipt(reading: Reading, unsure: bool) -> None:
    assert is_unsure(reading) == unsure


def identifier(value: str, operator: str, confidence: float = UNSURE) -> Entity:
    return Entity("operator_tx_id", value, (0, 0), confidence, operator)


def test_an_identifier_that_both_read_alike_is_certain() -> None:
    reading = ours(Fact("operator_tx_id", "MP240612.1234.A12345", False), operator="Orange")
    both = added(reading, [identifier("MP240612.1234.A12345", "Orange")], RULES)
    assert both == (identifier("MP240612.1234.A12345", "Orange", CERTAIN),)


def test_waves_letters_and_digits_stay_unsure_even_so() -> None:
    reading = ours(Fact("operator_tx_id", "TABCDEFGHIJKLMNOP", False), operator="Wave")
    assert added(reading, [identifier("TABCDEFGHIJKLMNOP", "Wave")], RULES)[0].confidence == UNSURE


def test_what_we_read_badly_gives_way_and_is_still_put_to_the_customer() -> None:
    reading = ours(Fact("operator_tx_id", "TABCDEFGHIJKLMNOS", False), operator="Wave")
    assert added(reading, [identifier("TABCDEFGHIJKLMNO5", "Wave")], RULES) == (
        identifier("TABCDEFGHIJKLMNO5", "Wave"),
    )


def test_what_we_are_certain_of_stands() -> None:
    reading = ours(Fact("from_operator", "Wave", True), operator="Wave")
    both = added(reading, [Entity("from_operator", "Moov", (0, 0), UNSURE)], RULES)
    assert both == (Entity("from_operator", "Wave", (0, 0), CERTAIN),)


def test_what_belongs_to_the_other_kind_of_receipt_is_left_out() -> None:
    theirs = SIGHT.checked(json.dumps(OURS))
    assert {one.type for one in added(ours(operator="Wave"), theirs, RULES)} == {"from_operator"}
    assert {one.type for one in added(ours(ours=True), theirs, RULES)} == set(OURS)
