"""A plan holds every fact under one name, and says things in their order."""

from __future__ import annotations

import pytest

from chatbot import brand
from chatbot.plan import make_plan
from chatbot.types import Choice, Move
from chatbot.voices.template import TemplateVoice
from chatbot.wording import Wording, WordingError

BRAND = brand.load("easytransfert")
WORDING = Wording.read(BRAND.wording, BRAND.flows)
THIN = "\u202f"


def test_it_greets_first_and_asks_last() -> None:
    moves = (Move("ask.easytransfert_id"), Move("answer.fees", {"amount": 1, "fee": 2}), Move("greeting.first"))
    plan = make_plan(moves, "neu", {}, {}, {})
    assert [act.name for act in plan.acts] == ["greeting.first", "answer.fees", "ask.easytransfert_id"]


def test_amounts_are_written_with_thin_spaces() -> None:
    plan = make_plan((Move("answer.fees", {"amount": 1_500_000, "fee": 500}),), "neu", {}, {}, {})
    assert plan.facts == {"amount": f"1{THIN}500{THIN}000\u00a0FCFA", "fee": "500\u00a0FCFA"}


def test_two_values_under_one_name_get_two_names_and_both_are_said() -> None:
    moves = (Move("status.received", {"case_number": "AK-1"}), Move("status.received", {"case_number": "AK-2"}))
    plan = make_plan(moves, "neu", {}, {}, {})
    assert plan.facts == {"case_number": "AK-1", "case_number_2": "AK-2"}
    words = "".join(TemplateVoice(WORDING).speak(plan, "seed"))
    assert "{case_number}" in words and "{case_number_2}" in words


def test_the_brands_figures_are_facts_too() -> None:
    plan = make_plan((Move("handoff.wrong_recipient"),), "neu", {"support_phone": "25 22"}, {}, WORDING.uses)
    assert plan.facts == {"support_phone": "25 22"}
    assert plan.acts[0].facts == ("support_phone",)


def test_an_act_of_a_kind_takes_the_taps_of_its_kind() -> None:
    corrects = (Choice("Corriger", "1"),)
    plan = make_plan((Move("claim.filed.refund"),), "neu", {}, {"claim.filed": corrects}, {})
    assert plan.choices == corrects


def test_the_same_seed_says_the_same_and_other_seeds_vary() -> None:
    plan = make_plan((Move("noted"), Move("ask_many")), "neu", {}, {}, {})
    voice = TemplateVoice(WORDING)
    assert "".join(voice.speak(plan, "m1")) == "".join(voice.speak(plan, "m1"))
    assert len({"".join(voice.speak(plan, f"m{seed}")) for seed in range(40)}) > 2


def test_a_worried_customer_is_not_spoken_to_like_a_happy_one() -> None:
    facts = {"case_number": "AK-1"}
    calm, worried = (
        "".join(TemplateVoice(WORDING).speak(make_plan((Move("status.received", facts),), mood, {}, {}, {}), "s"))
        for mood in ("neu", "neg")
    )
    assert calm != worried


def test_an_act_without_words_is_named() -> None:
    plan = make_plan((Move("nothing.like.it"),), "neu", {}, {}, {})
    with pytest.raises(WordingError, match=r"nothing\.like\.it"):
        list(TemplateVoice(WORDING).speak(plan, "s"))
