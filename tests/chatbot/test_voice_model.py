"""The shipped voice through real transformers and peft: it loads, says every fact of unseen plans, and is remade."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from chatbot.brand import load
from chatbot.guard import HOLE
from chatbot.training.adapter import chosen, train_adapters
from chatbot.training.batches import UNHEARD, answer_of, batches, encode, prompt_of
from chatbot.training.corpus import Corpus, Example, recipe
from chatbot.training.evaluate_voice import Trained, evaluate, load_voice, reply
from chatbot.training.marks import Marks
from chatbot.training.pretrain import train_base
from chatbot.training.shapes import from_key
from chatbot.training.tokenizer import placeholders
from chatbot.wording import Wording

BRAND = load("easytransfert")
VOICE = BRAND.path / "voice"
CORPUS = Corpus.of(BRAND)
RECIPE = recipe(VOICE)
WORDING = Wording.read(BRAND.wording, BRAND.flows)
FIXED = tuple(BRAND.voice["voice"]["word_for_word"])  # type: ignore[index]  # no model ever words these, or what is in them
ITS_OWN = {act: uses for act, uses in WORDING.uses.items() if not act.startswith(FIXED)}
HOLES = placeholders(replace(WORDING, uses=ITS_OWN))


@pytest.fixture(scope="module")
def shipped() -> Trained:
    return load_voice(VOICE, RECIPE["adapter"]["name"], threads=1)


# The shipped files -----------------------------------------------------------------------------------------------


def test_it_is_small_enough_to_live_in_the_repository() -> None:
    files = [file for folder in ("model", "adapters") for file in (VOICE / folder).rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 8_000_000
    assert {file.suffix for file in files} <= {".safetensors", ".json", ".jinja"}


def test_every_taste_has_its_adapter_on_all_projections() -> None:
    assert RECIPE["adapter"]["name"] in RECIPE["adapter"]["tastes"]
    for name in RECIPE["adapter"]["tastes"]:
        config = json.loads((VOICE / "adapters" / name / "adapter_config.json").read_text())
        assert set(config["target_modules"]) == set(RECIPE["adapter"]["targets"])
        assert (config["r"], config["lora_alpha"], config["base_model_name_or_path"]) == (16, 32, "")


def test_it_says_what_it_was_trained_on() -> None:
    assert [(name, tuple(facts)) for name, facts in json.loads((VOICE / "model" / "acts.json").read_text())] == (
        CORPUS.reach()
    )


# The tokenizer ---------------------------------------------------------------------------------------------------


def test_a_placeholder_is_one_token_and_survives_decoding(shipped: Trained) -> None:
    assert len(HOLES) > 60
    for hole in HOLES:
        ids = shipped.tokenizer(f"Oui {hole}.", add_special_tokens=False)["input_ids"]
        assert ids.count(shipped.tokenizer.convert_tokens_to_ids(hole)) == 1
        assert shipped.tokenizer.decode(ids, skip_special_tokens=True) == f"Oui {hole}."


def test_the_name_of_an_act_is_one_token_that_decoding_leaves_out(shipped: Trained) -> None:
    ids = shipped.tokenizer("#1[noted]Bien noté.#12[claim.filed.refund] Oui.", add_special_tokens=False)["input_ids"]
    assert shipped.tokenizer.convert_tokens_to_ids(["#1", "[noted]"]) == ids[:2]
    assert shipped.tokenizer.decode(ids, skip_special_tokens=True) == "Bien noté. Oui."
    assert "#12" in shipped.tokenizer.convert_ids_to_tokens(ids)


def test_any_text_comes_back_from_its_tokens(shipped: Trained) -> None:
    for text in ("Ça va, œuvre 🙂 👍", "• l'été\n« {fee_2} »", "日本 {inconnu} {", "(noted) [noté]"):
        ids = shipped.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert shipped.tokenizer.decode(ids, skip_special_tokens=True) == text


def test_what_it_is_told_follows_the_turns_of_llama(shipped: Trained) -> None:
    text = prompt_of(shipped.tokenizer, CORPUS.brief, from_key("noted + answer.fees amount fee\tneg"))
    head, tail = "<|start_header_id|>", "<|end_header_id|>\n\n"
    assert text == (
        f"<|begin_of_text|>{head}user{tail}humeur : inquiet\n#1[noted]\n"
        f"#2[answer.fees] {{amount}} {{fee}}<|eot_id|>{head}assistant{tail}"
    )


# What it is worth ------------------------------------------------------------------------------------------------


def test_it_words_held_out_plans(shipped: Trained) -> None:
    report = evaluate(shipped, CORPUS, Marks.read(VOICE / "marks.toml"), "held_out", 40, references=4)
    assert report.facts_right >= 0.95 and report.guard_passed >= 0.95, report.worst
    assert report.marks_kept >= 0.9 and report.style_broken <= 0.1, report.worst
    assert report.perplexity <= 12.3 and report.distinct >= 0.8
    assert report.bleu4 >= 0.4 and report.rouge_l >= 0.5


def test_two_facts_of_one_name_are_both_said(shipped: Trained) -> None:
    shape = from_key("answer.fees amount fee + answer.fees amount_2 fee_2\tneu")
    texts, _ = reply(shipped, CORPUS, [shape] * 4, seed=1)
    assert [set(HOLE.findall(text)) for text in texts] == [{"amount", "fee", "amount_2", "fee_2"}] * 4


def test_the_mood_is_heard(shipped: Trained) -> None:
    merry, _ = reply(shipped, CORPUS, [from_key("thanks\tpos")] * 12, seed=1)
    angry, _ = reply(shipped, CORPUS, [from_key("noted.problem\tangry")] * 12, seed=1)
    assert sum("🙂" in text or "😊" in text for text in merry) >= 3
    assert not any("🙂" in text for text in angry)
    assert sum("colère" in text or "désolé" in text or "mécontent" in text or "bout" in text for text in angry) >= 6
    assert len(set(angry)) >= 4


# Remade ----------------------------------------------------------------------------------------------------------

TINY: Mapping[str, Any] = {
    **RECIPE,
    "tokenizer": {"vocabulary": 900, "texts": 120},
    "model": {**RECIPE["model"], "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    | {"num_attention_heads": 2, "num_key_value_heads": 2},
    "base": {**RECIPE["base"], "examples": 120, "batch": 8, "warmup": 2},
    "adapter": {
        **RECIPE["adapter"],
        "batch": 8,
        "warmup": 2,
        "lr": 0.02,
        "tastes": {"sobre": {**RECIPE["adapter"]["tastes"]["sobre"], "examples": 24, "drafts": 2}},
    },
}


def test_base_and_adapter_are_trained_written_and_loaded(tmp_path: Path) -> None:
    told: list[str] = []
    losses = train_base(BRAND, tmp_path, told.append, steps=20, threads=1, settings=TINY)
    assert len(losses) == 20 and sum(losses[-4:]) < 0.9 * sum(losses[:4])
    before = load_voice(tmp_path, None, threads=1)

    adapted = train_adapters(BRAND, tmp_path, told.append, steps=12, threads=1, settings=TINY)["sobre"]
    assert len(adapted) == 12 and adapted[-1] < adapted[0]
    after = load_voice(tmp_path, "sobre", threads=1)
    prompt = before.tokenizer("Bonjour", add_special_tokens=False, return_tensors="pt")["input_ids"]
    assert not torch.allclose(before.model(prompt).logits, after.model(prompt).logits)
    assert before.model.num_parameters() == after.model.num_parameters()
    assert told[0] == "120 examples"


def test_the_loss_is_on_the_answer_and_the_order_is_the_seed_s(shipped: Trained) -> None:
    examples = CORPUS.examples("train", 30, "order")
    encoded = encode(shipped.tokenizer, CORPUS.brief, examples)
    pad = shipped.tokenizer.pad_token_id
    first, again, other = (list(islice(batches(encoded, 4, pad, seed), 12)) for seed in ("a", "a", "b"))
    assert all(torch.equal(one["input_ids"], two["input_ids"]) for one, two in zip(first, again, strict=True))
    assert any(not torch.equal(one["input_ids"], two["input_ids"]) for one, two in zip(first, other, strict=True))

    heard = {
        shipped.tokenizer.decode(ids[labels != UNHEARD])
        for batch in first
        for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True)
    }
    assert heard <= {answer_of(one) + shipped.tokenizer.eos_token for one in examples} and len(heard) > 20


def test_a_taste_takes_the_draft_it_likes() -> None:
    tastes = RECIPE["adapter"]["tastes"]

    def emoji(examples: list[Example]) -> int:
        return sum("🙂" in one.text or "👍" in one.text or "👋" in one.text for one in examples)

    warm, sober = (
        chosen(CORPUS, {**tastes[name], "examples": 60, "drafts": 3}, "taste") for name in ("chaleureux", "sobre")
    )
    assert sum(CORPUS.style.warmth(one.text) for one in warm) > sum(CORPUS.style.warmth(one.text) for one in sober)
    assert emoji(sober) < emoji(warm)


def test_a_reply_that_fails_is_counted(shipped: Trained) -> None:
    strict = Marks.of({name: {"says": ["jamais dit"]} for name in ("thanks", "noted", "greeting", "answer", "claim")})
    report = evaluate(shipped, CORPUS, strict, "held_out", 8, references=2)
    assert report.marks_kept < 1 and any("marks" in line for line in report.worst)
