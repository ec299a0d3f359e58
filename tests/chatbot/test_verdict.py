"""Each fault the judge of simulated conversations knows, shown to it once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chatbot.rehearsal import START
from chatbot.simulation.facts import Sheet, Value
from chatbot.simulation.pen import Message
from chatbot.simulation.talk import Record
from chatbot.simulation.turns import Answer, Turn
from chatbot.simulation.verdict import Verdict, judge
from chatbot.types import ClaimView

FACTS: Mapping[str, Value] = {"easytransfert_id": "EFB.12345678", "from_operator": "Wave"}
SENDER: Mapping[str, Value] = {"from_operator": "Wave"}
SHEET = Sheet("debited_not_received", FACTS, tuple(FACTS))
NUMBER = "AK-001-0000"
FILED = Answer(reply=f"C'est fait : {NUMBER}", acts=("claim.filed",), filed=(NUMBER,))
ASKS = Answer(reply="Il me manque…", asks=("easytransfert_id", "from_operator"), acts=("ask_many",))


def says(why: str = "answer", **more: Any) -> Turn:
    return Turn((Message("…"),), why, **more)


def claim(slots: Mapping[str, Value] = FACTS, number: str = NUMBER) -> ClaimView:
    return ClaimView(number, SHEET.kind, "received", START, START, slots)


def verdict(*exchanges: tuple[Turn, Answer], claims: tuple[ClaimView, ...] = (), dropped: bool = False) -> Verdict:
    return judge(Record(exchanges, claims), [SHEET], lambda amount: 150, dropped=dropped)


STORY = (says("story"), ASKS)
TOLD = (says(gives=FACTS), FILED)


def test_a_good_conversation_has_no_fault() -> None:
    good = verdict(STORY, TOLD, claims=(claim(),))
    assert good.right
    assert good.passed
    assert not good.counts


@pytest.mark.parametrize(
    ("fault", "exchanges", "claims"),
    [
        ("no_claim", [STORY], ()),
        ("dead_end", [STORY], ()),
        ("wrong_slot", [STORY, TOLD], (claim({**FACTS, "from_operator": "MTN"}),)),
        ("claim_twice", [STORY, (says(gives=FACTS), Answer(reply="ok", filed=(NUMBER, "AK-002-0000")))],
         (claim(), claim(number="AK-002-0000"))),
        ("late", [(says(gives=FACTS), ASKS), (says(needless=True), FILED)], (claim(),)),
        ("reask", [(says(gives=SENDER), ASKS), TOLD], (claim(),)),
        ("reask_on_return", [(says(gives=SENDER), Answer("ok")), (says("back"), ASKS), TOLD], (claim(),)),
        ("extra_message", [(says(gives=FACTS), ASKS), (says(needless=True), FILED)], (claim(),)),
        ("needless_confirmation", [STORY, (says(gives=FACTS), Answer("?", confirms=("from_operator",)))], ()),
        ("refused_id", [STORY, (says(gives=FACTS), Answer("?", rejects=("efb 1234 5678",)))], ()),
        ("announced_not_filed", [STORY, (says(), Answer(reply=f"Le dossier {NUMBER} est ouvert."))], ()),
        ("announced_not_filed", [STORY, (says(), Answer(reply="Enregistré.", acts=("claim.filed.refund",)))], ()),
        ("announced_not_called", [STORY, (says(), Answer(reply="…", acts=("handoff.anger",)))], ()),
        ("loop", [STORY, (says("fees"), ASKS), (says("fees"), ASKS)], ()),
        ("silence", [STORY, (says(), Answer())], ()),
        ("wrong_figure", [STORY, (says("fees", figure=10_000), Answer(reply="Les frais sont de 1 150 FCFA."))], ()),
        ("status_not_told", [STORY, TOLD, (says("status"), Answer(reply="Bonjour"))], (claim(),)),
        ("person_not_called", [STORY, (says(due="anger"), Answer("ok")), (says(), Answer("ok"))], ()),
        ("person_called_needlessly", [STORY, (says(), Answer("ok", called="anger", waiting=True))], ()),
    ],
)  # fmt: skip
def test_each_fault_is_seen(fault: str, exchanges: list[tuple[Turn, Answer]], claims: tuple[ClaimView, ...]) -> None:
    bad = verdict(*exchanges, claims=claims)
    assert bad.counts[fault]
    assert not bad.passed


def test_a_fee_in_any_spacing_is_the_fee() -> None:
    asked = says("fees", figure=10_000)
    assert not verdict(STORY, (asked, Answer(reply="150\u00a0FCFA")), TOLD, claims=(claim(),)).counts["wrong_figure"]


def test_a_person_called_one_message_later_is_in_time() -> None:
    late = verdict(STORY, (says(due="anger"), ASKS), (says(), Answer("ok", called="anger", waiting=True)))
    assert (late.due, late.met, late.called, late.wanted) == (1, 1, 1, 1)


def test_a_claim_with_a_fact_the_customer_never_had_is_wrong() -> None:
    sheet = Sheet(SHEET.kind, FACTS, tuple(FACTS), lost=frozenset({"easytransfert_id"}))
    filed = Record((STORY, (says(gives=SENDER), FILED)), (claim(),))
    made_up = judge(filed, [sheet], lambda amount: 150, dropped=False)
    assert made_up.counts == {"wrong_slot": 1}
    assert judge(Record((STORY,), ()), [sheet], lambda amount: 150, dropped=False).counts["dead_end"]


def test_nothing_is_expected_of_a_customer_who_dropped_it() -> None:
    dropped = verdict(STORY, (says("cancel"), Answer("D'accord")), dropped=True)
    assert dropped.right is None
    assert dropped.passed


def test_who_waits_for_a_person_is_at_no_dead_end() -> None:
    assert not verdict(STORY, (says(due="anger"), Answer("ok", called="anger", waiting=True))).counts["dead_end"]
