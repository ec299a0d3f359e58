"""What a rule may ask and do: a closed list, whose faults are said in French at the field they are in."""

from __future__ import annotations

from typing import Any

import pytest

from support.rules import vocabulary
from support.rules.vocabulary import RuleError

ALL = {
    "reasons": ["anger"], "kinds": ["refund"], "senders": ["Orange"], "receivers": ["Wave"], "channels": ["web"],
    "moods": ["angry"], "words": ["arnaque"], "amount": 500_000, "claims": 2, "closed": True,
}  # fmt: skip


def test_what_is_kept_reads_as_it_was_written() -> None:
    asked = vocabulary.conditions({**ALL, "words": [" arnaque ", "arnaque"]}, "opened")
    assert vocabulary.plain(asked) == ALL
    acts = {"priority": 0, "label": 3, "team": 4, "status": "snoozed", "hours": 4, "notice": True}
    assert vocabulary.plain(vocabulary.acts(acts, "wrote")) == acts, "priority 0 is the most urgent, not nothing"
    assert vocabulary.plain(vocabulary.conditions({}, "opened")) == {}


@pytest.mark.parametrize(
    ("conditions", "field", "says"),
    [
        pytest.param([], "conditions", "objet", id="not an object"),
        pytest.param({"reply": "bonjour"}, "conditions", "Mot inconnu : reply", id="a word nobody knows"),
        pytest.param({"reasons": ["x"]}, "reasons", "inconnue : x", id="a reason"),
        pytest.param({"channels": ["sms"]}, "channels", "sms", id="a channel"),
        pytest.param({"moods": ["sad"]}, "moods", "sad", id="a mood"),
        pytest.param({"words": "arnaque"}, "words", "expressions", id="a text for a list"),
        pytest.param({"words": [" "]}, "words", "expressions", id="an empty word"),
        pytest.param({"words": ["a" * 41]}, "words", "40", id="a long word"),
        pytest.param({"words": ["a"] * 31}, "words", "30", id="many words"),
        pytest.param({"amount": 0}, "amount", "de 1 à", id="no amount"),
        pytest.param({"amount": True}, "amount", "nombre", id="a flag for an amount"),
        pytest.param({"amount": "5"}, "amount", "nombre", id="a text for an amount"),
        pytest.param({"claims": 100}, "claims", "99", id="too many claims"),
        pytest.param({"closed": 1}, "closed", "Oui ou non", id="a number for a flag"),
        pytest.param({"score": 2}, "score", "quand le client", id="a score before there is one"),
    ],
)
def test_conditions_that_mean_nothing(conditions: Any, field: str, says: str) -> None:
    with pytest.raises(RuleError, match=says) as fault:
        vocabulary.conditions(conditions, "opened")
    assert fault.value.field == field


@pytest.mark.parametrize(
    ("acts", "occasion", "field"),
    [
        pytest.param({}, "opened", "acts", id="nothing"),
        pytest.param({"notice": False}, "opened", "acts", id="nothing said"),
        pytest.param({"reply": "Bonjour"}, "opened", "acts", id="never a message to the customer"),
        pytest.param({"priority": 4}, "opened", "priority", id="a priority that is none"),
        pytest.param({"status": "resolved"}, "opened", "status", id="a rule ends no case"),
        pytest.param({"status": "snoozed"}, "opened", "hours", id="a sleep without an end"),
        pytest.param({"notice": True, "hours": 3}, "opened", "hours", id="an end without a sleep"),
        pytest.param({"status": "snoozed", "hours": 721}, "opened", "hours", id="a month of sleep"),
        pytest.param({"priority": 1}, "resolved", "priority", id="urgency of what is over"),
        pytest.param({"team": 1}, "scored", "team", id="a team for what is over"),
        pytest.param({"status": "pending"}, "scored", "status", id="a state of what is over"),
    ],
)
def test_acts_that_cannot_be_done(acts: Any, occasion: str, field: str) -> None:
    with pytest.raises(RuleError) as fault:
        vocabulary.acts(acts, occasion)
    assert fault.value.field == field


def test_what_is_over_can_be_labelled_and_told_of() -> None:
    assert vocabulary.acts({"label": 1, "notice": True}, "resolved").label == 1
    assert vocabulary.conditions({"score": 2}, "scored").score == 2
