"""The guard lets nothing through that the plan does not hold."""

from __future__ import annotations

import pytest

from chatbot import brand
from chatbot.guard import Guard, Watch, fill, sentences
from chatbot.types import Act, Plan
from chatbot.wording import Wording, names_in

BRAND = brand.load("easytransfert")
WATCH = Watch.read(BRAND.settings)
WORDING = Wording.read(BRAND.wording, BRAND.flows)
FEES = Plan((Act("answer.fees", ("amount", "fee")),), {"amount": "100 000 FCFA", "fee": "500 FCFA"})


def judge(draft: str, plan: Plan = FEES, channel: str = "whatsapp") -> str:
    guard = Guard(WATCH, plan, channel)
    for sentence in sentences([draft]):
        if not (verdict := guard.check(sentence)).passed:
            return verdict.reason
    return guard.finish().reason


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("Pour {amount}, les frais sont de {fee}.", "passed"),
        ("Pour {amount}, c'est {fee}, en plus.", "passed"),
        ("Les frais sont de {fee}.", "missing_fact"),
        ("Pour {amount}, les frais sont de {fee} {reference}.", "unknown_placeholder"),
        ("Pour {amount}, {fee} et {.", "unknown_placeholder"),
        ("Pour {amount}, {fee}, soit 1 %.", "own_figure"),
        ("Pour {amount}, {fee}, ou cinq cents francs.", "own_figure"),
        ("Pour {amount}, {fee}. Voir https://exemple.test", "own_address"),
        ("Pour {amount}, {fee}. Écrivez à aide@exemple.test", "own_address"),
        ("Pour {amount}, {fee}. Voyez easytransfert.ci", "own_address"),
        ("Pour {amount}, {fee}. Envoyez-moi votre code secret.", "asks_secret"),
        ("Pour {amount}, {fee}. Quel est votre mot de passe ?", "asks_secret"),
        ("Pour {amount}, {fee}. Il me faut le numéro de carte.", "asks_secret"),
        ("Pour {amount}, {fee}. Ne donnez jamais votre code secret.", "passed"),
        ("Pour {amount}, {fee}. Vous serez remboursé.", "promise"),
        ("Pour {amount}, {fee}. Votre transfert a été annulé.", "promise"),
        ("Pour {amount}, {fee}. C'est promis.", "promise"),
        ("Bonjour, pour {amount}, {fee}.", "repeated_greeting"),
        ("", "empty"),
        ("Pour {amount}, {fee}. " + "Merci de patienter avec nous. " * 60, "too_long"),
    ],
)
def test_it_names_the_fault_of_a_draft(draft: str, reason: str) -> None:
    assert judge(draft) == reason


def test_a_refund_may_be_told_when_the_back_office_gave_it() -> None:
    told = Plan((Act("status.refunded", ("case_number",)),), {"case_number": "AK-1"})
    assert judge("Le dossier {case_number} est remboursé.", told) == "passed"


def test_one_greeting_is_one_greeting() -> None:
    greeting = Plan((Act("greeting.first"),), {})
    assert judge("Bonjour et bienvenue. Dites-moi tout.", greeting) == "passed"
    assert judge("Bonjour. Dites-moi tout. Bonsoir.", greeting) == "repeated_greeting"


def test_every_shipped_wording_passes_its_own_guard() -> None:
    faults = []
    for act, moods in WORDING.acts.items():
        for sentence in (one for mood in moods.values() for one in mood):
            names = tuple(names_in(sentence))
            plan = Plan((Act(act, names),), dict.fromkeys(names, "x"))
            if (reason := judge(sentence, plan)) != "passed":
                faults.append((act, reason, sentence))
    assert not faults


def test_sentences_cut_anywhere_join_to_the_same_text() -> None:
    text = "C'est noté. Pour {amount}, c'est {fee} !\n• la référence\n• le réseau Et voilà"
    for size in (1, 2, 7, 1000):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert "".join(sentences(pieces)) == text
    assert next(iter(sentences([text]))) == "C'est noté."


def test_facts_are_filled_in_as_they_are() -> None:
    assert fill("Pour {amount}, c'est {fee}.", {"amount": "7 742 FCFA", "fee": "116 FCFA"}) == (
        "Pour 7 742 FCFA, c'est 116 FCFA."
    )


@pytest.mark.parametrize(
    "draft",
    [
        "Ne donnez jamais votre code à un inconnu, mais donnez-moi votre code secret.",
        "Votre code secret ?",
        "Pour {amount}, {fee}, il manque :\n• votre mot de passe",
        "Je ne demande jamais le code PIN d'habitude. Tapez votre code PIN.",
        "Le code secret permet de finir.",
    ],
)
def test_a_warning_is_no_cover_for_asking_a_secret(draft: str) -> None:
    assert judge(draft) == "asks_secret"


MARKED = Watch.read(
    BRAND.settings,
    {
        "claim.filed": {"says": ["est enregistree", "est ouvert"], "alone": ["est enregistree", "dossier est ouvert"]},
        "answer.fees": {"says": ["frais"]},
    },
)


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("Pour {amount}, les frais sont de {fee}.", "passed"),
        ("Pour {amount}, comptez {fee}.", "missing_act"),
        ("Les frais de {amount} : {fee}. Votre réclamation est enregistrée.", "unplanned_act"),
    ],
)
def test_an_act_shows_its_marks_and_no_other_acts(draft: str, reason: str) -> None:
    guard = Guard(MARKED, FEES, "web")
    verdicts = [guard.check(sentence).reason for sentence in sentences([draft])]
    assert next((one for one in verdicts if one != "passed"), guard.finish().reason) == reason


def test_a_phrase_that_several_acts_list_may_be_said_by_each_of_them() -> None:
    marks = {
        "claim.filed": {"says": ["est ouvert"], "alone": ["est ouvert", "bien ouvert"]},
        "status.open": {"says": ["est ouvert"], "alone": ["est ouvert", "toujours ouvert"]},
    }
    guard = Guard(Watch.read(brand.load("easytransfert").settings, marks), Plan((Act("claim.filed"),)), "web")
    assert guard.check("Votre dossier est ouvert.").reason == "passed"
    assert guard.check("Votre dossier est toujours ouvert.").reason == "unplanned_act"


def test_marks_of_a_shape_it_does_not_know_are_an_error_by_name() -> None:
    with pytest.raises(brand.BrandError, match=r"marks\.toml: answer\.fees"):
        Watch.read(BRAND.settings, {"answer.fees": {"must": ["frais"]}})
