"""Questions are answered from the brand's data, to the franc."""

from __future__ import annotations

import pytest

from chatbot import brand
from chatbot.knowledge.answers import Knowledge
from chatbot.types import Question

BRAND = brand.load("easytransfert")
KNOWLEDGE = Knowledge.load(BRAND)
PAIR = {"from_operator": "Wave", "to_operator": "Orange"}


@pytest.mark.parametrize(
    ("topic", "about", "act", "facts"),
    [
        ("fees", {"amount_fcfa": 100_000}, "answer.fees", {"amount": 100_000, "fee": 500}),
        ("fees", {"amount_fcfa": 18_250, "total": 1}, "answer.fees.total",
         {"amount": 18_250, "fee": 273, "total": 18_523}),
        ("fees", {"amount_fcfa": 7_500, "charged_fcfa": 7_612}, "answer.fees.charged",
         {"amount": 7_500, "fee": 112, "total": 7_612}),
        ("fees", {"amount_fcfa": 7_500, "charged_fcfa": 7_900}, "answer.fees.overcharged",
         {"amount": 7_500, "fee": 112, "total": 7_612}),
        ("fees", {}, "answer.fees.rule", {"lowest": 25, "highest": 500}),
        ("fees", {"amount_fcfa": 50}, "answer.limits.under", {"amount": 50, "minimum": 100}),
        ("fees", {"amount_fcfa": 600_000, **PAIR}, "answer.limits.over", {"amount": 600_000, "maximum": 500_000}),
        ("limits", {"amount_fcfa": 800_000, **PAIR}, "answer.limits.over", {"amount": 800_000, "maximum": 500_000}),
        ("limits", {"amount_fcfa": 300_000, **PAIR}, "answer.limits.fits", {"amount": 300_000, "maximum": 500_000}),
        ("limits", {"amount_fcfa": 10}, "answer.limits.under", {"amount": 10, "minimum": 100}),
        ("limits", {"minimum": 1}, "answer.limits.minimum", {"minimum": 100}),
        ("limits", {}, "answer.limits", {"minimum": 100, "maximum": 1_500_000}),
        ("limits", {**PAIR, "day": 1, "amount_fcfa": 1}, "answer.limits",
         {**PAIR, "maximum": 500_000, "day": 1_000_000}),
        ("info", {"text": "on peut envoyer a dakar"}, "answer.info.country_served", {"country": "le Sénégal"}),
        ("info", {"text": "c est quoi votre mail"}, "answer.article.contacts",
         {"support_phone": "25 22 01 87 30", "support_email": "support@easytransfert.ci"}),
        ("info", {"text": "quelque chose d autre"}, "answer.info.unknown", {}),
        ("password", {"text": "j ai oublie"}, "answer.article.mot-de-passe-oublie",
         {"sms_delay": "1 à 2 minutes", "password_length": "8"}),
        ("password", {"text": "et si le code sms vient pas"}, "answer.article.code-sms-non-recu",
         {"sms_delay": "1 à 2 minutes"}),
        ("how_to", {"text": "kdjfh"}, "answer.info.unknown", {}),
        ("fees", {"text": "qui paie les frais"}, "answer.article.frais-qui-paie", {}),
        ("limits", {"text": "et par jour", "day": 1}, "answer.article.limite-par-jour",
         {f"{name}_day_max": most for name, most in
          {"mtn": 3_000_000, "orange": 2_000_000, "moov": 1_500_000, "wave": 1_000_000, "tresor": 1_000_000}.items()}),
        ("are_you_bot", {}, "answer.are_you_bot", {}),
        ("unheard_of", {}, "answer.info.unknown", {}),
    ],
)  # fmt: skip
def test_it_answers_exactly(topic: str, about: dict[str, str | int], act: str, facts: dict[str, str | int]) -> None:
    (move,) = KNOWLEDGE.answer(Question(topic, about))
    assert (move.act, dict(move.facts)) == (act, facts)


def test_a_country_not_served_is_said_with_those_that_are() -> None:
    (move,) = KNOWLEDGE.answer(Question("info", {"text": "ghana ca marche"}))
    assert move.act == "answer.info.country_not_served"
    assert "le Cameroun" in str(move.facts["countries"])
    assert "Ghana" not in str(move.facts["countries"])
