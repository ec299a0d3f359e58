"""Measures a model, with or without an adapter, on a split: perplexity, likeness, facts, style, latency, memory.

``manage.py evaluate_model --model PATH --adapter name@sha --data DIR/test.jsonl --recipe llama32-3b``. What is scored
is the raw draft: no guard, no second try, no fallback.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from chatbot import brand as brands
from chatbot.training import identity, proof, scores
from chatbot.training.chat import PROMPT, Prompt
from chatbot.training.digests import of_file
from chatbot.training.faults import DataFault
from chatbot.training.finetune import rows
from chatbot.training.hardware import Machine, settle
from chatbot.training.loading import load_adapted, load_tokenizer, room
from chatbot.training.memory import peak_mib
from chatbot.training.recipe import Recipe
from chatbot.watch import Watch


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model said: ``first`` and ``whole`` in seconds from the request, ``tokens`` of the answer."""

    text: str
    first: float
    whole: float
    tokens: int


class Stopwatch:
    """A streamer of ``generate`` that notes when the first token came (it is handed the prompt before)."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._started = ticks()
        self._puts = 0
        self.first = 0.0

    def put(self, _: object) -> None:
        self._puts += 1
        if self._puts == 2:
            self.first = self._ticks() - self._started

    def end(self) -> None:
        """Nothing to flush."""

    @property
    def whole(self) -> float:
        return self._ticks() - self._started


def evaluate(
    base: Path, adapter: Path | None, data: Path, recipe: Recipe, *, ticks: Callable[[], float], limit: int = 0
) -> dict[str, object]:
    """The report. ``limit`` 0 means every example of the split. Raises DataFault on a bad file or an empty one."""
    examples = proof.read(data)[: limit or None]
    if not examples:
        raise DataFault(f"{data.name}: no examples")
    setting = settle(recipe, Machine.here())
    tokenizer = load_tokenizer(base)
    model = load_adapted(base, adapter, recipe, setting)
    chats = rows(examples, Prompt.read(), room(tokenizer, recipe.max_tokens))
    loss, tokens = _loss(model, tokenizer, chats)
    drafts = list(_drafts(model, tokenizer, recipe, chats, ticks))
    watches = {slug: Watch.read(brands.load(slug).settings) for slug in {example.brand for example in examples}}
    judged = [
        scores.judge(example, draft.text, watches[example.brand])
        for example, draft in zip(examples, drafts, strict=True)
    ]
    return {
        "examples": len(examples),
        "data": of_file(data),
        "base": identity.of_base(base),
        "adapter": of_file(adapter / "adapter_model.safetensors") if adapter else "",
        "recipe": {"name": recipe.name, "sha256": recipe.digest},
        "prompt": of_file(PROMPT),
        "machine": Machine.here().name,
        "load": setting.load,
        "fallbacks": list(setting.fallbacks),
        "tokenizer": f"{type(tokenizer).__name__} of {base.name}, {len(tokenizer)} tokens",
        "perplexity": math.exp(loss),
        "answer_tokens": tokens,
        **scores.likeness([draft.text for draft in drafts], [example.answer for example in examples]),
        **scores.summary(judged),
        **_latency(drafts),
        "memory_mib": {"weights": round(model.get_memory_footprint() / 2**20, 1), **peak_mib()},
    }


def _loss(model: Any, tokenizer: Any, chats: Sequence[Mapping[str, Any]]) -> tuple[float, int]:
    """Mean negative log-likelihood in nats over every token of every answer, its end included; and their number."""
    import torch

    total, count = 0.0, 0
    for chat in chats:
        prompt = tokenizer.apply_chat_template(chat["prompt"], add_generation_prompt=True, return_dict=True)[
            "input_ids"
        ]
        whole = tokenizer.apply_chat_template(chat["prompt"] + chat["completion"], return_dict=True)["input_ids"]
        ids = torch.tensor([whole], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float()
        answer = ids[0, len(prompt) :]
        total += torch.nn.functional.cross_entropy(logits, answer, reduction="sum").item()
        count += len(answer)
    return total / count, count


def _drafts(
    model: Any, tokenizer: Any, recipe: Recipe, chats: Sequence[Mapping[str, Any]], ticks: Callable[[], float]
) -> Iterator[Draft]:
    """One draft a chat, sampled as at serving time; the seed is the recipe's."""
    import torch
    from transformers import set_seed

    set_seed(recipe.training.seed)
    ways = recipe.generation
    for chat in chats:
        asked = tokenizer.apply_chat_template(
            chat["prompt"], add_generation_prompt=True, return_dict=True, return_tensors="pt"
        ).to(model.device)
        watch = Stopwatch(ticks)
        with torch.inference_mode():
            written = model.generate(
                **asked,
                do_sample=True,
                temperature=ways.temperature,
                top_p=ways.top_p,
                top_k=ways.top_k,
                repetition_penalty=ways.repetition_penalty,
                max_new_tokens=ways.max_new_tokens,
                pad_token_id=tokenizer.pad_token_id,
                streamer=watch,
            )
        whole = watch.whole
        answer = written[0, asked["input_ids"].shape[1] :]
        yield Draft(tokenizer.decode(answer, skip_special_tokens=True).strip(), watch.first, whole, len(answer))


def _latency(drafts: Sequence[Draft]) -> dict[str, object]:
    """Milliseconds to the first token, and tokens a second after it; one request at a time, the first left out."""
    warm = drafts[1:] or drafts
    after = sum(draft.whole - draft.first for draft in warm)
    return {
        "first_token_ms": _p50_p95([draft.first * 1000 for draft in warm]),
        "whole_ms": _p50_p95([draft.whole * 1000 for draft in warm]),
        "tokens_per_second": round(sum(draft.tokens - 1 for draft in warm) / after, 1) if after else 0.0,
    }


def _p50_p95(values: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else list(values) * 99
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1)}


def table(report: Mapping[str, Any]) -> str:
    """The report for people, as a Markdown table."""
    first, whole = report["first_token_ms"], report["whole_ms"]
    rows_ = {
        "perplexity of the answers": f"{report['perplexity']:.2f} ({report['tokenizer']})",
        "BLEU-4 / ROUGE-L": f"{report['bleu4']:.3f} / {report['rouge_l']:.3f}",
        "all placeholders, no other, no figure": f"{report['faithful']:.1%}",
        "style rules broken": f"{report['style_broken']:.1%} {report['style_rules'] or ''}".strip(),
        "first token p50 / p95": f"{first['p50']} / {first['p95']} ms",
        "whole answer p50 / p95": f"{whole['p50']} / {whole['p95']} ms",
        "tokens a second, one at a time": f"{report['tokens_per_second']}",
        "memory, MiB": ", ".join(f"{name} {size}" for name, size in report["memory_mib"].items()),
        "examples": f"{report['examples']}",
        "machine": f"{report['machine']}, weights {report['load']}",
    }
    lines = ["| what | measured |", "| --- | --- |", *(f"| {what} | {figure} |" for what, figure in rows_.items())]
    return "\n".join(lines) + "\n"
