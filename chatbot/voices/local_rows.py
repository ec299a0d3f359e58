"""Rows of replies on one set of weights: what they remember, their next token, drawn from each row's own seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch

from chatbot.voices.local_engine import AGAIN
from chatbot.voices.local_guide import Guide
from chatbot.voices.local_sampling import Sampling

OUT_OF_REACH = -1e9
CHUNK = 128  # columns and rows of memory grow by so much: few copies, little waste


class Memory:
    """Keys and values, for each layer [rows, heads, columns, width]; row r has ``lengths[r]`` columns filled.

    Rows need no padding between them: each writes where it ends, and a mask hides what lies beyond.
    """

    def __init__(self, layers: int, heads: int, width: int, like: torch.Tensor) -> None:
        empty = like.new_zeros((0, heads, 0, width))
        self.keys, self.values = [empty] * layers, [empty] * layers
        self.lengths: list[int] = []
        self._filling: int | None = None  # first of the rows whose prompts are read now
        self._places = self._ends = torch.empty(0, dtype=torch.long)

    def fill(self, count: int, columns: int) -> None:
        """The next pass reads the prompts, at most ``columns`` long, of ``count`` new rows."""
        self._filling = len(self.lengths)
        self._reserve(self._filling + count, columns)

    def go_on(self) -> None:
        """The next pass adds one column to every row."""
        self._filling = None
        self._reserve(len(self.lengths), max(self.lengths) + 1)
        device = self.keys[0].device
        self._ends = torch.tensor(self.lengths, device=device)
        self._places = torch.arange(len(self.lengths), device=device)
        self.lengths = [length + 1 for length in self.lengths]

    @property
    def ends(self) -> torch.Tensor:
        """Where each row writes in this pass, [rows]."""
        return self._ends

    def mask(self) -> torch.Tensor | None:
        """What each row may look at, [rows, 1, 1, columns]; None where all are equally long."""
        longest = max(self.lengths)
        if min(self.lengths) == longest:
            return None
        columns = torch.arange(longest, device=self._ends.device)
        return (columns <= self._ends[:, None])[:, None, None]

    def write(self, layer: int, keys: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep a pass's keys and values, [rows, heads, columns, width]; all that it may look at."""
        own = self.keys[layer], self.values[layer]
        if self._filling is not None:
            rows, columns = slice(self._filling, self._filling + keys.shape[0]), slice(keys.shape[2])
            own[0][rows, :, columns], own[1][rows, :, columns] = keys, values
            return keys, values
        rows_now, longest = len(self.lengths), max(self.lengths)
        if rows_now == 1:
            own[0][:1, :, longest - 1 : longest], own[1][:1, :, longest - 1 : longest] = keys, values
        else:
            own[0][self._places, :, self._ends], own[1][self._places, :, self._ends] = keys[:, :, 0], values[:, :, 0]
        return own[0][:rows_now, :, :longest], own[1][:rows_now, :, :longest]

    def forget(self, row: int) -> None:
        """The last row takes this one's place."""
        last = len(self.lengths) - 1
        if row != last:
            columns = slice(self.lengths[last])
            for kept in (*self.keys, *self.values):
                kept[row, :, columns] = kept[last, :, columns]
            self.lengths[row] = self.lengths[last]
        self.lengths.pop()

    def _reserve(self, rows: int, columns: int) -> None:
        had_rows, heads, had_columns, width = self.keys[0].shape
        if rows <= had_rows and columns <= had_columns:
            return
        rows, columns = max(rows, had_rows), max(-(-columns // CHUNK) * CHUNK, had_columns)
        for kept in (self.keys, self.values):
            for layer, old in enumerate(kept):
                kept[layer] = old.new_zeros((rows, heads, columns, width))
                kept[layer][:had_rows, :, :had_columns] = old


class Forward(Protocol):
    """One pass through the weights."""

    def memory(self) -> Memory: ...

    def __call__(
        self, ids: torch.Tensor, positions: torch.Tensor, memory: Memory, last: torch.Tensor | None
    ) -> torch.Tensor:
        """Logits [rows, vocabulary] of what follows column ``last`` [rows] of a prompt, or the only column."""
        ...


class TorchRows:
    """Implements ``local_engine.Rows``. All calls from one thread."""

    def __init__(self, forward: Forward, sampling: Sampling, device: torch.device, special: Sequence[int] = ()) -> None:
        """``special``: tokens that are no words, which a guide holds back."""
        self._forward, self._sampling, self._device = forward, sampling, device
        self._special = torch.tensor(list(special), device=device) if special else None
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self._memory = self._forward.memory()
        self._tokens = torch.empty((0, 1), dtype=torch.long, device=self._device)
        self._seen = torch.empty(
            0, dtype=torch.bool, device=self._device
        )  # [rows, vocabulary]: what the repetition penalty counts
        self._luck: list[list[float]] = []  # a row's own draws, so that no neighbour changes its words
        self._drawn: list[int] = []
        self._guides: list[Guide | None] = []
        self._starts: list[tuple[int, int]] = []  # where the words of a row's act begin: columns filled, token before

    def join(
        self, prompts: Sequence[Sequence[int]], seeds: Sequence[int], guides: Sequence[Guide | None] = ()
    ) -> list[int]:
        """Read all prompts in one pass: a shorter one is followed by tokens that nothing of it looks at."""
        longest = max(map(len, prompts))
        ids = torch.tensor([[*prompt, *[0] * (longest - len(prompt))] for prompt in prompts], device=self._device)
        last = torch.tensor([len(prompt) - 1 for prompt in prompts], device=self._device)
        positions = torch.arange(longest, device=self._device).expand(len(prompts), -1)
        with torch.inference_mode():
            self._memory.fill(len(prompts), longest)
            logits = self._forward(ids, positions, self._memory, last)
            self._memory.lengths += map(len, prompts)
            seen = torch.zeros_like(logits, dtype=torch.bool)
            for row, prompt in enumerate(prompts):
                seen[row, list(prompt)] = True
            self._guides += guides or [None] * len(prompts)
            for seed in seeds:
                source = torch.Generator().manual_seed(seed)
                self._luck.append(torch.rand(self._sampling.most_new, generator=source).tolist())
                self._drawn.append(0)
            self._starts += [(len(prompt) - 1, prompt[-1]) for prompt in prompts]
            chosen = self._choose(logits, seen, len(self._luck) - len(prompts))
            self._tokens = torch.cat([self._tokens, chosen])
            self._seen = torch.cat([self._seen, seen])  # the very first is empty in every way, which cat lets pass
        return [int(token) for token in chosen[:, 0].tolist()]

    def step(self) -> list[int]:
        with torch.inference_mode():
            self._memory.go_on()
            logits = self._forward(self._tokens, self._memory.ends[:, None], self._memory, None)
            wished = logits.argmax(-1).tolist() if any(self._guides) else []
            self._tokens = self._choose(logits, self._seen, 0)
            again = [row for row, token in enumerate(wished) if self._stuck(row, token)]
        return [AGAIN if row in again else int(token) for row, token in enumerate(self._tokens[:, 0].tolist())]

    def _stuck(self, row: int, wished: int) -> bool:
        """Takes a row back to where its act began, when it would leave it with a fact unsaid."""
        guide = self._guides[row]
        if guide is None or not guide.stuck(wished):
            return False
        self._memory.lengths[row], self._tokens[row, 0] = self._starts[row]
        return True

    def leave(self, place: int) -> None:
        last = len(self._luck) - 1
        with torch.inference_mode():
            self._memory.forget(place)
            for kept in (self._tokens, self._seen):
                kept[place] = kept[last].clone()
        self._luck[place], self._drawn[place] = self._luck[last], self._drawn[last]
        self._guides[place], self._starts[place] = self._guides[last], self._starts[last]
        self._tokens, self._seen = self._tokens[:last], self._seen[:last]
        self._luck.pop(), self._drawn.pop(), self._guides.pop(), self._starts.pop()

    def _choose(self, logits: torch.Tensor, seen: torch.Tensor, first: int) -> torch.Tensor:
        """One token for each row from ``first`` on, [rows, 1]; marks it in ``seen``."""
        rows = range(first, len(self._luck))
        luck = torch.tensor([[self._luck[row][self._drawn[row]]] for row in rows], device=self._device)
        for row in rows:
            self._drawn[row] += 1
        guides = self._guides[first:]
        tokens = draw(self._held(logits.float(), guides), seen, luck, self._sampling)
        seen.scatter_(1, tokens, True)
        for row, (guide, token) in enumerate(zip(guides, tokens[:, 0].tolist(), strict=True), start=first):
            if guide:
                guide.accept(token)
                if guide.settled:
                    self._starts[row] = (self._memory.lengths[row], token)
        return tokens

    def _held(self, logits: torch.Tensor, guides: Sequence[Guide | None]) -> torch.Tensor:
        """Logits of the rows' next tokens where what a row's guide does not allow is out of reach."""
        if self._special is None or not any(guides):
            return logits
        held = logits.clone()
        for row, guide in enumerate(guides):
            if guide is None:
                continue
            if guide.forced is not None:
                held[row] = OUT_OF_REACH
                held[row, guide.forced] = 0.0
                continue
            held[row, self._special] = OUT_OF_REACH
            allowed = list(guide.special)
            held[row, allowed] = logits[row, allowed]
            if guide.avoided:
                held[row, list(guide.avoided)] = OUT_OF_REACH
        return held


def draw(logits: torch.Tensor, seen: torch.Tensor, luck: torch.Tensor, how: Sampling) -> torch.Tensor:
    """Repetition penalty, temperature, top-k and top-p in the order of transformers' ``generate``; [rows, 1].

    ``luck`` [rows, 1] in [0, 1) decides.
    """
    punished = torch.where(logits > 0, logits / how.repetition_penalty, logits * how.repetition_penalty)
    best, tokens = torch.where(seen, punished, logits).topk(min(how.top_k, logits.shape[-1]))
    shares = (best / how.temperature).softmax(-1)
    upto = shares.cumsum(-1)
    kept = upto - shares < how.top_p
    whole = (shares * kept).sum(-1, keepdim=True)
    place = ((upto <= luck * whole) & kept).sum(-1, keepdim=True)
    return tokens.gather(-1, torch.minimum(place, kept.sum(-1, keepdim=True) - 1))
