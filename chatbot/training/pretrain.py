"""Trains the base model of a brand's voice from nothing, on the generated corpus.

    manage.py train base [--brand B] [--out DIR] [--minutes M | --steps N]

Reads voice/train.toml; writes model.safetensors, config, tokenizer and acts.json (what it can word) to DIR/model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from chatbot.brand import Brand
from chatbot.training.batches import batches, encode
from chatbot.training.corpus import Corpus, recipe
from chatbot.training.fit import Pace, fit
from chatbot.training.tokenizer import learn, placeholders
from chatbot.voices.prompt_local import told
from chatbot.wording import MOODS, Wording


def train_base(
    brand: Brand,
    out: Path,
    tell: Callable[[str], object],
    *,
    steps: int | None = None,
    minutes: float | None = None,
    threads: int = 2,
    settings: Mapping[str, Any] | None = None,
) -> list[float]:
    """Train and write ``out/model``; the losses. ``settings`` stand in for train.toml."""
    torch.set_num_threads(threads)
    settings = settings or recipe(brand.path / "voice")
    plan = settings["base"]
    corpus = Corpus.of(brand)
    examples = corpus.examples("train", plan["examples"], f"{settings['seed']}")
    tell(f"{len(examples)} examples")

    table = settings["tokenizer"]
    few = examples[: table["texts"]]
    holes = placeholders(Wording.read(brand.wording, brand.flows))
    names = sorted({told(name) for name, _ in corpus.reach()})
    moods = [message["content"] for mood in MOODS for message in corpus.brief.messages((), mood)]
    texts = [*moods, "system user assistant", *(one.text for one in few)]
    tokenizer = learn(texts, holes, names, table["vocabulary"])
    encoded = encode(tokenizer, corpus.brief, examples)
    longest = max(len(one.prompt) + len(one.answer) for one in encoded)
    tell(f"{len(tokenizer)} tokens; the longest example has {longest}")

    torch.manual_seed(settings["seed"])
    model = make_model(settings["model"], tokenizer)
    tell(f"{model.num_parameters():,} parameters")
    pace = Pace(steps or plan["steps"], plan["warmup"], plan["grad_norm"], minutes)
    stream = batches(encoded, plan["batch"], tokenizer.pad_token_id, f"{settings['seed']}/base")
    losses = fit(model, stream, optimizers(model, plan), pace, tell)

    folder = out / "model"
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "acts.json").write_text(json.dumps(corpus.reach(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    return losses


def make_model(shape: Mapping[str, Any], tokenizer: Any) -> Any:
    """An untrained Llama of this shape; embeddings and output share their weights."""
    sizes = {key: value for key, value in shape.items() if key != "rope_theta"}
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": shape["rope_theta"]},
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **sizes,
    )
    return LlamaForCausalLM(config)


def optimizers(model: Any, plan: Mapping[str, Any]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices between the layers, AdamW for embeddings and norms: a third of AdamW's loss."""
    named = list(model.named_parameters())
    inner = [p for name, p in named if p.ndim == 2 and "embed" not in name and "lm_head" not in name]
    outer = [p for name, p in named if p.ndim != 2 or "embed" in name or "lm_head" in name]
    return [
        torch.optim.Muon(inner, lr=plan["muon_lr"], weight_decay=plan["weight_decay"]),
        torch.optim.AdamW(outer, lr=plan["adam_lr"], weight_decay=plan["weight_decay"], betas=(0.9, 0.95)),
    ]
