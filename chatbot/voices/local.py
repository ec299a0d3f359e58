"""The local voice: a Llama with LoRA adapters, read by transformers and peft, writing here. No fact ever reaches it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from chatbot.voices import prompt_local
from chatbot.voices.local_engine import Counts, Engine, Job
from chatbot.voices.local_guide import Vocabulary
from chatbot.voices.local_sampling import Sampling, seed_number
from chatbot.voices.local_text import Scribe, Spelling
from chatbot.voices.ports import Brief, Draft, VoiceFault

EMOJI = re.compile(b"\xf0\x9f|\xe2[\x98-\x9e]")  # how the bytes of pictures begin
PULSE = 0.2  # seconds without a word after which the listener is asked whether to go on
SMALL = 50_000_000  # parameters up to which each adapter is merged into a copy of its own


class UnusableError(Exception):
    """No local voice can be had from this folder; the message says why, in a few words fit for a log and /ready."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was read: the model's tokenizer, and for each adapter the rows that write with it."""

    tokenizer: Any
    rows: Mapping[str, Any]
    ends: frozenset[int]
    sampling: Sampling
    longest: int  # tokens of prompt and reply together


class LocalVoice:
    """Implements ``ports.Voice``. Replies of all threads are written by one, side by side."""

    tier = "local"

    def __init__(
        self,
        weights: Weights,
        prompts: prompt_local.Brief,
        reach: frozenset[prompt_local.Pair],
        adapter: str,
        ticks: Callable[[], float],
    ) -> None:
        self._weights, self._prompts, self._reach, self._adapter = weights, prompts, reach, adapter
        self._ticks = ticks
        tokenizer = weights.tokenizer
        added = tokenizer.added_tokens_decoder
        silent = [number for number, token in added.items() if token.special]
        self._spelling = Spelling(tokenizer.get_vocab(), list(added), silent)
        vocabulary = tokenizer.get_vocab()
        emoji = tuple(number for number in vocabulary.values() if EMOJI.search(self._spelling[number]))
        self._vocabulary = Vocabulary(vocabulary, tokenizer.eos_token_id, emoji)
        self._engine = Engine(weights.rows, weights.ends, weights.sampling.most_new)

    @classmethod
    def load(
        cls,
        folder: Path,
        adapter: str,
        prompts: prompt_local.Brief,
        ticks: Callable[[], float],
        *,
        threads: int = 1,
        sampling: Sampling = Sampling(),  # noqa: B008
        merge: bool | None = None,
    ) -> LocalVoice:
        """From ``folder/model`` and ``folder/adapters/*``; ``adapter`` ("" for none) speaks unless another is asked.

        ``ticks`` counts seconds, on the clock that a brief's deadline is on. ``merge``: small models are, by default.
        Raises UnusableError: torch is not installed, weights are not there or damaged, the adapter is unknown.
        """
        try:
            pairs = json.loads((folder / "model" / "acts.json").read_text(encoding="utf-8"))
            reach = frozenset((str(name), tuple(map(str, facts))) for name, facts in pairs)
            from chatbot.voices.local_weights import DAMAGE, read
        except ImportError as error:
            raise UnusableError(f"{error.name} is not installed") from error
        except FileNotFoundError as error:
            raise UnusableError("no weights") from error
        except (ValueError, TypeError) as error:
            raise UnusableError("damaged: acts.json") from error
        try:
            weights = read(folder, sampling, threads, merge)
            if adapter and adapter not in weights.rows:
                raise UnusableError(f"no adapter {adapter!r}")
            return cls(weights, prompts, reach, adapter, ticks)
        except DAMAGE as error:
            raise UnusableError(f"damaged: {type(error).__name__}") from error

    @property
    def counts(self) -> Counts:
        """What it did since the start."""
        return self._engine.counts

    def answers_open(self, brand: str) -> bool:
        """Never: it has seen no article."""
        return False

    def can(self, brief: Brief) -> bool:
        """Whether a brief is of the kind it was trained on; another one is for somebody else."""
        known = (self._prompts.may_word(act) and prompt_local.pair(act) in self._reach for act in brief.acts)
        return bool(brief.acts) and not brief.open and brief.mood in self._prompts.moods and all(known)

    def speak(self, brief: Brief, seed: str) -> Draft:
        """Writing begins with the first piece that is asked for.

        Its pieces raise VoiceFault: ``unavailable`` (not its kind of brief, or too many at once), ``bad_request`` (the
        prompt is too long), ``timeout`` (past the brief's deadline), ``truncated`` (no end in sight), ``server``.
        """
        return Draft(self._pieces(brief, seed), self.tier)

    def _pieces(self, brief: Brief, seed: str) -> Iterator[str]:
        if not self.can(brief):
            raise VoiceFault("unavailable", "not what it was trained on")
        scribe = Scribe(self._spelling, self._ticks)
        guide = self._vocabulary.guide(brief.acts, grave=brief.mood in self._prompts.grave)
        prompt = [*self._prompt(brief), *(guide.opening if guide else ())]
        job = Job(prompt, seed_number(seed), self._adapter_for(brief), scribe, guide)
        self._engine.submit(job)
        try:
            while True:
                try:
                    piece = job.out.get(timeout=PULSE)
                except Empty:
                    piece = ""
                if isinstance(piece, VoiceFault):
                    raise piece
                if self._ticks() > brief.deadline:
                    raise VoiceFault("timeout", f"{job.written} tokens written")
                if piece is None:
                    return
                yield piece
        finally:
            job.cancelled = True  # of no effect where it has ended

    def _prompt(self, brief: Brief) -> list[int]:
        messages = self._prompts.messages(brief.acts, brief.mood)
        found = self._weights.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)
        prompt: list[int] = found["input_ids"]
        sampling = self._weights.sampling
        if len(prompt) > min(sampling.longest_prompt, self._weights.longest - sampling.most_new):
            raise VoiceFault("bad_request", f"a prompt of {len(prompt)} tokens")
        return prompt

    def _adapter_for(self, brief: Brief) -> str:
        asked = brief.arm.get("adapter", self._adapter)
        if asked in self._weights.rows:
            return asked
        self._engine.counts.unknown_adapters += 1
        return self._adapter
