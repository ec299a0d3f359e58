"""The engine collects, corrects, digresses, files and hands over as a good adviser would."""

from __future__ import annotations

import pytest

from chatbot.dialogue.flow import Dialogue
from chatbot.types import ProactiveMessages
from tests.chatbot.talk import BRAND, Talk

EFB, TX = "EFB.12345678", "TABCDEFGHIJKLMNOP"
CLAIM = {"easytransfert_id": EFB, "from_operator": "Wave", "to_operator": "Orange", "operator_tx_id": TX}
NOT_RECEIVED = "transfer_not_received"


def filed() -> Talk:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    assert len(talk.filed) == 1
    return talk


@pytest.mark.parametrize("order", [list(CLAIM), list(reversed(CLAIM)), [*list(CLAIM)[2:], *list(CLAIM)[:2]]])
def test_slots_come_in_any_order_and_the_last_one_files_the_claim(order: list[str]) -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED)
    assert talk.asks == set(CLAIM)
    for place, slot in enumerate(order):
        assert not talk.filed
        talk.say("voilà", **{slot: CLAIM[slot]})
        assert talk.asks == set(order[place + 1 :])
    assert {name: slot.value for name, slot in talk.filed[0].slots.items()} == CLAIM


def test_a_complete_message_is_filed_at_once_with_number_recap_and_a_way_to_correct() -> None:
    talk = filed()
    (move,) = [move for move in talk.step.moves if move.act.startswith("claim.filed")]
    assert move.facts["case_number"] == "AK-1"
    assert EFB in str(move.facts["recap"])
    assert talk.step.state.pending is not None
    assert not talk.asks


def test_an_amount_and_a_recipient_are_kept_though_never_asked() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=20_000, msisdn="0700000000", role="recipient")
    assert talk.filed[0].slots["amount_fcfa"].value == 20_000
    assert talk.filed[0].slots["recipient_msisdn"].value == "0700000000"


def test_a_correction_touches_one_field() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Moov", to_operator="Wave")
    talk.say("non pardon c'est vers MTN", to_operator="MTN")
    assert talk.known == {"easytransfert_id": EFB, "from_operator": "Moov", "to_operator": "MTN"}
    assert talk.asks == {"operator_tx_id"}


def test_a_correction_after_filing_changes_one_field_of_the_claim() -> None:
    talk = filed()
    talk.say("ah excusez c'est MTN", to_operator="MTN")
    assert [set(change.slots) for change in talk.changed] == [{"to_operator"}]
    assert talk.claims["AK-1"].slots == {**CLAIM, "to_operator": "MTN"}
    assert len(talk.filed) == 1


def test_one_corrects_by_digits() -> None:
    talk = filed()
    talk.say("1", "other")
    assert talk.acts == ["correct.menu"]
    place = list(CLAIM).index("to_operator") + 1
    menu = str(talk.step.moves[0].facts["menu"])
    assert menu.splitlines()[place - 1].startswith(f"{place}.")
    talk.say(str(place), "other")
    assert talk.acts == ["correct.value"]
    talk.say("Moov", from_operator="Moov")
    assert talk.claims["AK-1"].slots == {**CLAIM, "to_operator": "Moov"}


def test_a_fee_question_is_passed_on_and_the_missing_slot_brought_back() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("c combien les frais pour 100000", "fees_question", amount_fcfa=100_000)
    (question,) = talk.step.questions
    assert question.topic == "fees"
    assert question.about == {"amount_fcfa": 100_000, "from_operator": "Wave", "to_operator": "Orange"}
    assert "amount_fcfa" not in talk.known
    assert talk.asks == {"operator_tx_id"}
    assert "resume" in talk.acts


def test_a_short_question_goes_on_with_the_last_topic() -> None:
    talk = Talk()
    talk.say("frais pour 23 750", "fees_question", amount_fcfa=23_750)
    talk.say("et 33 333", "provide_info", amount_fcfa=33_333)
    assert [(one.topic, one.about["amount_fcfa"]) for one in talk.step.questions] == [("fees", 33_333)]
    talk.say("et orange vers mtn", "limits_question", from_operator="Orange", to_operator="MTN")
    talk.say("et dans la journée ?", "other")
    assert talk.step.questions[0].about == {"from_operator": "Orange", "to_operator": "MTN", "day": 1}


def test_one_slot_is_asked_twice_in_vain_then_a_way_out_then_a_person() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    assert talk.asks == {"operator_tx_id"}
    talk.say("bla", "other")
    assert talk.asks == {"operator_tx_id"}
    assert "again.operator_tx_id" in talk.acts
    talk.say("bla", "other")
    assert not talk.asks
    assert "way_out" in talk.acts
    talk.say("bla", "other")
    assert talk.handoffs == ["cannot_supply_id"]
    assert not talk.asks


def test_where_do_i_see_that_is_explained_for_the_sending_operator() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("je vois ça où", "how_to")
    assert talk.acts == ["help.operator_tx_id.Wave"]


def test_let_it_go_puts_the_case_aside_and_coming_back_finds_it() -> None:
    talk = Talk()
    talk.say("trésor vers moov bloqué", NOT_RECEIVED, from_operator="Trésor", to_operator="Moov")
    talk.say("laisse tomber finalement", "other")
    assert talk.acts == ["cancelled"]
    assert not talk.asks
    talk.wait(minutes=10)
    talk.say("toujours pas arrivé", NOT_RECEIVED, easytransfert_id=EFB, operator_tx_id="TM3781121598")
    assert talk.claims["AK-1"].slots["from_operator"] == "Trésor"


def test_after_two_days_only_what_is_missing_is_asked() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave")
    talk.wait(days=2)
    talk.say("bonjour", "greeting")
    talk.say("je reprends", NOT_RECEIVED)
    assert talk.asks == {"to_operator", "operator_tx_id"}


def test_the_same_reference_again_gives_the_status_and_no_second_claim() -> None:
    talk = filed()
    talk.wait(hours=20)
    talk.say("toujours pas arrivé", NOT_RECEIVED, easytransfert_id=EFB)
    assert "status.received" in talk.acts
    assert len(talk.filed) == 1
    assert not talk.handoffs


def test_a_claim_of_an_earlier_conversation_is_known_by_its_reference() -> None:
    talk = filed()
    talk.state = {}
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM)
    assert len(talk.filed) == 1
    assert "status.received" in talk.acts


def test_another_transfer_is_another_claim() -> None:
    talk = filed()
    talk.say("j'ai un autre aussi", "other")
    assert talk.asks == set(CLAIM)
    assert "noted.problem" in talk.acts
    talk.say("voilà", easytransfert_id="EFB.87654321", from_operator="Orange", to_operator="MTN")
    assert talk.asks == {"operator_tx_id"}
    talk.say("voilà", operator_tx_id="MP250425.1827.B29926")
    assert len(talk.claims) == 2
    talk.say("ça fait combien de dossiers ?", "other")
    assert talk.step.moves[0].facts == {"count": "2"}


def test_a_picture_that_disagrees_is_put_to_the_customer_once() -> None:
    talk = filed()
    talk.say("", "image_only", kind="image", seen={"easytransfert_id": "EFB.11112222", "amount_fcfa": 9000})
    assert talk.acts == ["conflict.picture"]
    assert not talk.changed
    talk.say("la photo c'est la bonne référence", "other")
    assert talk.claims["AK-1"].slots["easytransfert_id"] == "EFB.11112222"
    assert len(talk.filed) == 1


@pytest.mark.parametrize(("answer", "kept"), [("1", EFB), ("2", "EFB.11112222")])
def test_a_digit_settles_which_reference_is_right(answer: str, kept: str) -> None:
    talk = filed()
    talk.say("EFB.11112222", easytransfert_id="EFB.11112222")
    assert talk.acts == ["conflict.filed"]
    talk.say(answer, "other")
    assert talk.claims["AK-1"].slots["easytransfert_id"] == kept


def test_three_says_it_is_another_transfer() -> None:
    talk = filed()
    talk.say("EFB.11112222", easytransfert_id="EFB.11112222")
    talk.say("3", "other")
    assert talk.known == {"easytransfert_id": "EFB.11112222"}
    assert talk.asks == {"from_operator", "to_operator", "operator_tx_id"}


def test_a_person_is_asked_for_once_and_collecting_goes_on() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("je veux parler à quelqu'un", "ask_human")
    assert talk.handoffs == ["human_request"]
    talk.say("un conseiller", "ask_human")
    assert talk.handoffs == ["human_request"]
    assert "handoff.waiting" in talk.acts
    talk.say("voilà", operator_tx_id=TX)
    assert len(talk.filed) == 1


def test_while_a_person_has_the_conversation_it_listens_and_says_nothing() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, from_operator="Wave", to_operator="Orange")
    talk.listening = True
    step = talk.say("voilà", easytransfert_id=EFB, operator_tx_id=TX)
    assert step.silent and not step.effects and not step.moves
    talk.listening = False
    talk.say("merci", "thanks")
    assert talk.claims["AK-1"].slots == CLAIM


def test_nobody_on_duty_is_said_as_it_is() -> None:
    talk = Talk()
    talk.on_duty = False
    talk.say("un agent", "ask_human")
    assert "handoff.off_duty" in talk.acts
    assert "handoff.on_duty" not in talk.acts


def test_anger_calls_a_person_and_is_not_greeted_cheerfully() -> None:
    talk = Talk()
    talk.say("voleurs", "complaint", mood="angry")
    assert talk.handoffs == ["anger"]
    assert not any(act.startswith("greeting") for act in talk.acts)


def test_a_claim_chased_after_a_day_calls_a_person_once() -> None:
    talk = filed()
    talk.wait(hours=25)
    talk.say("ça donne quoi", "status_request")
    assert talk.handoffs == ["stale_claim"]
    assert "status.received" in talk.acts
    talk.waiting = False
    talk.say("ça donne quoi", "status_request")
    assert talk.handoffs == ["stale_claim"]


def test_settled_for_the_back_office_but_not_for_the_customer_calls_a_person() -> None:
    talk = filed()
    talk.status("AK-1", "resolved")
    talk.say("j'ai rien reçu", NOT_RECEIVED)
    assert talk.handoffs == ["dead_loop"]
    assert talk.step.state.said.status == "resolved"


def test_money_back_asked_twice_calls_a_person() -> None:
    talk = Talk()
    talk.say("remboursez moi", "refund_request", **CLAIM)
    assert [claim.kind for claim in talk.filed] == ["refund"]
    assert not talk.handoffs
    talk.say("annulez et rendez", "refund_request")
    assert talk.handoffs == ["repeated_refund"]


def test_a_wrong_recipient_is_urgent_and_collected_all_the_same() -> None:
    talk = Talk()
    talk.say("mauvais numéro", "wrong_recipient", easytransfert_id=EFB, msisdn="0711000000", role="wrong")
    assert talk.handoffs == ["wrong_recipient"]
    assert talk.asks == {"right_msisdn", "amount_fcfa", "from_operator", "to_operator"}
    talk.say("wave wave 6000", from_operator="Wave", to_operator="Wave", amount_fcfa=6000)
    talk.say("le bon", msisdn="0511000000")
    assert talk.claims["AK-1"].kind == "wrong_recipient"
    assert talk.claims["AK-1"].slots["right_msisdn"] == "0511000000"
    assert talk.handoffs == ["wrong_recipient"]


def test_an_early_withdrawal_needs_an_identity_document() -> None:
    talk = Talk()
    talk.say("casser ma cotisation avant la date", "cotisation_withdrawal", cotisation_code="CT1", to_operator="MTN")
    assert talk.asks == {"receiving_msisdn", "identity_document"}
    talk.say("voilà", msisdn="0500000000")
    assert talk.asks == {"identity_document"}
    talk.say("", "image_only", kind="image")
    assert talk.claims["AK-1"].slots["early_withdrawal"] == "true"


def test_a_cotisation_due_needs_none() -> None:
    talk = Talk()
    talk.say("retrait", "cotisation_withdrawal", cotisation_code="CT1", to_operator="MTN", msisdn="0500000000")
    assert len(talk.filed) == 1


def test_stop_is_silent_and_start_takes_it_back() -> None:
    talk = Talk()
    stop = talk.say("STOP", "other")
    assert stop.silent
    assert stop.effects == (ProactiveMessages(allowed=False),)
    start = talk.say("START", "other")
    assert start.effects == (ProactiveMessages(allowed=True),)
    assert "start_again" in talk.acts


def test_one_greeting_per_session() -> None:
    talk = Talk()
    talk.say("bonjour", "greeting")
    assert "greeting.first" in talk.acts
    talk.say("ça va ?", "greeting")
    assert not {"greeting.first", "greeting.back"} & set(talk.acts)
    talk.wait(days=1)
    talk.say("bonjour", "greeting")
    assert "greeting.back" in talk.acts


def test_not_understood_once_asks_twice_offers_two_readings_and_three_times_calls_a_person() -> None:
    talk = Talk()
    talk.say("asdf", "other")
    assert "unclear" in talk.acts
    talk.say("qsdf", "other")
    assert "unclear.readings" in talk.acts
    assert not talk.handoffs
    talk.say("qsdf", "other")
    assert talk.handoffs == ["dead_loop"]


@pytest.mark.parametrize(("answer", "heard"), [("1", "noted.problem"), ("2.", "status.unknown")])
def test_a_digit_takes_one_of_two_readings(answer: str, heard: str) -> None:
    talk = Talk()
    talk.say("asdf", "other")
    talk.say("qsdf", "other")
    talk.say(answer, "other")
    assert heard in talk.acts
    assert talk.step.state.unclear == 0


def test_two_likely_readings_are_offered_at_once() -> None:
    talk = Talk()
    talk.say_unsure("le code", ("password_reset", 0.4), ("cotisation_withdrawal", 0.35), ("other", 0.1))
    (move,) = [move for move in talk.step.moves if move.act == "unclear.readings"]
    assert "mot de passe" in str(move.facts["first"]) and "cotisation" in str(move.facts["second"])
    talk.say("2", "other")
    assert talk.step.state.case is not None and talk.step.state.case.kind == "cotisation_withdrawal"


def short_identifier() -> Talk:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("voilà", operator_tx_id="TABCDEF", role="Wave")
    assert talk.acts == ["noted", "check.operator_tx_id"]
    assert not talk.filed
    return talk


@pytest.mark.parametrize("answer", ["oui", "c'est tout ce que j'ai", "TABCDEF"])
def test_a_short_identifier_is_checked_once_and_never_refused(answer: str) -> None:
    talk = short_identifier()
    talk.say(answer, "other")
    assert talk.claims["AK-1"].slots["operator_tx_id"] == "TABCDEF"


def test_a_short_identifier_may_be_completed() -> None:
    talk = short_identifier()
    talk.say(TX, operator_tx_id=TX, role="Wave")
    assert talk.claims["AK-1"].slots["operator_tx_id"] == TX
    assert len(talk.filed) == 1


def test_a_short_identifier_said_to_be_cut_is_asked_again() -> None:
    talk = short_identifier()
    talk.say("non", "other")
    assert not talk.filed
    assert talk.asks == {"operator_tx_id"}


def test_the_back_office_waiting_asks_for_what_its_note_names() -> None:
    talk = filed()
    talk.status("AK-1", "waiting_customer", "L'identifiant Wave ne correspond à aucune transaction")
    assert talk.asks == {"operator_tx_id"}
    talk.say("voilà", operator_tx_id="TR7OUYPS6DZIKXYKB")
    assert [set(change.slots) for change in talk.changed] == [{"operator_tx_id"}]


def test_an_answer_to_a_question_never_asked_again_after_two_unanswered_digressions() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    for _ in range(4):
        talk.say("frais pour 5000", "fees_question", amount_fcfa=5000)
        assert talk.step.questions
    assert not talk.asks
    assert "resume.later" in talk.acts
    assert not talk.handoffs


SECOND = {
    "easytransfert_id": "EFB.87654321",
    "from_operator": "Moov",
    "to_operator": "MTN",
    "operator_tx_id": "MRCH251108028369",
}


def two_claims() -> Talk:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, **CLAIM, amount_fcfa=30_000)
    talk.say("un autre transfert", NOT_RECEIVED, **SECOND, amount_fcfa=20_000)
    assert list(talk.claims) == ["AK-1", "AK-2"]
    return talk


@pytest.mark.parametrize(("answer", "changed"), [("1", "AK-1"), ("2", "AK-2")])
def test_a_correction_that_fits_two_claims_asks_which_one(answer: str, changed: str) -> None:
    talk = two_claims()
    talk.say("le montant c'est 35 000", amount_fcfa=35_000)
    assert talk.acts == ["which_case"]
    assert not talk.changed
    talk.say(answer, "other")
    assert [(change.number, set(change.slots)) for change in talk.changed] == [(changed, {"amount_fcfa"})]


def test_a_correction_that_names_what_it_takes_back_needs_no_question() -> None:
    talk = two_claims()
    talk.say("le montant c'est 35 000 pas 30 000", amount_fcfa=35_000)
    assert [change.number for change in talk.changed] == ["AK-1"]
    assert talk.claims["AK-2"].slots["amount_fcfa"] == 20_000


def test_which_one_is_settled_by_a_value_only_one_holds() -> None:
    talk = two_claims()
    talk.say("le montant c'est 35 000", amount_fcfa=35_000)
    talk.say("celui de moov", from_operator="Moov")
    assert [change.number for change in talk.changed] == ["AK-2"]


def test_something_only_one_claim_lacks_is_added_without_asking() -> None:
    talk = two_claims()
    talk.say("le destinataire", msisdn="0511000000", role="recipient")
    assert [change.number for change in talk.changed] == ["AK-2"]
    assert "which_case" not in talk.acts


def test_when_one_is_filed_the_other_is_gone_on_with() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("un autre", NOT_RECEIVED, easytransfert_id="EFB.87654321", from_operator="Moov", to_operator="MTN")
    talk.say("voilà", operator_tx_id="MRCH251108028369", role="Moov")
    assert [claim.slots["from_operator"].value for claim in talk.filed] == ["Moov"]
    assert "next_case" in talk.acts and talk.asks == {"operator_tx_id"}
    talk.say("voilà", operator_tx_id=TX, role="Wave")
    assert talk.claims["AK-2"].slots["easytransfert_id"] == EFB


def test_an_identifier_goes_to_the_open_case_of_its_network() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("un autre", NOT_RECEIVED, easytransfert_id="EFB.87654321", from_operator="Moov", to_operator="MTN")
    talk.say("voilà", operator_tx_id=TX, role="Wave")
    assert talk.claims["AK-1"].slots["easytransfert_id"] == EFB


def test_asked_to_say_it_again_it_asks_the_same_without_losing_patience() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    for _ in range(4):
        talk.say("répétez", "other")
        assert talk.acts[0] == "repeat"
        assert talk.asks == {"operator_tx_id"}
    assert not talk.handoffs


def test_an_answer_is_said_again() -> None:
    talk = Talk()
    talk.say("frais pour 25000", "fees_question", amount_fcfa=25_000)
    talk.say("pardon ?", "other")
    assert [question.about for question in talk.step.questions] == [{"amount_fcfa": 25_000}]


def test_a_choice_is_put_again_and_then_answered() -> None:
    talk = filed()
    talk.say("EFB.11112222", easytransfert_id="EFB.11112222")
    talk.say("répétez", "other")
    assert "conflict.filed" in talk.acts
    talk.say("2", "other")
    assert talk.claims["AK-1"].slots["easytransfert_id"] == "EFB.11112222"


def test_a_short_identifier_is_not_settled_by_asking_to_say_it_again() -> None:
    talk = short_identifier()
    talk.say("répétez", "other")
    assert not talk.filed
    assert "check.operator_tx_id" in talk.acts
    talk.say("oui", "other")
    assert talk.filed


def test_a_filed_claim_is_recalled() -> None:
    talk = filed()
    talk.say("répétez", "other")
    (move,) = [move for move in talk.step.moves if move.act == "repeat.claim"]
    assert move.facts["case_number"] == "AK-1" and EFB in str(move.facts["recap"])


def test_what_is_not_at_hand_is_left_and_the_rest_asked() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, from_operator="Wave", to_operator="Orange")
    talk.say("j'ai pas la référence sous la main", "other")
    assert talk.asks == {"operator_tx_id"}
    assert not talk.handoffs
    talk.say("voilà", operator_tx_id=TX)
    assert talk.asks == {"easytransfert_id"}
    talk.say("plus tard", "other")
    assert "skipped.last" in talk.acts and not talk.asks
    talk.wait(days=2)
    talk.say("voilà", easytransfert_id=EFB)
    assert talk.claims["AK-1"].slots == CLAIM


def test_not_found_is_explained_twice_then_a_person_looks() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("je trouve pas", "how_to")
    assert talk.acts == ["help.operator_tx_id.Wave"]
    talk.say("c'est où", "other")
    assert talk.acts == ["help.operator_tx_id.Wave", "way_out"]
    talk.say("je trouve pas", "how_to")
    assert talk.handoffs == ["cannot_supply_id"]


def test_taken_twice_is_a_case_of_its_own() -> None:
    talk = Talk()
    talk.say("on m'a débité deux fois", "debited_not_credited")
    talk.say("voilà", easytransfert_id=EFB, from_operator="Wave", operator_tx_id=TX)
    assert [claim.kind for claim in talk.filed] == ["overcharged"]


def test_the_reference_after_what_it_should_have_cost_is_about_the_excess() -> None:
    talk = Talk()
    paid, charged = ("amount_fcfa", 7_500), ("amount_fcfa", 8_000)
    talk.say_in_order("j'ai payé 7 500 on m'a coupé 8 000", "debited_not_credited", paid, charged)
    talk.say("voilà", easytransfert_id=EFB, from_operator="Wave", operator_tx_id=TX)
    (claim,) = talk.filed
    assert (claim.kind, claim.slots["amount_fcfa"].value) == ("overcharged", 7_500)


def test_a_flow_added_as_a_file_needs_no_code() -> None:
    lost_card = {
        "label": "carte perdue",
        "intents": ["lost_card"],
        "identity": "card_last",
        "required": ["card_last", "from_operator"],
        "slots": {
            "card_last": {
                "label": "carte",
                "accepts": ["other_ref"],
                "ask": ["Quels sont les derniers signes de la carte ?"],
                "item": "\n• les derniers signes de la carte",
            }
        },
    }
    talk = Talk(Dialogue({**BRAND.flows, "lost_card": lost_card}, BRAND.settings))
    talk.say("carte perdue", "lost_card")
    assert talk.asks == {"card_last", "from_operator"}
    talk.say("voilà", other_ref="C42", from_operator="Wave")
    assert [(claim.kind, claim.slots["card_last"].value) for claim in talk.filed] == [("lost_card", "C42")]


def test_a_phone_number_for_an_identifier_is_kept_as_a_number_and_said_kindly() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="MTN", to_operator="Moov")
    talk.say("05 11 91 97 97", msisdn="0511919797")
    assert "not_it.phone" in talk.acts
    assert talk.asks == {"operator_tx_id"}
    assert talk.known["contact_msisdn"] == "0511919797"
    assert "recipient_msisdn" not in talk.known
    assert talk.step.state.said.rejects == ("0511919797",)


def test_the_receiving_sides_reference_is_told_apart() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Orange", to_operator="Wave")
    talk.say("pta9k7nzt2287a4c", other_ref="PTA9K7NZT2287A4C")
    assert "not_it.receiving" in talk.acts
    assert talk.asks == {"operator_tx_id"}
    assert "unclear.case" not in talk.acts


def test_already_given_is_shown_not_asked() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, easytransfert_id=EFB, from_operator="Wave", to_operator="Orange")
    talk.say("je vous ai déjà envoyé ça", "already_provided")
    assert talk.acts[0] == "listen.already"
    assert EFB in str(talk.step.moves[0].facts["recap"])
    assert talk.asks == {"operator_tx_id"}


def test_no_identifier_at_all_calls_a_person_and_asks_no_more() -> None:
    talk = Talk()
    talk.say("pas reçu", NOT_RECEIVED, from_operator="Wave", to_operator="Orange")
    talk.say("j'ai pas de référence, j'ai perdu mon téléphone", "password_reset")
    assert talk.handoffs == ["cannot_supply_id"]
    assert not talk.asks
    assert not talk.step.questions


def test_paid_one_amount_and_charged_a_little_more_is_a_question_about_fees() -> None:
    talk = Talk()
    paid, charged = ("amount_fcfa", 7_500), ("amount_fcfa", 7_612)
    talk.say_in_order("jai payé 7 500 mais on ma coupé 7 612", "debited_not_credited", paid, charged)
    assert talk.step.questions[0].about == {"amount_fcfa": 7_500, "charged_fcfa": 7_612}
    assert not talk.asks
    talk.say("mais rien reçu, moov vers wave", NOT_RECEIVED, from_operator="Moov", to_operator="Wave")
    assert talk.known["amount_fcfa"] == 7_500


def test_two_transfers_in_one_message_are_two_claims() -> None:
    talk = Talk()
    talk.say_in_order(
        "2 transferts pas arrivés",
        NOT_RECEIVED,
        ("easytransfert_id", EFB), ("from_operator", "MTN"), ("to_operator", "Wave"), ("operator_tx_id", "95761065434"),
        ("easytransfert_id", "EFB.87654321"), ("from_operator", "Moov"), ("operator_tx_id", "MRCH251108028369"),
    )  # fmt: skip
    assert [claim.slots["from_operator"].value for claim in talk.filed] == ["MTN", "Moov"]
    assert talk.claims["AK-2"].slots["to_operator"] == "Wave"


REFUND = {"easytransfert_id": "EFB.31593293", "operator_tx_id": "MP250127.2135.C18952", "to_operator": "MTN"}


def test_the_account_to_be_refunded_is_the_sender_when_none_is_named() -> None:
    talk = Talk()
    facts = {**REFUND, "operator_tx_id": "8081655111"}
    talk.say("remboursez moi sur mon orange", "refund_request", refund_to_operator="Orange", **facts)
    assert talk.filed[0].slots["from_operator"].value == "Orange"
    talk.say("retournez mon argent", "refund_request")
    assert talk.handoffs == ["repeated_refund"]


def test_an_identifier_whose_form_betrays_its_network_names_the_sender() -> None:
    talk = Talk()
    talk.say("rien reçu", "transfer_not_received", role="Orange", **REFUND)
    assert talk.filed[0].slots["from_operator"].value == "Orange"


def test_an_identifier_of_the_receiving_network_names_no_sender() -> None:
    talk = Talk()
    talk.say("rien reçu", "transfer_not_received", role="Orange", **{**REFUND, "to_operator": "Orange"})
    assert talk.asks == {"from_operator"}


def test_a_sender_named_outweighs_the_account_to_be_refunded() -> None:
    talk = Talk()
    talk.say("remboursez", "refund_request", refund_to_operator="Orange", from_operator="Wave", role="Orange", **REFUND)
    assert talk.filed[0].slots["from_operator"].value == "Wave"


def test_two_sums_of_a_price_question_are_two_questions_not_an_overcharge() -> None:
    talk = Talk()
    talk.say_in_order("les frais pour 1000 et 1200", "fees_question", ("amount_fcfa", 1_000), ("amount_fcfa", 1_200))
    assert [question.about for question in talk.step.questions] == [{"amount_fcfa": 1_000}, {"amount_fcfa": 1_200}]


def test_fees_really_taken_are_compared_with_the_tariff() -> None:
    talk = Talk()
    paid, charged = ("amount_fcfa", 7_500), ("amount_fcfa", 8_400)
    talk.say_in_order("j'ai payé 7 500 on m'a coupé 8 400 c quoi ces frais", "fees_question", paid, charged)
    assert [question.about for question in talk.step.questions] == [{"amount_fcfa": 7_500, "charged_fcfa": 8_400}]
