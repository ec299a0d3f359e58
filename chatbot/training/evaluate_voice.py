"""What the shipped voice is worth on held-out plans, at its serving settings.

    manage.py evaluate voice [--brand B] [--model DIR] [--adapter NAME] [--count N]

References are what the corpus itself could say for the same plan: BLEU-4 (sacrebleu) counts the reply against all of
them, ROUGE-L (rouge-score) takes the nearest. Words and placeholders are one token each.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import torch
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU

from chatbot.guard import HOLE
from chatbot.training.batches import UNHEARD, encode, stack
from chatbot.training.corpus import Corpus, Example
from chatbot.training.judge import refusal
from chatbot.training.marks import Marks
from chatbot.training.pretrain import MOST_ACTS
from chatbot.training.shapes import Shape
from chatbot.voices.local import LocalVoice, Weights
from chatbot.voices.local_engine import ROWS
from chatbot.voices.local_sampling import Sampling
from chatbot.voices.local_weights import rows_of, special_of
from chatbot.voices.ports import Brief as Asked
from chatbot.voices.ports import VoiceFault
from chatbot.voices.prompt_local import place, told

SERVING = Sampling(most_new=320)
STYLE_OF_GUARD = ("too_long", "repeated_greeting", "promise")  # rules of style that the guard keeps
TOKEN = re.compile(r"\{\w+\}|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are of the replies; ``tokens_per_second`` counts the whole batch."""

    replies: int
    facts_right: float
    guard_passed: float
    marks_kept: float
    style_broken: float
    bleu4: float
    rouge_l: float
    perplexity: float
    distinct: float
    distinct_2: float
    warm: float
    tokens_per_second: float
    worst: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """One figure a line, then some replies that failed."""
        figures = [
            f"{name:18} {value:.4f}" for name in self.__slots__ if isinstance(value := getattr(self, name), float)
        ]
        return [f"{'replies':18} {self.replies}", *figures, *self.worst]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its adapter, and its tokenizer."""

    model: Any
    tokenizer: Any


def load_voice(folder: Path, adapter: str | None, threads: int = 2) -> Trained:
    """Model and tokenizer of ``folder/model``, with ``folder/adapters/NAME`` merged into it."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(folder / "model", local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(folder / "model", local_files_only=True, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, folder / "adapters" / adapter).merge_and_unload()
    return Trained(model.eval(), tokenizer)


def evaluate(
    voice: Trained, corpus: Corpus, marks: Marks, part: str, count: int, *, references: int = 24, seed: int = 0
) -> Report:
    """Judge ``count`` replies to plans of one ``part`` of the corpus; plans repeat where it has fewer."""
    examples = corpus.examples(part, count, f"{seed}/evaluate")
    started = time.perf_counter()
    replies, tokens = reply(voice, corpus, [one.shape for one in examples], seed)
    took = time.perf_counter() - started

    judged = [_judge(corpus, marks, one.shape, text) for one, text in zip(examples, replies, strict=True)]
    bleu, rouge = likeness(corpus, examples, replies, references)
    words = [TOKEN.findall(text) for text in replies]
    pairs = [pair for one in words for pair in pairwise(one)]
    return Report(
        replies=len(replies),
        facts_right=_share(not {"facts"} & faults for faults in judged),
        guard_passed=_share(not any(fault.startswith("guard") for fault in faults) for faults in judged),
        marks_kept=_share(not {"marks"} & faults for faults in judged),
        style_broken=_share(any(fault.startswith("style") for fault in faults) for faults in judged),
        bleu4=bleu,
        rouge_l=rouge,
        perplexity=perplexity(voice, corpus, examples),
        distinct=len(set(replies)) / len(replies),
        distinct_2=len(set(pairs)) / len(pairs),
        warm=sum(corpus.style.warmth(text) for text in replies) / len(replies),
        tokens_per_second=tokens / took,
        worst=tuple(
            f"{sorted(faults)} [{one.shape.key}] {text!r}"
            for one, text, faults in zip(examples, replies, judged, strict=True)
            if faults
        )[:12],
    )


def reply(voice: Trained, corpus: Corpus, shapes: Sequence[Shape], seed: int) -> tuple[list[str], int]:
    """A reply to each shape as the house serves it, in order ("" where none came), and how many tokens were written."""
    ends, most = voice.tokenizer.eos_token_id, voice.model.config.max_position_embeddings
    rows = rows_of(voice.model, SERVING, special_of(voice.tokenizer))
    weights = Weights(voice.tokenizer, {"": rows}, frozenset([ends]), SERVING, most)
    served = LocalVoice(weights, corpus.brief, frozenset(corpus.reach()), "", time.perf_counter)

    def one(number: int) -> str:
        shape = shapes[number]
        try:
            return "".join(served.speak(Asked(shape.acts, shape.mood), f"{seed}/{number}"))
        except VoiceFault:
            return ""

    with ThreadPoolExecutor(ROWS) as pool:
        replies = list(pool.map(one, range(len(shapes))))
    return replies, served.counts.tokens


@torch.inference_mode()
def perplexity(voice: Trained, corpus: Corpus, examples: Sequence[Example], size: int = 48) -> float:
    """Of the examples' own words, per token of the model's tokenizer, end of turn included, names of acts not."""
    encoded = encode(voice.tokenizer, corpus.brief, examples)
    names = torch.tensor(
        voice.tokenizer.convert_tokens_to_ids(
            [*map(place, range(1, MOST_ACTS + 1)), *(told(act) for act, _ in corpus.reach())]
        )
    )
    loss, count = 0.0, 0
    for start in range(0, len(encoded), size):
        chosen = encoded[start : start + size]
        batch = stack(chosen, voice.tokenizer.pad_token_id)
        batch["labels"][torch.isin(batch["labels"], names)] = UNHEARD
        heard = int((batch["labels"] != UNHEARD).sum())
        loss += float(voice.model(**batch).loss) * heard
        count += heard
    return math.exp(loss / count)


def likeness(
    corpus: Corpus, examples: Sequence[Example], replies: Sequence[str], references: int
) -> tuple[float, float]:
    """BLEU-4 and ROUGE-L of the replies, in [0, 1], against so many references each."""
    rng = Random("references")
    known = [
        [one.text, *((corpus.word(one.shape, rng) or one).text for _ in range(references - 1))] for one in examples
    ]
    spaced = [" ".join(TOKEN.findall(text)) for text in replies]
    columns = [[" ".join(TOKEN.findall(own[i])) for own in known] for i in range(references)]
    bleu = BLEU(tokenize="none", force=True).corpus_score(spaced, columns).score / 100
    scorer = RougeScorer(["rougeL"], tokenizer=_Words())
    scores = [scorer.score_multi(own, text)["rougeL"].fmeasure for own, text in zip(known, replies, strict=True)]
    return bleu, sum(scores) / len(scores)


class _Words:
    """rouge-score's own tokenizer would drop the accents and cut the placeholders."""

    def tokenize(self, text: str) -> list[str]:
        return TOKEN.findall(text.lower())


def _judge(corpus: Corpus, marks: Marks, shape: Shape, text: str) -> set[str]:
    needed = {fact for act in shape.acts for fact in act.facts}
    verdict = refusal(corpus.watch, text, shape.acts, shape.mood, corpus.lexis)
    faults = {f"style: {name}" for name in corpus.style.faults(text, shape.acts, shape.mood)}
    if {match[1] for match in HOLE.finditer(text)} != needed:
        faults.add("facts")
    if verdict != "passed":
        faults.add(f"guard: {verdict}")
    if verdict in STYLE_OF_GUARD:
        faults.add(f"style: {verdict}")
    if marks.faults(text, shape.acts):
        faults.add("marks")
    return faults


def _share(kept: Any) -> float:
    counted = [bool(one) for one in kept]
    return sum(counted) / len(counted)
