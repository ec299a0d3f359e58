"""From examples to tensors: prompt and answer as token ids, the loss on the answer only, batches of like lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch

from chatbot.training.corpus import Example
from chatbot.training.shapes import Shape
from chatbot.voices.prompt_local import Brief, told

UNHEARD = -100  # a label the loss leaves out
WINDOW = 16  # batches sorted by length together: less padding, still shuffled


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of prompt and answer; the answer ends with the end of the turn."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def prompt_of(tokenizer: Any, brief: Brief, shape: Shape) -> str:
    """The text put to the model, up to where its answer starts."""
    messages = brief.messages(shape.acts, shape.mood)
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def answer_of(example: Example) -> str:
    """What the model learns to write: before the words of each act its name, a special token that decoding leaves out.

    With it a model of this size keeps its place in the plan.
    """
    return "".join(told(act.name) + piece for act, piece in zip(example.shape.acts, example.pieces, strict=True))


def encode(tokenizer: Any, brief: Brief, examples: Sequence[Example]) -> list[Encoded]:
    """In the order given."""
    prompts = tokenizer([prompt_of(tokenizer, brief, one.shape) for one in examples], add_special_tokens=False)
    answers = tokenizer([answer_of(one) + tokenizer.eos_token for one in examples], add_special_tokens=False)
    pairs = zip(prompts["input_ids"], answers["input_ids"], strict=True)
    return [Encoded(tuple(prompt), tuple(answer)) for prompt, answer in pairs]


def batches(encoded: Sequence[Encoded], size: int, pad: int, seed: str) -> Iterator[dict[str, torch.Tensor]]:
    """Batches without end, (size, length) each: every epoch shuffled anew, in an order only ``seed`` decides."""
    rng = Random(seed)
    order = list(range(len(encoded)))
    while True:
        rng.shuffle(order)
        for start in range(0, len(order), size * WINDOW):
            window = sorted(
                order[start : start + size * WINDOW], key=lambda i: len(encoded[i].prompt + encoded[i].answer)
            )
            cut = [window[at : at + size] for at in range(0, len(window), size)]
            rng.shuffle(cut)
            yield from (stack([encoded[i] for i in chosen], pad) for chosen in cut)


def stack(chosen: Sequence[Encoded], pad: int) -> dict[str, torch.Tensor]:
    """One batch, padded on the right; labels are the answer's tokens."""
    length = max(len(one.prompt) + len(one.answer) for one in chosen)
    ids, labels, mask = [], [], []
    for one in chosen:
        rest = length - len(one.prompt) - len(one.answer)
        ids.append([*one.prompt, *one.answer, *[pad] * rest])
        labels.append([*[UNHEARD] * len(one.prompt), *one.answer, *[UNHEARD] * rest])
        mask.append([1] * (length - rest) + [0] * rest)
    return {
        "input_ids": torch.tensor(ids),
        "labels": torch.tensor(labels),
        "attention_mask": torch.tensor(mask),
    }
