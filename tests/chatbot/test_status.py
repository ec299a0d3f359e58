"""What a customer hears of a claim is what was done: whether the back office has it, what settled it, what is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chatbot.talk import Talk
from tests.chatbot.test_dialogue import CLAIM, NOT_RECEIVED, filed


def test_a_claim_that_is_not_with_the_back_office_is_not_said_to_be() -> None:
    talk = filed()
    talk.claims["AK-1"] = replace(talk.claims["AK-1"], forwarded=False)
    talk.say("mon dossier ?", "status_request")
    assert "status.received.unsent" in talk.acts
    talk.claims["AK-1"] = replace(talk.claims["AK-1"], forwarded=True)
    talk.say("mon dossier ?", "status_request")
    assert "status.received" in talk.acts


@pytest.mark.parametrize(
    ("status", "proof"), [("resolved", "OP-1"), ("refunded", "OP-1"), ("processing", None), ("rejected", None)]
)
@pytest.mark.parametrize("note", ["", "fait"])
def test_the_operation_that_settled_it_is_named_with_the_end_it_proves(
    status: str, proof: str | None, note: str
) -> None:
    talk = filed()
    talk.claims["AK-1"] = replace(talk.claims["AK-1"], success_reference="OP-1")
    (move,) = [move for move in talk.status("AK-1", status, note).moves if move.act.startswith("status.")]
    assert move.act == f"status.{status}" + (".noted" if note else "")
    assert move.facts.get("success_reference") == proof
    assert move.facts.get("note") == (note or None)


def test_what_the_back_office_corrected_is_known_from_then_on() -> None:
    talk = filed()
    corrected = {**CLAIM, "operator_tx_id": "TZZZZZZZZZZZZZZZZ", "recipient_msisdn": "+2250700000000"}
    talk.claims["AK-1"] = replace(talk.claims["AK-1"], slots=corrected)
    before = talk.step.state.cases[0].slots["easytransfert_id"].source
    talk.status("AK-1", "processing")
    (case,) = talk.step.state.cases
    assert {name: slot.value for name, slot in case.slots.items()} == corrected
    assert case.slots["operator_tx_id"].source == "claim:AK-1"
    assert case.slots["easytransfert_id"].source == before, "what did not change keeps its source"


def test_news_of_a_claim_of_an_earlier_conversation_make_it_known() -> None:
    talk = filed()
    talk.state = {}
    talk.status("AK-1", "processing")
    assert [case.number for case in talk.step.state.cases] == ["AK-1"]
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    assert len(talk.filed) == 1


def test_news_leave_no_question_of_ours_open() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    assert talk.step.state.pending is not None
    talk.status("AK-1", "processing")
    assert talk.step.state.pending is None
