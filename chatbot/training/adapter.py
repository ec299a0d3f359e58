"""Trains the LoRA adapters of a brand's voice on top of its base model: one for each taste of voice/train.toml.

    manage.py train adapter [--brand B] [--out DIR] [--minutes M | --steps N]

Reads DIR/model; writes adapter_model.safetensors and adapter_config.json to DIR/adapters/NAME.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from chatbot.brand import Brand
from chatbot.training.batches import batches, encode
from chatbot.training.corpus import Corpus, Example, recipe
from chatbot.training.fit import Pace, fit
from chatbot.training.judge import EMOJI, Style


def train_adapters(
    brand: Brand,
    out: Path,
    tell: Callable[[str], object],
    *,
    steps: int | None = None,
    minutes: float | None = None,
    threads: int = 2,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, list[float]]:
    """Train and write one adapter for each taste; the losses by name. ``minutes`` are for each."""
    torch.set_num_threads(threads)
    settings = settings or recipe(brand.path / "voice")
    corpus, plan = Corpus.of(brand), settings["adapter"]
    losses = {}
    for name, taste in plan["tastes"].items():
        tokenizer = AutoTokenizer.from_pretrained(out / "model", local_files_only=True)
        base = AutoModelForCausalLM.from_pretrained(out / "model", local_files_only=True, dtype=torch.float32)
        torch.manual_seed(settings["seed"])
        model = get_peft_model(base, lora(plan))
        encoded = encode(tokenizer, corpus.brief, chosen(corpus, taste, f"{settings['seed']}/{name}"))
        tell(f"{name}: {len(encoded)} examples, {model.get_nb_trainable_parameters()[0]:,} parameters")

        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=plan["lr"], weight_decay=plan["weight_decay"])
        pace = Pace(steps or plan["steps"], plan["warmup"], plan["grad_norm"], minutes)
        stream = batches(encoded, plan["batch"], tokenizer.pad_token_id, f"{settings['seed']}/{name}")
        losses[name] = fit(model, stream, [optimizer], pace, tell)

        model.peft_config["default"].base_model_name_or_path = ""  # it lies beside the base, wherever that is
        model.to(torch.bfloat16).save_pretrained(out / "adapters" / name)
        (out / "adapters" / name / "README.md").unlink(missing_ok=True)
    return losses


def lora(plan: Mapping[str, Any]) -> LoraConfig:
    """The study's ranks and targets."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=plan["r"],
        lora_alpha=plan["alpha"],
        lora_dropout=plan["dropout"],
        target_modules=list(plan["targets"]),
    )


def chosen(corpus: Corpus, taste: Mapping[str, Any], seed: str, part: str = "train") -> list[Example]:
    """Examples of a taste: of several drafts of each shape, the one it likes best."""
    rng = Random(seed)
    shapes = (example.shape for example in corpus.examples(part, taste["examples"], seed))
    found = []
    for shape in shapes:
        drafts = [one for _ in range(taste["drafts"]) if (one := corpus.word(shape, rng)) is not None]
        if drafts:
            found.append(max(drafts, key=lambda one: liking(corpus.style, taste, one.text)))
    return found


def liking(style: Style, taste: Mapping[str, Any], text: str) -> float:
    """How much a taste likes a draft; a fourth warm turn adds nothing."""
    return float(
        taste["warm"] * min(3, style.warmth(text))
        + taste["emoji"] * len(EMOJI.findall(text))
        + taste["words"] * len(text.split())
    )
