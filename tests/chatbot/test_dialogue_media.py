"""Pictures and voice notes in a dialogue: doubt is asked about once, a conflict put once, a voice note repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatbot import brand
from chatbot.dialogue.state import from_json
from chatbot.turn import Mind, take_turn
from chatbot.types import ClaimFiled, Desk, Entity, Incoming, Reply, TurnDone
from tests.chatbot.talk import Talk

EFB, WAVE, OTHER = "EFB.12345678", "TQFMDMBX5IWKCWBYM", "TZZZ7MBX2IWKAAAYM"
ORANGE = "MP240612.1234.A12345"


def waiting_for_the_identifier(**more: str | int) -> Talk:
    talk = Talk()
    facts: dict[str, str | int] = {"easytransfert_id": EFB, "from_operator": "Wave", "to_operator": "Orange"}
    talk.say("pas reçu", "transfer_not_received", **(facts | more))  # type: ignore[arg-type]
    return talk


def shows(talk: Talk, *, sure: bool = True, **seen: str | int) -> None:
    talk.say("", "image_only", kind="image", seen=seen, seen_confidence=1.0 if sure else 0.5)


def held(talk: Talk, slot: str) -> tuple[str | int, str]:
    case = from_json(talk.state).case
    assert case is not None
    return case.slots[slot].value, case.slots[slot].validity


def test_a_sure_reading_files_at_once() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, operator_tx_id=WAVE)
    assert len(talk.filed) == 1


def test_a_doubtful_one_is_asked_once_and_a_yes_files_it() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, sure=False, operator_tx_id=WAVE)
    assert talk.acts[-1] == "read.operator_tx_id"
    assert not talk.filed
    talk.say("oui", "confirm")
    assert len(talk.filed) == 1
    assert talk.filed[0].slots["operator_tx_id"].validity == "ok"


def test_a_no_drops_it_and_asks_to_write() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, sure=False, operator_tx_id=WAVE)
    talk.say("non", "deny")
    assert talk.asks == {"operator_tx_id"}
    assert "operator_tx_id" not in talk.known
    assert not talk.filed


def test_another_one_typed_instead_is_the_right_one() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, sure=False, operator_tx_id=WAVE)
    talk.say(OTHER, operator_tx_id=OTHER, role="Wave")
    assert talk.filed[0].slots["operator_tx_id"].value == OTHER


def test_without_a_yes_the_claim_says_that_it_is_doubtful() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, sure=False, operator_tx_id=WAVE)
    talk.say("c'est quand ?", "other")
    assert talk.filed[0].slots["operator_tx_id"].validity == "doubtful"


def test_a_doubtful_reference_is_asked_about_as_well() -> None:
    talk = Talk()
    talk.say("pas reçu", "transfer_not_received", from_operator="Wave", to_operator="Orange", operator_tx_id=WAVE)
    shows(talk, sure=False, easytransfert_id=EFB)
    assert talk.acts[-1] == "read.easytransfert_id"
    talk.say("oui", "confirm")
    assert talk.filed[0].slots["easytransfert_id"].validity == "ok"


def test_the_same_one_typed_settles_the_doubt_without_a_question() -> None:
    talk = waiting_for_the_identifier()
    talk.say("", "image_only", kind="image", seen={"operator_tx_id": WAVE}, seen_confidence=0.5, operator_tx_id=WAVE)
    assert len(talk.filed) == 1
    assert talk.filed[0].slots["operator_tx_id"].validity == "ok"


def test_a_bad_picture_of_what_was_typed_changes_nothing() -> None:
    talk = Talk()
    talk.say("pas reçu", "transfer_not_received", from_operator="Wave", operator_tx_id=WAVE, role="Wave")
    shows(talk, sure=False, operator_tx_id=WAVE.replace("5", "S"))
    assert held(talk, "operator_tx_id") == (WAVE, "ok")
    assert "conflict" not in " ".join(talk.acts)


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize(("answer", "kept"), [("1", WAVE), ("2", OTHER)])
def test_another_identifier_than_the_typed_one_is_put_to_the_customer_once(sure: bool, answer: str, kept: str) -> None:
    talk = Talk()
    talk.say("pas reçu", "transfer_not_received", from_operator="Wave", operator_tx_id=WAVE, role="Wave")
    shows(talk, sure=sure, operator_tx_id=OTHER)
    assert talk.acts == ["conflict.picture.operator_tx_id"]
    talk.say(answer, "other")
    assert talk.known["operator_tx_id"] == kept
    assert not talk.step.state.pending


def test_a_doubtful_reading_is_not_taken_for_the_first_half_of_a_cut_one() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, sure=False, operator_tx_id=WAVE)
    assert talk.dialogue.cut_short(from_json(talk.state)) is None


def test_a_short_typed_one_still_is() -> None:
    talk = waiting_for_the_identifier()
    talk.say(WAVE[:9], operator_tx_id=WAVE[:9], role="Wave")
    carried = talk.dialogue.cut_short(from_json(talk.state))
    assert carried is not None
    assert carried.text == WAVE[:9]


def test_the_receipt_of_money_received_is_explained() -> None:
    talk = waiting_for_the_identifier()
    shows(talk, other_ref="pt-ab12cd34")
    assert "not_it.receiving" in talk.acts


# --- Voice, and everything else, in words --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mind(tmp_path_factory: pytest.TempPathFactory) -> Mind:
    from django.conf import settings

    return Mind.load("easytransfert", settings.VAR_DIR / "models")


def answer(mind: Mind, *messages: Incoming, state: object = None) -> tuple[str, list[ClaimFiled]]:
    desk = Desk(messages[-1].at, "whatsapp", new_case_number=lambda: "AK-1")
    events = list(take_turn(mind, state or {}, messages, desk))  # type: ignore[arg-type]
    assert isinstance(events[-1], TurnDone)
    said = "\n".join(event.text for event in events if isinstance(event, Reply))
    return said.replace("\u00a0", " "), [event for event in events if isinstance(event, ClaimFiled)]


def message(text: str = "", kind: str = "text", *seen: Entity) -> Incoming:
    return Incoming("m1", text, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), kind, seen)  # type: ignore[arg-type]


def test_a_voice_note_is_repeated_before_the_answer(mind: Mind) -> None:
    words = "c'est combien les frais pour dix mille de Wave vers Orange"
    said, _ = answer(mind, message(words, "audio"))
    assert said.index(f"J'ai entendu : « {words} »") < said.index("150")


def test_a_long_one_is_repeated_in_part(mind: Mind) -> None:
    said, _ = answer(mind, message("mon transfert n'est pas arrivé " * 30, "audio"))
    assert "… »" in said
    assert said.count("pas arrivé") < 12


def test_a_voice_note_that_completes_the_claim_is_repeated_and_filed(mind: Mind) -> None:
    words = f"mon transfert de Wave vers Orange n'est pas arrivé référence EFB 30890423 identifiant {WAVE}"
    said, filed = answer(mind, message(words, "audio"))
    assert "J'ai entendu" in said
    assert len(filed) == 1


def test_what_is_written_is_not_repeated(mind: Mind) -> None:
    said, _ = answer(mind, message("mon transfert n'est pas arrivé"))
    assert "entendu" not in said


def test_a_doubtful_picture_is_put_in_words(mind: Mind) -> None:
    seen = Entity("operator_tx_id", ORANGE, (0, 0), 0.5, "Orange")
    text = message("transfert Orange vers Wave pas reçu, EFB.30890423")
    said, filed = answer(mind, text, message("", "image", seen))
    assert f"Je lis l'identifiant {ORANGE}" in said
    assert filed == []


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "location", "contact", "sticker"])
def test_no_kind_of_message_is_met_with_silence(kind: str, mind: Mind) -> None:
    said, _ = answer(mind, message("", kind))
    assert len(said) > 10


def test_the_brand_says_how_to_read_receipts() -> None:
    assert brand.load("easytransfert").receipts["ours"]
