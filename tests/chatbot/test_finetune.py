"""The road of the big model on a tiny one, for real: data set → NF4 and LoRA → measured → registered → promoted → back.

The only file that loads torch for it, so that it is loaded once: the commands are run from here too.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chatbot.brand import load
from chatbot.guard import Watch
from chatbot.training import proof, scores
from chatbot.training.chat import Prompt
from chatbot.training.dataset import DataRecipe, build
from chatbot.training.evaluate import evaluate
from chatbot.training.examples import Example, Said
from chatbot.training.faults import DataFault
from chatbot.training.finetune import arguments, finetune, rows, sft
from chatbot.training.hardware import Machine, settle
from chatbot.training.loading import load_adapted, load_base, load_tokenizer
from chatbot.training.recipe import RECIPES, Recipe, RecipeError
from chatbot.training.registry import Registry
from tests.training import tiny_llama, transcripts, write

TINY, BIG = Recipe.read("tiny"), Recipe.read("llama32-3b")
LAPTOP = Machine(cuda=False, types=("bf16", "fp16"), libraries=frozenset({"bitsandbytes"}), name="CPU")
EXAMPLE = Example(
    id="c1-1", conversation="c1", brand="easytransfert", channel="web", intent="status_request", mood="neg",
    history=(Said("customer", "bonjour"), Said("agent", "Bonjour"), Said("customer", "et mon argent ?")),
    acts=(("heard", ()), ("status.open", ("reference", "delay"))),
    answer="Votre dossier {reference} avance, comptez {delay}.",
)  # fmt: skip


def anything(_: object) -> bool:
    return True


@dataclass(frozen=True)
class Road:
    """What the road left: the data set, the base, the adapter and the run's record."""

    data: Path
    base: Path
    made: Path
    run: dict[str, Any]


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Trained once, by the command."""
    here = tmp_path_factory.mktemp("road")
    data, made = here / "data", here / "made"
    build(write(here / "source.jsonl", transcripts(50)), data, 1, DataRecipe.read())
    chats = rows(proof.read(data / "train.jsonl"), Prompt.read(), anything)
    texts = [message["content"] for chat in chats for message in (*chat["prompt"], *chat["completion"])]
    base = tiny_llama(here / "base", texts)
    call_command("finetune", data=data, model=base, recipe="tiny", out=made, stdout=StringIO())
    return Road(data, base, made, json.loads((made / "run.json").read_text()))


def test_the_loss_goes_down_and_only_lora_is_trained(road: Road) -> None:
    loss, weights = road.run["loss"], road.run["weights"]
    assert loss["last"] < loss["first"] - 1 and loss["validation"] < loss["first"] - 1
    saved = weights_of(road.made)
    assert all(".lora_A." in name or ".lora_B." in name for name in saved)
    assert sum(weight.numel() for weight in saved.values()) == weights["trained"] < weights["of"]
    assert {name.split(".")[-3] for name in saved} == set(TINY.lora.targets)
    assert any(weight.abs().max() > 0 for name, weight in saved.items() if ".lora_B." in name)  # they start at zero


def weights_of(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(folder / "adapter_model.safetensors"))


def test_the_run_tells_what_it_did_and_what_it_did_without(road: Road) -> None:
    assert road.run["carried_out"] == {
        "load": "nf4",
        "compute": "bf16",
        "optimiser": "adamw_torch",
        "attention": "sdpa",
    }
    assert [told.partition(":")[0] for told in road.run["fallbacks"]] == [
        "paged_adamw_8bit → adamw_torch",
        "flash_attention_2 → sdpa",
    ]
    assert road.run["base"]["name"] == "base" and len(road.run["base"]["sha256"]) == 64
    assert {"torch", "trl", "peft", "bitsandbytes"} <= road.run["libraries"].keys()
    assert {path.name for path in road.made.parent.iterdir()} == {
        "source.jsonl",
        "data",
        "base",
        "made",
    }  # no draft left
    assert str(road.base.parent) not in (road.made / "adapter_config.json").read_text()


def test_the_base_is_in_four_bits_on_the_cpu_too(road: Road) -> None:
    from bitsandbytes.nn import Linear4bit

    model = load_base(road.base, TINY, settle(TINY, LAPTOP))
    layers = [part for name, part in model.named_modules() if name.endswith("_proj")]
    assert len(layers) == 14 and all(isinstance(layer, Linear4bit) for layer in layers)
    states = [layer.weight.quant_state for layer in layers]
    assert {(state.quant_type, state.nested) for state in states} == {("nf4", True)}


def test_the_loss_is_on_the_answer_only(road: Road) -> None:
    setting = settle(TINY, LAPTOP)
    tokenizer = load_tokenizer(road.base)
    options = arguments(TINY, setting, road.made.parent.parent / "unused", 1)
    trainer = sft(road.data, load_base(road.base, TINY, setting), tokenizer, TINY.lora, options)
    answers = {example.answer + "<|eot_id|>" for example in proof.read(road.data / "train.jsonl")}
    for batch in trainer.get_train_dataloader():
        learnt = {tokenizer.decode(labels[labels != -100]) for labels in batch["labels"]}
        assert learnt <= answers


def test_measured_registered_promoted_and_back_by_the_commands(road: Road, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    report = tmp_path / "report.json"
    asked = {"model": road.base, "data": road.data / "test.jsonl", "recipe": "tiny", "limit": 3}
    printed = run("evaluate_model", **asked, adapter=str(road.made), report=report)
    told = json.loads(report.read_text())
    assert f"{told['perplexity']:.2f}" in printed and told["examples"] == 3
    assert all(0 <= told[share] <= 1 for share in ("bleu4", "rouge_l", "faithful", "style_broken"))
    assert told["tokens_per_second"] > 0 and told["memory_mib"]["process"] > told["memory_mib"]["weights"] > 0

    first = run("adapters", "register", str(road.made), "--name", "akwaba", "--report", str(report)).strip()
    run("adapters", "promote", first)
    assert run("evaluate_model", **asked, adapter=first, report=report)  # what is registered can be loaded and measured
    assert json.loads(report.read_text())["perplexity"] == pytest.approx(told["perplexity"])

    other = shutil.copytree(road.made, tmp_path / "other")
    (other / "run.json").write_text(json.dumps({**road.run, "prompt": "another"}))
    second = run("adapters", "register", str(other), "--name", "akwaba", "--report", str(report)).strip()
    run("adapters", "promote", second)
    assert Registry(tmp_path / "adapters").resolve("akwaba").name == second.partition("@")[2] != first.partition("@")[2]
    assert run("adapters", "rollback").strip() == f"{first} serves again"
    assert f"* {first}" in run("adapters", "list")
    assert run("adapters", "path", "akwaba").strip() == str(tmp_path / "adapters" / first.replace("@", "/"))


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, **options, stdout=out)
    return out.getvalue()


def test_the_adapter_is_worth_having(road: Road) -> None:
    test = road.data / "validation.jsonl"
    with_it, without = (
        evaluate(road.base, made, test, SHORT, ticks=lambda: 0.0, limit=4) for made in (road.made, None)
    )
    assert float(str(with_it["perplexity"])) < float(str(without["perplexity"])) / 2
    assert (with_it["base"], without["adapter"]) == (road.run["base"], "")


SHORT = replace(TINY, generation=replace(TINY.generation, max_new_tokens=2))


def test_perplexity_is_that_of_the_answers_tokens(road: Road) -> None:
    import torch

    told = evaluate(road.base, road.made, road.data / "test.jsonl", SHORT, ticks=lambda: 0.0, limit=1)
    [example, *_] = proof.read(road.data / "test.jsonl")
    [chat] = rows([example], Prompt.read(), anything)
    tokenizer = load_tokenizer(road.base)
    model = load_adapted(road.base, road.made, TINY, settle(TINY, LAPTOP))
    whole = tokenizer.apply_chat_template([*chat["prompt"], *chat["completion"]], tokenize=False)
    ids = tokenizer(whole, add_special_tokens=False, return_tensors="pt").input_ids
    answer = tokenizer(example.answer + "<|eot_id|>", add_special_tokens=False).input_ids
    labels = torch.full_like(ids, -100)
    labels[0, -len(answer) :] = ids[0, -len(answer) :]
    assert told["answer_tokens"] == len(answer)
    assert told["perplexity"] == pytest.approx(model(input_ids=ids, labels=labels).loss.exp().item(), rel=0.02)


def test_a_data_set_with_a_leak_is_not_trained_on(road: Road, tmp_path: Path) -> None:
    leaky = shutil.copytree(road.data, tmp_path / "leaky")
    shutil.copyfile(leaky / "train.jsonl", leaky / "test.jsonl")
    with pytest.raises(DataFault, match=r"^test\.jsonl"):
        finetune(leaky, road.base, TINY, tmp_path / "made", ticks=lambda: 0.0)
    assert not (tmp_path / "made").exists()
    with pytest.raises(CommandError, match="exists already") as refused:
        call_command("finetune", data=road.data, model=road.base, recipe="tiny", out=road.made)
    assert refused.value.returncode == 2


# --- what needs no model ---------------------------------------------------------------------------------------------


def test_the_recipe_of_the_big_model_is_the_study_s() -> None:
    lora, training = BIG.lora, BIG.training
    assert (lora.r, lora.alpha, lora.dropout) == (16, 32, 0.05)
    assert lora.targets == ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    assert (training.epochs, training.batch, training.accumulation) == (3, 4, 4)
    assert (training.learning_rate, training.schedule, training.warmup) == (2e-4, "cosine", 0.03)
    assert (training.weight_decay, training.max_grad_norm, training.optimiser) == (0.01, 1.0, "paged_adamw_8bit")
    assert (BIG.quantisation.load, BIG.quantisation.double) == ("nf4", True)


def test_on_a_gpu_that_has_everything_nothing_is_done_without() -> None:
    everything = frozenset({"bitsandbytes", "flash_attn"})
    settled = settle(BIG, Machine(cuda=True, types=("bf16", "fp16"), libraries=everything, name="GPU"))
    assert (settled.compute, settled.optimiser, settled.attention) == ("bf16", "paged_adamw_8bit", "flash_attention_2")
    assert settled.load == "nf4" and settled.fallbacks == ()


def test_an_older_gpu_computes_in_fp16_and_says_so() -> None:
    settled = settle(BIG, Machine(cuda=True, types=("fp16",), libraries=frozenset({"bitsandbytes"}), name="T4"))
    assert settled.compute == "fp16" and "bf16 → fp16: T4 does not compute in it" in settled.fallbacks


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("r = 16", ""), "r"),
        (("r = 16", "r = 16\nrank = 8"), "rank"),
        (('load = "nf4"', 'load = "int3"'), "quantisation.load"),
        (("[lora]", "[lora"), "x.toml"),
        (("[generation]", "[other]"), "generation"),
    ],
)
def test_a_bad_recipe_is_named(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    text = (RECIPES / "llama32-3b.toml").read_text(encoding="utf-8")
    (tmp_path / "x.toml").write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(RecipeError, match=rf"^x\.toml: .*{told}|^{told}"):
        Recipe.read("x", tmp_path)
    with pytest.raises(RecipeError, match="no such recipe"):
        Recipe.read("../x", tmp_path)


def test_what_does_not_fit_loses_its_oldest_words_and_never_its_answer() -> None:
    [whole] = rows([EXAMPLE], Prompt.read(), anything)
    [shorter] = rows([EXAMPLE], Prompt.read(), lambda chat: len(chat) < 5)
    assert [message["role"] for message in whole["prompt"]] == ["system", "user", "assistant", "user"]
    assert [message["role"] for message in shorter["prompt"]] == ["system", "assistant", "user"]
    assert shorter["prompt"][-1] == whole["prompt"][-1] and shorter["completion"] == whole["completion"]
    with pytest.raises(DataFault, match="example c1-1: longer than"):
        rows([EXAMPLE], Prompt.read(), lambda chat: len(chat) < 3)


def test_a_chat_alternates_and_ends_with_the_plan() -> None:
    system, *talk = Prompt.read().chat(EXAMPLE, "EasyTransfert")
    assert "EasyTransfert" in system["content"] and "{reference}" in system["content"]
    assert [message["role"] for message in talk] == ["user", "assistant", "user"]
    last = "et mon argent ?\n\nHumeur du client : déçue ou inquiète\nPlan :\n- heard\n- status.open {reference} {delay}"
    assert talk[-1]["content"] == last


@pytest.mark.parametrize(
    ("draft", "faithful", "style"),
    [
        ("Votre dossier {reference} avance, comptez {delay}.", True, set()),
        ("Votre dossier {reference} avance.", False, set()),
        ("Votre dossier {reference} : {delay}, {fee}.", False, set()),
        ("Votre dossier {reference} avance, comptez {delay}, soit 2 jours.", False, set()),
        ("Bonjour, {reference} avance, {delay}. Bonjour.", True, {"repeated_greeting"}),
        ("{reference}, {delay}. Donnez-moi votre code PIN.", True, {"asks_secret"}),
        ("", False, {"empty"}),
    ],
)
def test_drafts_are_judged(draft: str, faithful: bool, style: set[str]) -> None:
    judged = scores.judge(EXAMPLE, draft, Watch.read(load("easytransfert").settings))
    assert (judged.faithful, judged.style) == (faithful, style)


def test_likeness_counts_accents_and_placeholders_as_people_do() -> None:
    said = "Votre réclamation {reference} avance très bien."
    assert scores.likeness([said], [said]) == pytest.approx({"bleu4": 1.0, "rouge_l": 1.0})
    other = scores.likeness(["Votre récolte {reference} avance très bien."], [said])
    runs = (
        (6 / 7) * (4 / 6) * (3 / 5) * (2 / 4)
    )  # shared words, pairs, threes and fours of seven, the full stop included
    assert other == pytest.approx({"bleu4": runs**0.25, "rouge_l": 5 / 6})
