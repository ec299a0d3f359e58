"""Transcripts become a data set: clean, without anyone in it, without repetition, dealt without a leak."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from chatbot.training import proof
from chatbot.training.cleaning import Cleaner
from chatbot.training.dataset import DataRecipe, build
from chatbot.training.digests import of_file
from chatbot.training.examples import Example
from chatbot.training.faults import DataFault, Leak
from chatbot.training.leftovers import leftovers
from chatbot.training.masking import with_holes
from chatbot.training.similar import Neighbours, Pair, jaccard, shingles
from chatbot.training.split import Groups, deal
from chatbot.training.transcripts import read_transcripts
from chatbot.types import Act, Plan
from tests.training import CANARIES, transcripts, write

RECIPE = DataRecipe.read()


def said(*turns: tuple[str, str], plan: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    """A conversation; the plan is the last turn's."""
    rows: list[dict[str, Any]] = [{"role": role, "text": text} for role, text in turns]
    if plan:
        rows[-1]["plan"] = plan
    return {"conversation": "x", "brand": "easytransfert", "channel": "web", "turns": rows, **more}


def planned(act: str, **facts: str) -> dict[str, Any]:
    return {"acts": [{"name": act, "facts": list(facts)}], "facts": facts}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("source") / "source.jsonl", transcripts(150))


@pytest.fixture(scope="module")
def built(source: Path) -> Path:
    folder = source.parent / "built"
    build(source, folder, 1, RECIPE)
    return folder


@pytest.fixture
def touched(built: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return shutil.copytree(built, tmp_path / "touched")


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def rewrite(folder: Path, name: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Spoil a split, and its digest with it: what is left to notice is the spoiled row itself."""
    changed = rows(folder / name)
    change(changed)
    write(folder / name, changed)
    told = json.loads((folder / "statistics.json").read_text())
    told["files"][name] = of_file(folder / name)
    (folder / "statistics.json").write_text(json.dumps(told))


# --- the splits ------------------------------------------------------------------------------------------------------


def test_examples_are_dealt_80_15_5_and_every_intent_is_in_every_split(built: Path) -> None:
    told = json.loads((built / "statistics.json").read_text())
    shares = {name: split["share"] for name, split in told["splits"].items()}
    assert shares == pytest.approx({"train": 0.80, "validation": 0.15, "test": 0.05}, abs=0.02)
    for split in told["splits"].values():
        assert set(split["intents"]) == {"fees_question", "refund_request", "status_request"}
        assert sum(split["intents"].values()) == split["examples"]


def test_a_conversation_stands_in_one_split(built: Path) -> None:
    held = [{row["conversation"] for row in rows(built / f"{name}.jsonl")} for name in proof.SPLITS]
    assert not any(left & right for left, right in combinations(held, 2))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(source: Path, built: Path, tmp_path: Path) -> None:
    build(source, tmp_path / "again", 1, RECIPE)
    build(source, tmp_path / "other", 2, RECIPE)
    same, other = ((tmp_path / name / "test.jsonl").read_bytes() for name in ("again", "other"))
    assert same == (built / "test.jsonl").read_bytes() != other


def test_groups_stay_whole_and_shares_are_met() -> None:
    intents = ["a", "b"] * 100
    dealt = deal([[n, n + 1] for n in range(0, 200, 2)], intents, {"big": 0.8, "small": 0.2}, seed=3)
    assert {name: len(numbers) for name, numbers in dealt.items()} == {"big": 160, "small": 40}
    assert all((number ^ 1) in dealt["small"] for number in dealt["small"])


def test_likeness_never_ties_more_than_a_group_may_hold() -> None:
    groups = Groups(largest=2)
    assert groups.add("a", []) and groups.add("b", ["a"])
    assert not groups.add("c", ["b"])  # would be the third
    assert groups.add("c", [])
    assert groups.together(["a", "b", "c"]) == [[0, 1], [2]]


# --- repetition ------------------------------------------------------------------------------------------------------


def test_repetitions_are_left_out_exact_or_near(tmp_path: Path) -> None:
    plan = planned("answer.fee", fee="500 FCFA")
    first = said(("customer", "c'est combien les frais pour Wave ?"), ("assistant", "Les frais sont de 500 FCFA."))
    again = said(("customer", "C'est combien, les frais pour WAVE"), ("assistant", "les frais sont de 500 FCFA"))
    asked = "bonjour, je voudrais savoir combien coûtent les frais pour un envoi depuis mon téléphone vers la banque"
    long = [
        said(
            ("customer", asked + end), ("assistant", "Les frais de cet envoi sont de 500 FCFA, tout compris pour vous.")
        )
        for end in ("", " ok")
    ]
    for number, one in enumerate((first, again, *long)):
        one["turns"][-1]["plan"] = plan
        one["conversation"] = str(number)
    told = build(write(tmp_path / "s.jsonl", [first, again, *long, *transcripts(40)]), tmp_path / "d", 1, RECIPE)
    left_out: Any = told["left_out"]
    assert left_out["exact_repetitions"] == 1 and left_out["near_repetitions"] == 1


def test_prefix_filtering_finds_exactly_the_pairs_that_comparing_all_finds() -> None:
    pairs = [
        Pair(turn["text"], answer["text"])
        for one in transcripts(60, seed=5)
        for turn, answer in zip(one["turns"][::2], one["turns"][1::2], strict=True)
    ]
    sides = [(shingles(pair.asked), shingles(pair.answered)) for pair in pairs]
    numbered = {
        text: number for number, text in enumerate(sorted({s for both in sides for side in both for s in side}))
    }
    sets = [[{numbered[text] for text in side} for side in both] for both in sides]
    expected = {
        (a, b)
        for a, b in combinations(range(len(pairs)), 2)
        if min(jaccard(sets[a][0], sets[b][0]), jaccard(sets[a][1], sets[b][1])) >= 0.25
    }
    index, found = Neighbours(pairs, 0.25), set()
    for number in range(len(pairs)):
        found |= {(other, number) for other, _ in index.find(number)}
        index.add(number)
    assert found == expected and len(expected) > 20


# --- no one's data ---------------------------------------------------------------------------------------------------


def test_personal_data_planted_in_transcripts_reaches_no_file(tmp_path: Path) -> None:
    filed = planned("claim.filed.refund", reference="EFB.31998877")
    planted = [
        said(("customer", "je suis Gnamien Zahui, mon pin est 4815, rappelez au 07 00 45 12 89"),
             ("assistant", "Votre demande EFB.31998877 est bien enregistrée."), plan=filed),
        said(("customer", "écrivez à awa.zahui@exemple.ci, id MP240312.1234.A98765, j'ai perdu 45 750 francs"),
             ("agent", "Bonjour M. Zahui, je regarde le 0700451289"),
             ("assistant", "Votre demande EFB.31998877 avance, Zahui."), plan=filed),
        said(("customer", "zéro sept zéro zéro quatre cinq un deux huit neuf c'est mon numéro"),
             ("assistant", "Votre demande EFB.31998877 est notée."), plan=filed),
        said(("customer", "awa attend son argent"), ("assistant", "C'est fait, EFB.31998877."), plan=filed),
    ]  # fmt: skip
    for number, one in enumerate(planted):
        one["conversation"] = f"0700451289-{number}"
    told: Any = build(write(tmp_path / "s.jsonl", [*planted, *transcripts(40)]), tmp_path / "d", 1, RECIPE)
    everything = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "d").iterdir())
    assert [canary for canary in CANARIES if canary.casefold() in everything.casefold()] == []
    assert "+22507000" not in everything  # what the export calls its conversations
    assert {tuple(one) for one in told["refused_at"]} >= {(3, 1, "personal:spoken_figure"), (4, 1, "personal:name")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("appelez le 07", "figure"),
        ("au ٠٧", "figure"),
        ("le ②", "figure"),
        ("zéro sept, zéro un, deux trois", "spoken_figure"),
        ("awa chez gmail point com", "mail"),
        ("kone arobase yahoo", "mail"),
        ("voyez exemple.ci", "link"),
        ("je m'appelle gbêhi", "name"),
        ("Monsieur Gbêhi attend", "name"),
        ("dites à yao de venir", "name"),
        ("c'est l'argent d'Awa", "name"),
        ("je suis [NOM_1] Gbêhi", "name"),
        ("Bonjour Gbêhi, je regarde", "name"),
        ("[TEL_0700451289]", "figure"),
    ],
)
def test_the_second_look_sees_what_is_left(text: str, kind: str) -> None:
    assert leftovers(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "mon numéro est [TEL_1], ma référence [REF_12]",
        "Votre dossier {reference_2} avance, [NOM_1] Bonjour",
        "bonjour monsieur, je n'ai rien reçu de Wave",
        "Merci Madame, Bonjour Wave",
        "un ou deux jours, pas plus",
        "Je m'appelle [NOM_1].",
    ],
)
def test_the_second_look_lets_masked_text_be(text: str) -> None:
    assert leftovers(text) == ""


def test_values_become_placeholders_in_any_spacing_and_in_the_order_of_the_plan() -> None:
    plan = Plan((Act("a", ("amount", "fee", "key", "other_key")),),
                {"amount": "50\u202f000\u00a0FCFA", "fee": "500 FCFA", "key": "1", "other_key": "1"})  # fmt: skip
    text = "Pour 50 000 FCFA les frais font 500FCFA : tapez 1 ou 1, pas 11."
    assert with_holes(text, plan) == "Pour {amount} les frais font {fee} : tapez {key} ou {other_key}, pas 11."


def test_what_the_guard_would_refuse_is_not_learnt(tmp_path: Path) -> None:
    wrong = said(("customer", "mon argent ?"), ("assistant", "Donnez-moi votre code PIN."), plan=planned("ask.pin"))
    other = said(
        ("customer", "les frais ?"), ("assistant", "Ils sont de 900 F."), plan=planned("answer.fee", fee="500 F")
    )
    other["conversation"] = "y"
    told: Any = build(write(tmp_path / "s.jsonl", [wrong, other, *transcripts(40)]), tmp_path / "d", 1, RECIPE)
    assert told["refused_at"] == [[1, 1, "guard:asks_secret"], [2, 1, "answer:mask"]]


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("dÃ©bitÃ© mais pas reÃ§u", "débité mais pas reçu"),
        ("  bon\u200bjour \u00a0 à\tvous \r\n\r\n", "bonjour à vous"),
        ("<Média omis>\nmerci", "merci"),
        ("Envoyé depuis mon iPhone", ""),
    ],
)
def test_text_is_cleaned(written: str, clean: str) -> None:
    assert Cleaner(RECIPE.boilerplate).clean(written) == clean


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (b"{", "s.jsonl:2: field 'line'"),
        (b"[]", "s.jsonl:2: field 'line'"),
        (b'{"conversation": "\xff"}', "s.jsonl:2: field 'line'"),
        (json.dumps({}).encode(), "s.jsonl:2: field 'turns'"),
        (json.dumps(said(("customer", "a"), brand="")).encode(), "s.jsonl:2: field 'brand'"),
        (json.dumps(said(("customer", "a"), channel="sms")).encode(), "s.jsonl:2: field 'channel'"),
        (json.dumps(said(("client", "a"))).encode(), "s.jsonl:2: field 'turns[0].role'"),
        (json.dumps(said(("customer", "a" * 9000))).encode(), "s.jsonl:2: field 'turns[0].text'"),
        (json.dumps(said(("customer", "a"), plan=planned("ask"))).encode(), "s.jsonl:2: field 'turns[0].plan'"),
        (json.dumps(said(("assistant", "a"), plan={"acts": []})).encode(), "s.jsonl:2: field 'turns[0].plan.acts'"),
        (
            json.dumps(said(("assistant", "a"), plan={"acts": [{"name": "a", "facts": ["fee"]}]})).encode(),
            "s.jsonl:2: field 'turns[0].plan.acts[0].facts'",
        ),
        (
            json.dumps(said(("customer", "a"), conversation="+2250700000000")).encode(),
            "s.jsonl:2: field 'conversation'",
        ),
        (json.dumps(said(("customer", "a"), brand="nobody")).encode(), "s.jsonl:2: field 'brand'"),
    ],
)
def test_bad_input_is_named_by_its_place_and_leaves_nothing(tmp_path: Path, line: bytes, place: str) -> None:
    source = write(tmp_path / "s.jsonl", transcripts(1))
    source.write_bytes(source.read_bytes() + line + b"\n")
    with pytest.raises(DataFault) as fault:
        build(source, tmp_path / "d", 1, RECIPE)
    assert str(fault.value).startswith(f"{place}: ") and "\n" not in str(fault.value)
    assert "0700000000" not in str(fault.value)
    assert list(tmp_path.iterdir()) == [source]


def test_too_few_conversations_and_a_folder_that_exists_are_refused(tmp_path: Path, built: Path, source: Path) -> None:
    with pytest.raises(DataFault, match=r"leave 'test' empty|leave 'validation' empty"):
        build(write(tmp_path / "s.jsonl", transcripts(1)), tmp_path / "d", 1, RECIPE)
    before = of_file(built / "train.jsonl")
    with pytest.raises(DataFault, match="exists already"):
        build(source, built, 1, RECIPE)
    assert of_file(built / "train.jsonl") == before


def test_a_transcript_is_read_as_it_stands(source: Path) -> None:
    first = next(read_transcripts(source))
    assert (first.line, first.brand, [turn.role for turn in first.turns]) == (
        1,
        "easytransfert",
        ["customer", "assistant"] * 2,
    )


# --- the proof -------------------------------------------------------------------------------------------------------


def test_a_data_set_as_built_passes_its_proof(built: Path) -> None:
    counted = proof.check(built, RECIPE.together)
    assert counted == {name: len(rows(built / f"{name}.jsonl")) for name in proof.SPLITS}


def test_an_example_survives_being_written(built: Path) -> None:
    for example in proof.read(built / "test.jsonl"):
        assert Example.from_json(json.loads(example.to_json())) == example


def test_a_file_that_changed_is_refused(touched: Path) -> None:
    with (touched / "test.jsonl").open("a") as opened:
        opened.write("\n")
    with pytest.raises(DataFault, match=r"^test\.jsonl: changed since it was built"):
        proof.check(touched, RECIPE.together)


def test_a_row_that_lost_a_field_is_named(touched: Path) -> None:
    rewrite(touched, "validation.jsonl", lambda changed: changed[1].pop("acts"))
    with pytest.raises(DataFault, match=r"^validation\.jsonl:2: field 'acts'"):
        proof.check(touched, RECIPE.together)


def leak(touched: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> str:
    """What the proof says after ``change(first row of train, first row of test)``."""
    [first, *_] = rows(touched / "train.jsonl")
    rewrite(touched, "test.jsonl", lambda changed: change(first, changed[0]))
    with pytest.raises(Leak) as found:
        proof.check(touched, RECIPE.together)
    return str(found.value)


def test_a_conversation_in_two_splits_is_a_leak(touched: Path) -> None:
    told = leak(touched, lambda train, test: test.update(conversation=train["conversation"]))
    assert told == "test.jsonl:1: field 'conversation': stands in train.jsonl:1 too"


def test_an_example_in_two_splits_is_a_leak(touched: Path) -> None:
    told = leak(touched, lambda train, test: test.update({**train, "conversation": "c9999"}))
    assert told == "test.jsonl:1: field 'answer': stands in train.jsonl:1 too"


def test_nearly_the_same_example_in_two_splits_is_a_leak(touched: Path) -> None:
    def nearly(train: dict[str, Any], test: dict[str, Any]) -> None:
        history = [*train["history"][:-1], {"role": "customer", "text": train["history"][-1]["text"] + " svp"}]
        test.update({**train, "conversation": "c9999", "history": history})

    assert leak(touched, nearly).startswith("test.jsonl:1: field 'answer': nearly the same as train.jsonl:1 (")


def test_personal_data_in_a_written_file_is_a_leak(touched: Path) -> None:
    told = leak(touched, lambda _, test: test["history"][0].update(text="rappelez au 07 00 45 12 89"))
    assert told == "test.jsonl:1: field 'answer or history': personal:figure"
