"""A voice gone bad: nothing it says of its own reaches the customer, whatever good words stand around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.guard import Guard, sentences
from chatbot.turn import Mind, take_turn
from chatbot.types import Act, Desk, Incoming, Plan, Reply, Words
from chatbot.voices.ports import Brief, Draft

BAD = (Path(__file__).parent / "bad_sentences.txt").read_text(encoding="utf-8").splitlines()
PLANS = {
    "Pour {amount}, les frais sont de {fee}.": Act("answer.fees", ("amount", "fee")),
    "Votre dossier {case_number} est en cours de traitement par l'équipe technique.": Act(
        "status.processing", ("case_number",)
    ),
    "Quelle est la référence EasyTransfert ? Elle commence par EFB.": Act("ask.easytransfert_id"),
    "C'est noté.": Act("noted"),
}
DESK = Desk(now=datetime(2026, 1, 5, 8, 0, tzinfo=UTC), channel="web", new_case_number=lambda: "AK-1")


class Bad:
    """Says one bad sentence, before, after or between good ones."""

    tier = "azure:standard"

    def __init__(self, draft: str) -> None:
        self._draft = draft

    def speak(self, brief: Brief, seed: str) -> Draft:
        return Draft(self._pieces(), self.tier)

    def answers_open(self, brand: str) -> bool:
        return False

    def _pieces(self) -> Iterator[str]:
        for word in self._draft.split(" "):
            yield word + " "


def drafts(good: str, bad: str) -> tuple[str, ...]:
    return f"{bad} {good}", f"{good} {bad}", f"{good}\n\n{bad}", f"{good[:-1]}, {bad[0].lower()}{bad[1:]}"


@pytest.mark.parametrize("good", PLANS)
def test_the_good_words_alone_pass(mind: Mind, good: str) -> None:
    assert judged(mind, good, PLANS[good]) == "passed"


@pytest.mark.parametrize("bad", BAD)
def test_no_bad_sentence_passes_in_any_company(mind: Mind, bad: str) -> None:
    passed = [
        draft for good, act in PLANS.items() for draft in drafts(good, bad) if judged(mind, draft, act) == "passed"
    ]
    assert passed == []


def judged(mind: Mind, draft: str, act: Act) -> str:
    guard = Guard(mind.watch, Plan((act,), dict.fromkeys(act.facts, "x")), "web", lexis=mind.lexis)
    for sentence in sentences([draft]):
        if (verdict := guard.check(sentence)).reason != "passed":
            return verdict.reason
    return guard.finish().reason


@pytest.mark.parametrize("bad", BAD[::4])
def test_the_customer_gets_the_right_reply_and_no_bad_word(mind: Mind, bad: str) -> None:
    voice = Bad(f"{bad} Pour {{amount}}, les frais sont de {{fee}}.")
    asked = [Incoming("m", "frais pour 100000", DESK.now)]
    events = list(take_turn(replace(mind, voice=voice), {}, asked, DESK))
    seen = "".join(event.text for event in events if isinstance(event, Words | Reply))
    assert bad not in seen
    assert "500\u00a0FCFA" in seen
