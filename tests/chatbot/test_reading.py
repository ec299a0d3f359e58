"""Receipts: from words with a confidence to facts, and which of them may be used without asking."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatbot import brand
from chatbot.reading.agree import Reading, read_picture
from chatbot.reading.page import Line, Page, Word
from chatbot.reading.rules import ReceiptRules

RULES = ReceiptRules.read(brand.load("easytransfert"))
OURS = """EasyTransfert
Reçu de transfert
20 000 FCFA
En cours de traitement
Réf Numéro EFB.31570264
De Wave · 07 00 00 00 01
Vers Orange · 07 00 00 00 09
Frais 300 FCFA
Total débité 20 300 FCFA
Date 14/11/2026 à 10:42"""
WAVE = """Paiement effectué
-20 300 FCFA
À
EasyTransfert
Date
14 novembre 2026, 10:42
ID de transaction
TKWAB4EZYTR2NSFER
Nouveau solde
4 150 FCFA"""
MTN = """MTN MoMo
Frais 0 FCFA
15 225 FCFA
Financial Transaction Id 69519386920
Nouveau solde 40 700 F CFA
Date 23-11-2026 05:30"""


def page(text: str, confidence: float = 0.95, *, clean: bool = True) -> Page:
    lines = tuple(Line(tuple(Word(word, confidence) for word in line.split())) for line in text.splitlines())
    return Page("test", lines, clean)


class Looks:
    """A reader that sees what a test says, look by look."""

    def __init__(self, *pages: Page) -> None:
        self.shown, self.left = 0, list(pages)

    def pages(self, picture: bytes) -> Iterator[Page]:
        for each in self.left:
            self.shown += 1
            yield each


def read(*pages: Page) -> Reading:
    return read_picture(Looks(*pages), b"", RULES)


def values(reading: Reading) -> dict[str, str | int]:
    return {fact.name: fact.value for fact in reading.facts}


def certain(reading: Reading, name: str) -> bool:
    return next(fact.certain for fact in reading.facts if fact.name == name)


def test_our_own_receipt() -> None:
    reading = read(page(OURS), page(OURS))
    assert values(reading) == {
        "easytransfert_id": "EFB.31570264", "from_operator": "Wave", "to_operator": "Orange", "amount": 20_000,
        "date": "2026-11-14",
    }  # fmt: skip
    assert reading.ours
    assert certain(reading, "easytransfert_id")
    assert {entity.type for entity in reading.entities()} >= {"easytransfert_id", "amount_fcfa", "date"}


def test_an_operators_receipt_says_what_was_debited_not_what_was_sent() -> None:
    reading = read(page(WAVE), page(WAVE), page(WAVE))
    assert values(reading) == {
        "operator_tx_id": "TKWAB4EZYTR2NSFER", "from_operator": "Wave", "amount": 20_300, "date": "2026-11-14",
    }  # fmt: skip
    assert "amount_fcfa" not in {entity.type for entity in reading.entities()}
    assert [entity.role for entity in reading.entities() if entity.type == "operator_tx_id"] == ["Wave"]


@pytest.mark.parametrize(
    ("text", "operator", "identifier"),
    [
        ("Transfert réussi\nRéférence MP260225.2303.D91825\nSolde 5700 FCFA", "Orange", "MP260225.2303.D91825"),
        ("ID Transaction: PP260225.23O3.D91825", "Orange", "PP260225.2303.D91825"),
        ("Moov Money\nID transaction MRCHO16214206689", "Moov", "MRCH016214206689"),
        ("Réf transaction CF260108.1925.B38222", "Moov", "CF260108.1925.B38222"),
        ("Trésor Money\nN° de transaction\n™9233471816", "Trésor", "TM9233471816"),
        ("Trésor Money\nN° de transaction\nT™M 9233471816", "Trésor", "TM9233471816"),
        (MTN, "MTN", "69519386920"),
        ("ID de la transaction\n73227068977", "MTN", "73227068977"),
        ("Y'ello, vous avez payé 150 500 XOF. Financial\nTransaction Id: 20261792372.", "MTN", "20261792372"),
        ("Wave: vous avez payé. ID de\ntransaction: TMOOY7SHWRJCTTAXQ. Solde", "Wave", "TMOOY7SHWRJCTTAXQ"),
        ("ID de transaction tkwab4ezytr2nsfer", "Wave", "TKWAB4EZYTR2NSFER"),
        ("ID de transaction TKWAB4EZYTR2NSF0R", "Wave", "TKWAB4EZYTR2NSFOR"),
    ],
)
def test_an_identifier_is_found_and_its_owner_known(text: str, operator: str, identifier: str) -> None:
    reading = read(page(text), page(text), page(text))
    assert (reading.value("from_operator"), reading.value("operator_tx_id")) == (operator, identifier)


@pytest.mark.parametrize(
    "text",
    [
        "Moov Money\nID transaction MRCHB 84577087603",
        "MTN MoMo\nBénéficiaire 0700000001",
        "ID de transaction TKWAB4EZYTR2NSFE",
        "Référence MP260225.2303",
        "Marché de Cocody\nTomates 500 F le tas",
    ],
    ids=["torn", "a phone", "a character lost", "half", "no receipt"],
)
def test_half_an_identifier_is_none(text: str) -> None:
    assert read(page(text), page(text), page(text)).value("operator_tx_id") is None


def test_money_received_is_not_the_sending_operators_identifier() -> None:
    text = "Wave\nVous avez reçu 5 000 F\nID pt-ab12cd34ef56"
    reading = read(page(text), page(text))
    assert reading.value("operator_tx_id") is None
    assert {entity.type for entity in reading.entities()} == {"other_ref"}


# --- What may be taken without asking -----------------------------------------------------------------------------


def test_one_look_is_not_enough() -> None:
    assert not certain(read(page(MTN)), "operator_tx_id")


def test_two_that_agree_are() -> None:
    assert certain(read(page(MTN), page(MTN)), "operator_tx_id")


def test_looks_that_disagree_never_are_even_two_to_one() -> None:
    other = page(MTN.replace("69519386920", "69519386928"))
    reading = read(page(MTN), other, page(MTN))
    assert reading.value("operator_tx_id") == "69519386920"
    assert not certain(reading, "operator_tx_id")


def test_unsure_looks_are_not_enough() -> None:
    assert not certain(read(page(MTN, 0.4), page(MTN, 0.4), page(MTN, 0.95)), "operator_tx_id")


def test_a_look_that_is_a_guess_neither_helps_nor_harms() -> None:
    guess = page(MTN.replace("69519386920", "695193869200"), 0.05)
    assert certain(read(page(MTN), guess, page(MTN)), "operator_tx_id")
    assert read(guess, guess, guess).value("operator_tx_id") is None


def test_letters_and_digits_mixed_need_a_clean_screenshot_and_every_look() -> None:
    assert not certain(read(page(WAVE), page(WAVE)), "operator_tx_id")
    assert certain(read(page(WAVE), page(WAVE), page(WAVE)), "operator_tx_id")
    photo = page(WAVE, clean=False)
    assert not certain(read(photo, photo, photo), "operator_tx_id")


def test_two_noughts_after_letters_may_be_one() -> None:
    text = "Moov Money\nID transaction MRCH0016214206689"
    assert not certain(read(page(text), page(text), page(text)), "operator_tx_id")


def test_an_amount_on_which_looks_disagree_is_left_out() -> None:
    assert read(page(OURS), page(OURS.replace("20 000", "26 000", 1))).value("amount") is None


def test_it_stops_looking_when_nothing_more_can_change() -> None:
    for text, looks in ((OURS, 2), (WAVE, 3), ("rien à lire", 2)):
        reader = Looks(*[page(text)] * 3)
        read_picture(reader, b"", RULES)
        assert reader.shown == looks, text


def test_the_reader_sees_nothing() -> None:
    assert read() == Reading()
    assert read(page("")).facts == ()
