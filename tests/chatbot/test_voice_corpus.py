"""The corpus of the shipped voice says what the template says, in many ways, and keeps what it is examined on apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from chatbot.brand import BrandError, load
from chatbot.training.corpus import Corpus, join
from chatbot.training.judge import refusal
from chatbot.training.marks import Marks
from chatbot.training.phrases import Phrases, parse
from chatbot.training.shapes import Shape, from_key, read_shapes, runs
from chatbot.types import Act
from chatbot.voices.prompt_local import Brief, pair
from chatbot.wording import MOODS, Wording, names_in
from tests.chatbot.test_no_overlap import exams, read, texts, words

BRAND = load("easytransfert")
VOICE = BRAND.path / "voice"
CORPUS = Corpus.of(BRAND)
MARKS = Marks.read(VOICE / "marks.toml")
WORDING = Wording.read(BRAND.wording, BRAND.flows)
WORDED = sorted(act for act in WORDING.acts if CORPUS.brief.may_word(Act(act)))
COMMON = (
    "greeting",
    "noted",
    "noted.problem",
    "ask_many",
    "ask_rest",
    "thanks",
    "ack",
    "claim.filed",
    "status.received",
)
RUN = 8  # words in a row that would be a quotation


def pieces(draws: int = 8) -> Iterator[tuple[str, str, str]]:
    """Act, mood and some texts of every pattern there is."""
    rng = Random("pieces")
    for act, moods in CORPUS.phrases.acts.items():
        for mood, patterns in moods.items():
            for pattern, _ in patterns:
                yield from ((act, mood, text) for text in {pattern.draw(rng) for _ in range(draws)})


PIECES = sorted(pieces())


# What the phrases carry ------------------------------------------------------------------------------------------


def test_there_are_phrases_for_every_wording_a_model_may_word() -> None:
    wordings = [
        (act, mood, names_in(text)) for act in WORDED for mood, ways in WORDING.acts[act].items() for text in ways
    ]
    assert [
        (act, sorted(facts), mood) for act, mood, facts in wordings if not CORPUS.phrases.find(act, facts, mood)
    ] == []


def test_there_are_none_for_words_approved_to_the_letter() -> None:
    assert set(CORPUS.phrases.acts) == set(WORDED)
    assert not CORPUS.brief.may_word(Act("handoff.on_duty")) and not CORPUS.brief.may_word(Act("unclear.readings"))
    assert CORPUS.brief.may_word(Act("unclear")) and not CORPUS.brief.may_word(Act("noted", quote="Approuvé."))


def test_a_phrase_speaks_the_facts_of_a_wording_and_no_other() -> None:
    known = {act: {names_in(text) for ways in WORDING.acts[act].values() for text in ways} for act in WORDED}
    assert [text for act, _, text in PIECES if names_in(text) not in known[act]] == []


def test_every_phrase_passes_the_guard() -> None:
    refused = [
        (text, reason)
        for act, mood, text in PIECES
        if (reason := refusal(CORPUS.watch, text, [Act(act, tuple(names_in(text)))], "neu", CORPUS.lexis)) != "passed"
    ]
    assert refused == []


def test_every_phrase_keeps_the_marks() -> None:
    assert [(text, faults) for act, _, text in PIECES if (faults := MARKS.faults(text, [Act(act)]))] == []


def test_every_wording_of_the_template_keeps_the_marks() -> None:
    wordings = [(act, text) for act, moods in WORDING.acts.items() for ways in moods.values() for text in ways]
    assert [(text, faults) for act, text in wordings if (faults := MARKS.faults(text, [Act(act)]))] == []


@pytest.mark.parametrize(
    ("text", "acts", "fault"),
    [
        ("C'est noté.", ["status.resolved"], "unsaid: status.resolved"),
        ("C'est noté, votre dossier est enregistré.", ["noted"], "false: est enregistre"),
        ("C'est noté, votre dossier est résolu.", ["noted"], "false: resolu"),
        ("C'est noté, j'ai transmis à un collègue.", ["noted"], "false: transmis"),
        ("Oui, {amount} passe en une fois, maximum {maximum}.", ["answer.limits.over"], "unsaid: answer.limits.over"),
        ("{amount} ne passe pas en une fois, maximum {maximum}.", ["answer.limits.fits"], "false: ne passe pas"),
        ("Il me manque la référence EasyTransfert.", ["ask.easytransfert_id"], "unsaid: ask.easytransfert_id"),
    ],
)
def test_marks_tell_what_is_unsaid_or_false(text: str, acts: list[str], fault: str) -> None:
    assert fault in MARKS.faults(text, [Act(act) for act in acts])


def test_there_are_many_ways_to_say_an_act() -> None:
    for act, facts in CORPUS.phrases.pairs():
        for mood in MOODS:
            ways = sum(pattern.count for pattern in CORPUS.phrases.find(act, facts, mood))
            assert ways >= (15 if act in COMMON and mood == "neu" else 6), (act, sorted(facts), mood, ways)


def test_nothing_was_taken_from_an_exam() -> None:
    def shingles(one: tuple[str, ...]) -> set[tuple[str, ...]]:
        return {one[at : at + RUN] for at in range(len(one) - RUN + 1)}

    seen = [words(text) for file in exams() for message in read(file) for text in texts(message)]
    wholes, quoted = {one for one in seen if len(one) > 3}, set().union(*map(shingles, seen))
    assert len(wholes) > 1000
    taken = [text for _, _, text in PIECES if words(text) in wholes or shingles(words(text)) & quoted]
    assert taken == []


# Patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("Bonjour", ["Bonjour"]),
        ("[a|b]c", ["ac", "bc"]),
        ("a[|b]", ["a", "ab"]),
        ("[a|[b|c]d] {fee}", ["a {fee}", "bd {fee}", "cd {fee}"]),
        ("[a|b][c|d]", ["ac", "ad", "bc", "bd"]),
    ],
)
def test_a_pattern_opens_into_its_texts(pattern: str, texts: list[str]) -> None:
    opened = parse("here", pattern)
    assert sorted(opened.all()) == texts and opened.count == len(texts)
    assert {opened.draw(Random(seed)) for seed in range(60)} == set(texts)


@pytest.mark.parametrize("pattern", ["[a|b", "a]b", "a|b", "[a[b]"])
def test_brackets_that_do_not_pair_are_told(pattern: str) -> None:
    with pytest.raises(BrandError, match="here"):
        parse("here", pattern)


def test_an_act_said_in_two_files_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('[noted]\nneu = ["Bien."]\n')
    with pytest.raises(BrandError, match=r"b\.toml: noted"):
        Phrases.read(tmp_path)


def test_a_second_fact_of_the_same_name_keeps_its_number() -> None:
    text = CORPUS.phrases.draw(Act("answer.fees", ("amount_2", "fee_2")), "neu", Random(1))
    assert "{amount_2}" in text and "{fee_2}" in text and "{fee}" not in text


def test_an_act_without_phrases_is_told() -> None:
    with pytest.raises(BrandError, match="dance"):
        CORPUS.phrases.draw(Act("dance"), "neu", Random(1))


def test_prose_after_a_list_starts_on_its_own_line() -> None:
    assert join(["Il me faut :", "\n• le montant", "\n• le numéro", "Merci."])[2:] == ("\n• le numéro", "\nMerci.")
    assert join(["\nEt l'autre demande ?", "Merci."]) == ("Et l'autre demande ?", " Merci.")


# The judge -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mood", "fault"),
    [
        ("C'est noté 🙂 Merci 👍 À vous 😊", "neu", "emoji"),
        ("C'est noté 🙂", "angry", "emoji"),
        ("C'est noté ! Merci ! Super.", "neu", "exclamations"),
        ("Je suis désolé. C'est noté, pardon.", "neg", "twice"),
        ("Merci, c'est noté, merci, et encore merci.", "neu", "twice"),
        ("Veuillez patienter, c'est noté.", "neu", "stiff"),
        ("C'est noté, tu es là ?", "neu", "familiar"),
        ("C'est noté noté pour vous.", "neu", "broken"),
        ("C'est noté, et", "neu", "broken"),
        ("Bien  noté.", "neu", "broken"),
        ("Voici : il me manque : le reçu.", "neu", "colons"),
        ("C'est noté. " * 30, "neu", "long"),
        ("Je garde votre dossier avec soin. Je garde votre dossier avec soin.", "neu", "twice"),
    ],
)
def test_the_judge_names_a_fault_of_style(text: str, mood: str, fault: str) -> None:
    assert fault in CORPUS.style.faults(text.strip(), [Act("noted")], from_key(f"noted\t{mood}").mood)


@pytest.mark.parametrize(
    "text",
    [
        "Merci, c'est noté 👍",
        "Bonjour 👋 Il me manque :\n• le montant\n• le mauvais numéro, celui qui a reçu l'argent",
        "C'est fait ✅ Votre dossier est ouvert.\nUne erreur ? Répondez {correct_key}.",
    ],
)
def test_the_judge_lets_good_style_be(text: str) -> None:
    assert CORPUS.style.faults(text, [Act("noted"), Act("ask_many")], "neu") == []


def test_warmth_is_counted() -> None:
    assert CORPUS.style.warmth("Merci, je m'en occupe avec vous.") > CORPUS.style.warmth("Il manque le montant.")


# The corpus ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained() -> list[tuple[Shape, str]]:
    return [(one.shape, one.text) for one in CORPUS.examples("train", 1500, "test")]


def test_the_same_seed_gives_the_same_examples(trained: list[tuple[Shape, str]]) -> None:
    again = [(one.shape, one.text) for one in CORPUS.examples("train", 60, "test")]
    other = [(one.shape, one.text) for one in CORPUS.examples("train", 60, "other")]
    assert again == trained[:60] and other != again


def test_no_held_out_plan_and_no_held_out_slots_are_trained_on(trained: list[tuple[Shape, str]]) -> None:
    held = {one.shape for one in CORPUS.examples("held_out", 250, "test")}
    slots = {one.shape.slots for one in CORPUS.examples("unseen_slots", 120, "test")}
    assert len(held) > 100 and len(slots) > 20 and "" not in slots
    assert not {shape.key for shape, _ in trained} & {shape.key for shape in held}
    assert not {shape.slots for shape, _ in trained} & slots


def test_what_is_trained_on_is_good(trained: list[tuple[Shape, str]]) -> None:
    for shape, text in trained[:400]:
        assert refusal(CORPUS.watch, text, shape.acts, shape.mood, CORPUS.lexis) == "passed", text
        assert CORPUS.style.faults(text, shape.acts, shape.mood) == [], text
        assert MARKS.faults(text, shape.acts) == [], text


def test_every_act_of_its_reach_is_trained_on() -> None:
    reach = set(CORPUS.reach())
    assert {pair(act) for shape, _ in CORPUS.seen for act in shape.acts} <= reach
    assert ("claim.filed.refund", ("case_number", "correct_key", "recap")) in reach
    assert not {name for name, _ in reach if name.startswith(("handoff", "warn", "conflict"))}


def test_the_plans_of_conversations_are_read_in_runs_a_model_may_word() -> None:
    acts = [Act("noted"), Act("handoff.anger"), Act("handoff.on_duty"), Act("resume"), Act("ask_rest")]
    assert list(runs(CORPUS.brief, acts)) == [(Act("noted"),), (Act("resume"), Act("ask_rest"))]
    shapes = read_shapes(VOICE / "shapes.tsv")
    assert len(shapes) > 300 and all(from_key(shape.key) == shape for shape, _ in shapes)
    assert all(CORPUS.brief.may_word(act) for shape, _ in CORPUS.seen for act in shape.acts)


def test_an_unknown_mood_is_told() -> None:
    with pytest.raises(ValueError, match="gai"):
        from_key("noted\tgai")


# The prompt ------------------------------------------------------------------------------------------------------


def test_the_prompt_tells_mood_acts_and_facts_in_one_order() -> None:
    brief = Brief("Réponds.", {"neg": "inquiet"}, ())
    acts = [Act("noted"), Act("answer.fees", ("fee", "amount"))]
    system, user = brief.messages(acts, "neg")
    assert system == {"role": "system", "content": "Réponds."}
    assert user == {"role": "user", "content": "humeur : inquiet\n#1[noted]\n#2[answer.fees] {amount} {fee}"}
    assert Brief("", {"neg": "inquiet"}, ()).messages(acts, "neg") == [user]
