"""Customers made up by a program: many, different, the same for the same seed, and judged by what they know."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from chatbot.brand import BrandError, load
from chatbot.hearing import Ear
from chatbot.simulation.phrases import HOLE, Phrases
from chatbot.simulation.report import as_line, table, tally
from chatbot.simulation.run import Outcome, simulate
from chatbot.simulation.shapes import (
    alike,
    new_operator_id,
    new_phone,
    new_reference,
    write_operator_id,
    write_phone,
    write_reference,
)
from chatbot.turn import Mind
from chatbot.types import Intent, Meaning, Normalised

EVAL = Path(__file__).resolve().parent.parent / "eval"
EXAMS = (EVAL / "messages.jsonl", EVAL / "dialogues.jsonl")
PHRASES = Phrases.read(load("easytransfert"))
MANY, SEED = 300, 7


@pytest.fixture(scope="module")
def outcomes(mind: Mind) -> list[Outcome]:
    return list(simulate(mind, MANY, SEED))


# Floors, to be raised, never lowered ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        "refused_id",
        "announced_not_filed",
        "announced_not_called",
        "loop",
        "silence",
        "status_not_told",
        "reask_on_return",
    ],
)
def test_what_must_not_happen_happens_to_nobody(outcomes: list[Outcome], fault: str) -> None:
    assert [outcome.name for outcome in outcomes if outcome.verdict.counts[fault]] == []


@pytest.mark.parametrize(
    ("fault", "most"), [("dead_end", 0), ("reask", 0), ("needless_confirmation", 0), ("wrong_figure", 0)]
)
def test_faults_do_not_rise(outcomes: list[Outcome], fault: str, most: int) -> None:
    assert tally(outcomes).faults[fault] <= most


def test_claims_are_right_on_the_very_turn(outcomes: list[Outcome]) -> None:
    total = tally(outcomes)
    assert total.expected > 0.8 * MANY
    assert total.right / total.expected >= 0.98


def test_people_are_called_when_and_only_when_due(outcomes: list[Outcome]) -> None:
    total = tally(outcomes)
    assert total.due > 20
    assert total.met / total.due >= 0.95
    assert total.wanted / total.called >= 0.92


def test_a_claim_takes_hardly_more_messages_than_it_needs(outcomes: list[Outcome]) -> None:
    total = tally(outcomes)
    assert total.faults["extra_message"] / total.expected <= 0.02


# The customers themselves --------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_conversations_and_another_seed_others(mind: Mind) -> None:
    first, again, other = (list(simulate(mind, 12, seed)) for seed in (3, 3, 4))
    assert [one.record for one in first] == [one.record for one in again]
    assert [one.record for one in first] != [one.record for one in other]


def test_a_conversation_is_the_same_however_many_are_held(mind: Mind) -> None:
    assert [one.record for one in simulate(mind, 5, 9)] == [one.record for one in simulate(mind, 8, 9)][:5]


def test_every_flow_and_every_trick_is_met(outcomes: list[Outcome], mind: Mind) -> None:
    assert {sheet.kind for one in outcomes for sheet in one.sheets} == set(mind.dialogue.rules.flows)
    whys = {turn.why for one in outcomes for turn, _ in one.record.exchanges}
    expected = {"fees", "aside", "where", "a phone for an id", "first half", "halves", "second half", "picture", "back",
                "unreadable picture", "cancel", "a person", "angry", "impatient", "correction", "menu", "menu line",
                "corrected value", "same again", "status", "thanks", "it is lost", "voice", "greeting",
                "facts alone"}  # fmt: skip
    assert expected <= whys


def test_customers_hardly_ever_write_the_same_twice(outcomes: list[Outcome]) -> None:
    stories = [turn.messages[0].text for one in outcomes for turn, _ in one.record.exchanges if turn.why == "story"]
    assert len(set(stories)) > 0.9 * len(stories)


@pytest.mark.parametrize("network", ["Wave", "Orange", "MTN", "Moov", "Trésor"])
def test_every_written_form_of_a_fact_is_the_fact(network: str) -> None:
    rng = Random(network)
    for _ in range(200):
        identifier, reference, phone = new_operator_id(network, rng), new_reference(rng), new_phone(network, rng)
        assert alike("operator_tx_id", identifier, write_operator_id(identifier, rng))
        assert alike("msisdn", phone, write_phone(phone, rng))
        written = write_reference(reference, rng, bare=False).upper().replace("O", "0").replace("I", "1")
        assert alike("easytransfert_id", reference, written)
    assert not alike("operator_tx_id", "TAAAAAAAAAAAAAAA2", "TAAAAAAAAAAAAAAA3")


def test_every_phrase_of_the_bank_can_be_said() -> None:
    facts = {name.split(".")[1] for name in PHRASES.texts if name.startswith("fact.")}
    known = facts | {"x", "old", "from", "to", "story"}
    for name, texts in PHRASES.texts.items():
        for text in texts:
            assert set(HOLE.findall(text)) <= known, (name, text)
            assert text.count("(") == text.count(")"), (name, text)


def test_no_phrase_shares_five_words_with_the_development_set() -> None:
    rows = [json.loads(row) for file in EXAMS for row in file.read_text(encoding="utf-8").splitlines()]
    shingles = {five for text in _texts(rows) for five in _fives(text)}
    assert shingles
    ours = [text for texts in PHRASES.texts.values() for phrase in texts for text in _spread_all(phrase)]
    assert [text for text in ours if set(_fives(text)) & shingles] == []


def _texts(rows: Sequence[dict[str, object]]) -> list[str]:
    found = []
    for row in rows:
        turns = row.get("turns", [])
        assert isinstance(turns, list)
        found += [turn["user"] for turn in turns if isinstance(turn.get("user"), str)]
        found += [str(row[field]) for field in ("text", "normalised") if field in row]
    return found


def _spread_all(phrase: str) -> list[str]:
    """A phrase with each choice of its alternatives."""
    match = re.search(r"\(([^()]*\|[^()]*)\)", phrase)
    if match is None:
        return [phrase]
    ways = [phrase[: match.start()] + one + phrase[match.end() :] for one in match[1].split("|")]
    return [text for way in ways for text in _spread_all(way)]


def _fives(text: str) -> list[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [tuple(words[at : at + 5]) for at in range(len(words) - 4)]


def test_a_damaged_phrase_bank_is_named(tmp_path: Path) -> None:
    brand = replace(load("easytransfert"), path=tmp_path)
    with pytest.raises(BrandError, match=r"customers\.toml"):
        Phrases.read(brand)
    (tmp_path / "customers.toml").write_text("[say]\nthanks = 3\n")
    with pytest.raises(BrandError, match=r"customers\.toml: field 'say\.thanks'"):
        Phrases.read(brand)


# An assistant that does its work badly is seen to --------------------------------------------------------------------


def test_a_deaf_assistant_files_nothing_right(mind: Mind) -> None:
    def deaf(normalised: Normalised, original: str, context: Sequence[str]) -> Meaning:
        return Meaning((Intent("other", 0.9),))

    total = tally(simulate(replace(mind, ear=Ear(mind.ear.normalise, deaf)), 20, 1))
    assert total.right == 0
    assert total.faults["no_claim"] > 10
    assert any(not measure.met for measure in total.measures)


def test_an_assistant_that_reads_a_network_wrong_is_seen_to(mind: Mind) -> None:
    def muddled(normalised: Normalised, original: str, context: Sequence[str]) -> Meaning:
        meaning = mind.ear.understand(normalised, original, context)
        wrong = tuple(replace(e, value="Moov") if e.type == "to_operator" else e for e in meaning.entities)
        return replace(meaning, entities=wrong)

    total = tally(simulate(replace(mind, ear=Ear(mind.ear.normalise, muddled)), 20, 1))
    assert total.faults["wrong_slot"] > 5


def test_the_table_and_the_lines_tell_the_same(outcomes: list[Outcome]) -> None:
    lines = [as_line(outcome) for outcome in outcomes]
    assert f"{MANY} conversations" in table(tally(outcomes))
    assert [line["conversation"] for line in lines] == [f"{SEED}/{number}" for number in range(MANY)]
    assert all(("transcript" in line) != line["passed"] for line in lines)
    assert json.loads(json.dumps(lines, ensure_ascii=False))
