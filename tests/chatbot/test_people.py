"""A person is called for the brand's reasons, as soon as the brand says, with a card of what is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chatbot.brand import BrandError
from chatbot.dialogue.causes import REASONS, Causes
from chatbot.dialogue.flow import Dialogue
from chatbot.dialogue.specs import FlowError
from chatbot.types import HandoffCard
from tests.chatbot.talk import BRAND, Talk
from tests.chatbot.test_dialogue import CLAIM, EFB, NOT_RECEIVED, TX

HANDOFF: Mapping[str, Any] = BRAND.settings["handoff"]  # type: ignore[assignment]


def with_handoff(**changes: object) -> Dialogue:
    return Dialogue(BRAND.flows, {**BRAND.settings, "handoff": {**HANDOFF, **changes}})


def test_much_money_is_told_to_a_person_and_the_claim_is_filed_all_the_same() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=500_000)
    assert len(talk.filed) == 1
    (call,) = talk.calls
    assert (call.reason, call.priority) == ("high_amount", "high")
    assert call.card.amount_fcfa == 500_000 and call.card.claims == ("AK-1",)
    assert "handoff.high_amount" in talk.acts


def test_less_money_calls_nobody() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=499_999)
    assert not talk.handoffs


def test_the_threshold_is_the_brands() -> None:
    talk = Talk(with_handoff(high_amount_fcfa=20_000))
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=20_000)
    assert talk.handoffs == ["high_amount"]


def test_an_amount_corrected_upwards_counts_too() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=60_000)
    talk.say("pardon c'est 600 000", amount_fcfa=600_000)
    assert talk.handoffs == ["high_amount"]


def test_much_money_raises_a_plain_request() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, from_operator="Wave", amount_fcfa=900_000)
    talk.say("un conseiller", "ask_human")
    assert [(call.reason, call.priority) for call in talk.calls] == [("human_request", "high")]


@pytest.mark.parametrize(
    "text",
    [
        "quelqu'un m'a appelé il demande mon code secret",
        "on a vidé mon compte",
        "un monsieur se fait passer pour un agent de chez vous",
        "j'ai donné mon code à un brouteur",
        "c'est un transfert que je n'ai pas fait",
    ],
)
def test_fraud_is_urgent_and_answered_with_advice_first(text: str) -> None:
    talk = Talk()
    talk.say(text, "info_question")
    assert [(call.reason, call.priority) for call in talk.calls] == [("suspected_fraud", "urgent")]
    assert talk.acts.index("warn.fraud") < talk.acts.index("handoff.suspected_fraud")
    assert not talk.asks and not talk.step.questions


@pytest.mark.parametrize(
    "text", ["est-ce que vous demandez mon code secret ?", "l'application demande mon code", "j'ai oublié mon code"]
)
def test_a_question_about_the_code_is_no_fraud(text: str) -> None:
    talk = Talk()
    talk.say(text, "info_question")
    assert not talk.handoffs


def test_accusing_the_house_is_anger_not_fraud() -> None:
    talk = Talk()
    talk.say("vous êtes des arnaqueurs, c'est du vol", "complaint", mood="angry")
    assert talk.handoffs == ["anger"]


def test_more_of_a_fraud_is_answered_with_the_advice_again_and_nobody_is_called_twice() -> None:
    talk = Talk()
    talk.say("il demande mon code", "info_question")
    talk.say("il se fait passer pour easytransfert", "other")
    assert talk.handoffs == ["suspected_fraud"]
    assert {"warn.fraud", "handoff.waiting"} <= set(talk.acts)


def test_a_more_urgent_reason_moves_up_who_waits_already() -> None:
    talk = Talk()
    talk.place_for = {"low": 9, "normal": 7, "high": 3, "urgent": 1}.__getitem__
    talk.say("un conseiller", "ask_human")
    assert "handoff.human_request" in talk.acts
    talk.say("voleurs", "complaint", mood="angry")
    assert [(call.reason, call.priority) for call in talk.calls] == [("human_request", "normal"), ("anger", "high")]
    (move,) = [move for move in talk.step.moves if move.act == "handoff.waiting"]
    assert move.facts == {"queue_position": "3"}


def test_a_calmer_reason_does_not() -> None:
    talk = Talk()
    talk.say("voleurs", "complaint", mood="angry")
    talk.say("un conseiller", "ask_human")
    assert talk.handoffs == ["anger"]


@pytest.mark.parametrize(("on_duty", "act"), [(True, "handoff.on_duty"), (False, "handoff.off_duty")])
def test_the_place_in_the_queue_is_said(on_duty: bool, act: str) -> None:
    talk = Talk()
    talk.on_duty = on_duty
    talk.place_for = lambda priority: 4
    talk.say("un conseiller", "ask_human")
    (move,) = [move for move in talk.step.moves if move.act == act]
    assert move.facts == {"queue_position": "4"}


def test_nobody_there_is_said_again_to_who_asks_again_and_collecting_goes_on() -> None:
    talk = Talk()
    talk.on_duty = False
    talk.say("un conseiller", "ask_human")
    talk.say("un agent", "ask_human")
    assert {"handoff.waiting", "handoff.off_duty"} <= set(talk.acts)
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    assert len(talk.filed) == 1


def test_the_card_holds_what_is_known_what_is_not_and_what_was_asked() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", amount_fcfa=20_000)
    talk.say("un conseiller", "ask_human", mood="neg")
    (call,) = talk.calls
    assert call.card == HandoffCard(
        kind="debited_not_received",
        known={"easytransfert_id": EFB, "from_operator": "Wave", "amount_fcfa": 20_000},
        missing=("to_operator", "operator_tx_id"),
        asked=("to_operator", "operator_tx_id"),
        mood="neg",
        amount_fcfa=20_000,
    )


def test_a_card_names_the_claims_of_earlier_conversations() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    talk.state = {}
    talk.say("un conseiller", "ask_human")
    assert talk.calls[-1].card.claims == ("AK-1",)


def test_what_was_told_before_there_was_a_case_is_on_the_card() -> None:
    talk = Talk()
    talk.say("20 000", "provide_info", amount_fcfa=20_000)
    talk.say("un conseiller", "ask_human")
    assert talk.calls[-1].card.known == {"amount_fcfa": 20_000}


def test_the_order_of_the_brands_reasons_is_their_strength() -> None:
    reasons = HANDOFF["reasons"]
    talk = Talk(with_handoff(reasons={"human_request": reasons["human_request"], **reasons}))
    talk.say("voleurs, un conseiller", "ask_human", mood="angry")
    assert talk.handoffs == ["human_request"]


def test_a_flow_may_call_a_person_for_any_reason_of_the_brand() -> None:
    flow = {**BRAND.flows["refund"], "handoff": "high_amount"}
    talk = Talk(Dialogue({**BRAND.flows, "refund": flow}, BRAND.settings))
    talk.say("remboursez moi", "refund_request", operator_tx_id=TX)
    assert talk.handoffs == ["high_amount"]


def test_a_flow_cannot_call_for_a_reason_nobody_knows() -> None:
    with pytest.raises(FlowError, match=r"flows/refund\.toml: field 'handoff': 'rain'"):
        Dialogue({**BRAND.flows, "refund": {**BRAND.flows["refund"], "handoff": "rain"}}, BRAND.settings)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reasons": {}}, "anger"),
        ({"reasons": {**HANDOFF["reasons"], "rain": {"priority": "low", "why": "Il pleut."}}}, "rain"),
        ({"reasons": {**HANDOFF["reasons"], "anger": {"priority": "soon", "why": "x"}}}, "handoff.reasons.anger"),
        ({"quiet_hours": "long"}, "handoff.quiet_hours"),
        ({"high_amount_fcfa": 0}, "handoff.high_amount_fcfa"),
    ],
)
def test_what_the_brand_says_wrong_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(BrandError, match=named):
        with_handoff(**change)


def test_every_reason_has_words_for_the_customer() -> None:
    spoken = set(REASONS) - {"late_claim"}  # found without the customer, who is told nothing
    assert {f"handoff.{reason}" for reason in spoken - {"technical_fault"}} <= set(BRAND.wording)
    assert set(Causes.read(BRAND.settings).reasons) == set(REASONS)
